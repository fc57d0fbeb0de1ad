// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/harness/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <fstream>

namespace sedge::e2e {
namespace {

int64_t NowMs() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

size_t StatusField(pid_t pid, const std::string& name) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(file, line);) {
    if (line.rfind(name, 0) == 0) return std::stoull(line.substr(name.size())) * 1024;
  }
  return 0;
}

[[noreturn]] void RunChild(const std::vector<std::string>& command, const std::string& folder,
                           int out, int err) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  dup2(out, STDOUT_FILENO);
  dup2(err, STDERR_FILENO);
  // Else AddressSanitizer keeps so much freed memory that growth says nothing.
  setenv("ASAN_OPTIONS", "quarantine_size_mb=2", /*overwrite=*/0);
  if (!folder.empty() && chdir(folder.c_str()) != 0) _exit(126);
  std::vector<char*> argv;
  for (const std::string& arg : command) argv.push_back(const_cast<char*>(arg.c_str()));
  argv.push_back(nullptr);
  execvp(argv[0], argv.data());
  _exit(127);
}

}  // namespace

ChildProcess::ChildProcess(std::vector<std::string> command, const std::string& working_folder) {
  int out[2], err[2];
  if (pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0) std::abort();
  pid_ = fork();
  if (pid_ == 0) RunChild(command, working_folder, out[1], err[1]);
  close(out[1]);
  close(err[1]);
  out_fd_ = out[0];
  err_fd_ = err[0];
  fcntl(out_fd_, F_SETFL, O_NONBLOCK);
  fcntl(err_fd_, F_SETFL, O_NONBLOCK);
}

ChildProcess::~ChildProcess() {
  if (!status_) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  close(out_fd_);
  close(err_fd_);
}

void ChildProcess::ReadInto(int fd, std::string& text) {
  char buffer[4096];
  for (ssize_t n; (n = read(fd, buffer, sizeof buffer)) > 0;)
    text.append(buffer, static_cast<size_t>(n));
}

void ChildProcess::Drain() {
  ReadInto(out_fd_, out_);
  ReadInto(err_fd_, err_);
}

void ChildProcess::Poll(int timeout_ms) {
  pollfd fds[] = {{out_fd_, POLLIN, 0}, {err_fd_, POLLIN, 0}};
  poll(fds, 2, timeout_ms);
  Drain();
  int status = 0;
  if (!status_ && waitpid(pid_, &status, WNOHANG) == pid_) {
    status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    Drain();
  }
}

std::optional<std::string> ChildProcess::WaitUntilListening() {
  static const std::string kWords = "Listening on ";
  for (const int64_t end = NowMs() + kDeadlineMs; NowMs() < end;) {
    const size_t start = out_.find(kWords);
    const size_t stop = start == std::string::npos ? start : out_.find('\n', start);
    if (stop != std::string::npos) {
      return out_.substr(start + kWords.size(), stop - start - kWords.size());
    }
    if (status_) return std::nullopt;
    Poll(50);
  }
  return std::nullopt;
}

bool ChildProcess::WaitForLog(const std::string& text) {
  for (const int64_t end = NowMs() + kDeadlineMs; NowMs() < end;) {
    if (err_.find(text) != std::string::npos) return true;
    if (status_) return false;
    Poll(50);
  }
  return false;
}

std::optional<int> ChildProcess::WaitForExit(int deadline_ms) {
  for (const int64_t end = NowMs() + deadline_ms; !status_ && NowMs() < end;) {
    // The pipes are at their end before the exit status is there: then poll() returns at once.
    Poll(10);
    if (!status_) usleep(1000);
  }
  return status_;
}

void ChildProcess::Signal(int number) { kill(pid_, number); }

size_t ChildProcess::ResidentBytes() const { return StatusField(pid_, "VmRSS:"); }
size_t ChildProcess::PeakResidentBytes() const { return StatusField(pid_, "VmHWM:"); }

}  // namespace sedge::e2e
