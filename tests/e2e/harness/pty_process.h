// SPDX-License-Identifier: Apache-2.0
// A program on a terminal of its own (forkpty): keys go in, what the terminal shows comes out. One
// thread; the program and its children are ended with the object.
#pragma once

#include <sys/types.h>
#include <termios.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sedge::e2e {

class PtyProcess {
 public:
  static constexpr int kDeadlineMs = 20'000;

  // `environment`: variables that are set; an empty value removes one.
  PtyProcess(std::vector<std::string> command, const std::string& working_folder,
             std::vector<std::pair<std::string, std::string>> environment = {});
  ~PtyProcess();
  PtyProcess(const PtyProcess&) = delete;
  PtyProcess& operator=(const PtyProcess&) = delete;

  void Type(std::string_view keys);
  // Waits until the terminal has shown `text` (after offset `from`).
  bool WaitFor(std::string_view text, size_t from = 0);
  bool WaitUntil(const std::function<bool()>& condition);
  // The URL of "Listening on URL".
  std::optional<std::string> WaitUntilListening();
  // The exit status of the program (128 + signal when a signal ended it).
  std::optional<int> WaitForExit();
  void Signal(int number);
  // It hangs up, as a terminal window that is closed.
  void HangUp();

  const std::string& shown() { return Drain(), shown_; }
  // How the terminal is set now.
  termios Settings() const;
  // Keys reach the program one by one, and are not shown by the terminal.
  bool TakesKeys() const;
  pid_t pid() const { return pid_; }

 private:
  void Drain();

  pid_t pid_ = -1;
  int fd_ = -1;
  int slave_fd_ = -1;  // so that the settings can be read when the program is gone
  std::string shown_;
  std::optional<int> status_;
};

}  // namespace sedge::e2e
