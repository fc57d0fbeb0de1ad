// SPDX-License-Identifier: Apache-2.0
// Between this process and the program stands a guard: the leader of a process group of their own,
// which reads a pipe whose other end this process holds. When that closes, for whatever reason, it
// kills the group; and also when the program has ended, for what that left behind.
// (PR_SET_PDEATHSIG would reach the program alone, not what it started, and comes when the thread
// ends that started it.)
#include "tools/bundle/child.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>

extern char** environ;

namespace sedge::tools {
namespace {

constexpr int kCannotExec = 127;
constexpr int kPollMs = 20;  // for what no descriptor tells

struct Pipe {
  int read = -1, write = -1;
  bool Open() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return false;
    read = ends[0];
    write = ends[1];
    return true;
  }
  ~Pipe() {
    CloseEnd(read);
    CloseEnd(write);
  }
  static void CloseEnd(int& end) {
    if (end >= 0) close(end);
    end = -1;
  }
};

// Everything that is prepared before the fork: after it only what is safe in a signal handler may
// be called, since other threads may have held locks.
struct Words {
  explicit Words(const ChildOptions& options) {
    for (const std::string& word : options.argv) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    for (const auto& [name, value] : options.env) own.push_back(name + "=" + value);
    for (char** entry = environ; *entry; ++entry) {
      const std::string_view text(*entry);
      bool replaced = false;
      for (const auto& [name, value] : options.env) {
        replaced |= text.starts_with(name) && text.substr(name.size()).starts_with('=');
      }
      if (!replaced) envp.push_back(*entry);
    }
    for (std::string& entry : own) envp.push_back(entry.data());
    envp.push_back(nullptr);
  }
  std::vector<std::string> own;
  std::vector<char*> argv, envp;
};

int CodeOf(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status); }

int OpenPidFd(pid_t pid) { return static_cast<int>(syscall(SYS_pidfd_open, pid, 0)); }

void CloseAllFrom(unsigned first) {
  if (syscall(SYS_close_range, first, ~0u, 0) == 0) return;
  for (int fd = static_cast<int>(first); fd < 4096; ++fd) close(fd);
}

[[noreturn]] void BecomeProgram(const ChildOptions& options, const Words& words, int output) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);  // should somebody end the guard
  for (int number = 1; number < NSIG; ++number) signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  const int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
  dup2(null, 0);
  dup2(output, 1);
  dup2(output, 2);
  CloseAllFrom(3);
  if (!options.cwd.empty() && chdir(options.cwd.c_str()) != 0) _exit(kCannotExec);
  execvpe(words.argv[0], words.argv.data(), words.envp.data());
  _exit(kCannotExec);
}

// The status goes by `told`, since the guard dies with its group.
[[noreturn]] void BeGuard(const ChildOptions& options, const Words& words, int output, int life,
                          int told) {
  setpgid(0, 0);
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, nullptr);
  const pid_t program = fork();
  if (program < 0) _exit(kCannotExec);
  if (program == 0) BecomeProgram(options, words, output);
  // Nothing of this process's files outlives it here: locks and listening sockets among them.
  dup2(told, 1);
  dup2(life, 0);
  CloseAllFrom(2);
  const int ended = OpenPidFd(program);
  for (;;) {
    pollfd wait[2] = {{0, POLLIN, 0}, {ended, POLLIN, 0}};
    poll(wait, 2, ended < 0 ? kPollMs : -1);
    if (wait[0].revents != 0) kill(0, SIGKILL);  // itself too
    int status = 0;
    if (waitpid(program, &status, WNOHANG) != program) continue;
    const int code = CodeOf(status);
    if (write(1, &code, sizeof code) < 0) _exit(code);  // nobody is left to be told
    kill(-getpid(), SIGKILL);
    _exit(code);
  }
}

// Reads until the program has ended and its output is drained.
class Reader {
 public:
  Reader(const ChildOptions& options, pid_t guard, int output, int told, ChildResult& result)
      : options_(options), guard_(guard), output_(output), told_(told), result_(result) {}

  void Run() {
    fcntl(output_, F_SETFL, O_NONBLOCK);
    const auto start = std::chrono::steady_clock::now();
    const int ended = OpenPidFd(guard_);
    bool open = true;
    while (!Reap()) {
      const auto spent = std::chrono::duration_cast<std::chrono::milliseconds>(
          std::chrono::steady_clock::now() - start);
      const bool cancelled = options_.cancel && *options_.cancel;
      const bool late = options_.timeout_ms > 0 && spent.count() >= options_.timeout_ms;
      const bool killed = result_.timed_out || result_.cancelled;
      if (!killed && (cancelled || late)) {
        (cancelled ? result_.cancelled : result_.timed_out) = true;
        kill(-guard_, SIGKILL);
      }
      pollfd wait[2] = {{open ? output_ : -1, POLLIN, 0}, {ended, POLLIN, 0}};
      const int64_t left = options_.timeout_ms > 0 ? options_.timeout_ms - spent.count() : -1;
      const bool looks = ended < 0 || killed || options_.cancel;
      const int64_t longest = looks && (left < 0 || left > kPollMs) ? kPollMs : left;
      poll(wait, 2, static_cast<int>(longest));
      if (open) open = Drain();
    }
    // What it printed last. A process that it left behind may keep the pipe open for ever.
    if (open) Drain();
    if (ended >= 0) close(ended);
  }

 private:
  bool Reap() {
    int status = 0;
    const pid_t got = waitpid(guard_, &status, WNOHANG);
    if (got == 0 || (got < 0 && errno == EINTR)) return false;
    // Without a word of it the guard was ended together with the program.
    fcntl(told_, F_SETFL, O_NONBLOCK);
    int code = 0;
    const bool told = read(told_, &code, sizeof code) == sizeof code;
    result_.exit_code = told ? code : CodeOf(status);
    return true;
  }

  // False at the end of the output.
  bool Drain() {
    char buffer[16384];
    for (;;) {
      const ssize_t n = read(output_, buffer, sizeof(buffer));
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return n < 0;
      const std::string_view text(buffer, static_cast<size_t>(n));
      if (options_.on_output) options_.on_output(text);
      result_.output += text.substr(0, kMaxChildOutput - result_.output.size());
    }
  }

  const ChildOptions& options_;
  const pid_t guard_;
  const int output_;
  const int told_;
  ChildResult& result_;
};

}  // namespace

Result<ChildResult> RunChild(const ChildOptions& options) {
  if (options.cancel && *options.cancel) {
    ChildResult ended;
    ended.exit_code = 128 + SIGKILL;
    ended.cancelled = true;
    return ended;
  }
  Pipe output, life, told;
  if (!output.Open() || !life.Open() || !told.Open()) {
    return IoError("cannot run " + options.argv[0] + ": " + std::strerror(errno));
  }
  const Words words(options);
  const pid_t guard = fork();
  if (guard < 0) return IoError("cannot run " + options.argv[0] + ": " + std::strerror(errno));
  if (guard == 0) {
    // Its own copy of this end would keep the pipe open.
    close(life.write);
    BeGuard(options, words, output.write, life.read, told.write);
  }
  setpgid(guard, guard);
  Pipe::CloseEnd(output.write);
  Pipe::CloseEnd(life.read);
  ChildResult result;
  Reader(options, guard, output.read, told.read, result).Run();
  return result;
}

}  // namespace sedge::tools
