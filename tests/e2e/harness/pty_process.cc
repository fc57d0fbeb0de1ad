// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/harness/pty_process.h"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>

namespace sedge::e2e {

PtyProcess::PtyProcess(std::vector<std::string> command, const std::string& working_folder,
                       std::vector<std::pair<std::string, std::string>> environment) {
  winsize size = {};
  size.ws_row = 50;
  size.ws_col = 200;
  char name[128];
  pid_ = forkpty(&fd_, name, nullptr, &size);
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setenv("TERM", "xterm", 1);
    unsetenv("NO_COLOR");
    for (const auto& [key, value] : environment) {
      if (value.empty()) {
        unsetenv(key.c_str());
      } else {
        setenv(key.c_str(), value.c_str(), 1);
      }
    }
    if (chdir(working_folder.c_str()) != 0) _exit(126);
    std::vector<char*> argv;
    for (std::string& arg : command) argv.push_back(arg.data());
    argv.push_back(nullptr);
    execvp(argv[0], argv.data());
    _exit(127);
  }
  slave_fd_ = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
  fcntl(fd_, F_SETFL, O_NONBLOCK);
  fcntl(fd_, F_SETFD, FD_CLOEXEC);
}

PtyProcess::~PtyProcess() {
  if (!status_) {
    kill(-pid_, SIGKILL);  // its session's first group
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  if (fd_ >= 0) close(fd_);
  if (slave_fd_ >= 0) close(slave_fd_);
}

void PtyProcess::Type(std::string_view keys) {
  if (write(fd_, keys.data(), keys.size()) != static_cast<ssize_t>(keys.size())) std::abort();
}

void PtyProcess::Drain() {
  char buffer[4096];
  for (ssize_t n; fd_ >= 0 && (n = read(fd_, buffer, sizeof buffer)) > 0;) {
    shown_.append(buffer, static_cast<size_t>(n));
  }
  int status = 0;
  if (!status_ && waitpid(pid_, &status, WNOHANG) == pid_) {
    status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
}

bool PtyProcess::WaitUntil(const std::function<bool()>& condition) {
  using Clock = std::chrono::steady_clock;
  for (const auto end = Clock::now() + std::chrono::milliseconds(kDeadlineMs);
       Clock::now() < end;) {
    Drain();
    if (condition()) return true;
    pollfd fd = {fd_, POLLIN, 0};
    poll(&fd, 1, 5);
  }
  return false;
}

bool PtyProcess::WaitFor(std::string_view text, size_t from) {
  return WaitUntil([&] { return shown_.find(text, from) != std::string::npos; });
}

std::optional<std::string> PtyProcess::WaitUntilListening() {
  static const std::string kWords = "Listening on ";
  if (!WaitUntil([&] {
        const size_t start = shown_.find(kWords);
        return start != std::string::npos && shown_.find('\r', start) != std::string::npos;
      })) {
    return std::nullopt;
  }
  const size_t start = shown_.find(kWords) + kWords.size();
  return shown_.substr(start, shown_.find('\r', start) - start);
}

std::optional<int> PtyProcess::WaitForExit() {
  WaitUntil([&] { return status_.has_value(); });
  return status_;
}

void PtyProcess::Signal(int number) { kill(pid_, number); }

void PtyProcess::HangUp() {
  close(fd_);
  close(slave_fd_);
  fd_ = slave_fd_ = -1;
}

termios PtyProcess::Settings() const {
  termios settings = {};
  tcgetattr(slave_fd_, &settings);
  return settings;
}

bool PtyProcess::TakesKeys() const { return (Settings().c_lflag & (ICANON | ECHO)) == 0; }

}  // namespace sedge::e2e
