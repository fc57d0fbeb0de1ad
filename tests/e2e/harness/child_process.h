// SPDX-License-Identifier: Apache-2.0
// A program as a child process: started with arguments, its output collected, stopped with the
// object (and by the kernel when the test program dies). One thread.
#pragma once

#include <sys/types.h>

#include <csignal>
#include <optional>
#include <string>
#include <vector>

namespace sedge::e2e {

class ChildProcess {
 public:
  // Every wait has this deadline.
  static constexpr int kDeadlineMs = 20'000;

  // `command`: the program, found as a shell would, and its arguments.
  explicit ChildProcess(std::vector<std::string> command, const std::string& working_folder = "");
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // Waits for "Listening on URL" and gives URL; nullopt when the process ended or the deadline
  // passed.
  std::optional<std::string> WaitUntilListening();
  // Waits until standard error contains `text`.
  bool WaitForLog(const std::string& text);
  // Waits for the end and gives the exit status (128 + signal when a signal ended it).
  std::optional<int> WaitForExit(int deadline_ms = kDeadlineMs);
  void Signal(int number);

  pid_t pid() const { return pid_; }
  const std::string& out() { return Drain(), out_; }
  const std::string& err() { return Drain(), err_; }
  // Resident memory now, and at its highest, in bytes.
  size_t ResidentBytes() const;
  size_t PeakResidentBytes() const;

 private:
  void Drain();
  // Reads what comes within `timeout_ms`.
  void Poll(int timeout_ms);
  void ReadInto(int fd, std::string& text);

  pid_t pid_ = -1;
  int out_fd_ = -1;
  int err_fd_ = -1;
  std::string out_;
  std::string err_;
  std::optional<int> status_;
};

}  // namespace sedge::e2e
