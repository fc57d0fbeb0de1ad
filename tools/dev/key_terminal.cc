// SPDX-License-Identifier: Apache-2.0
#include "tools/dev/key_terminal.h"

#include <fcntl.h>
#include <signal.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <utility>

namespace sedge::tools {
namespace {

termios g_before;  // valid while g_taken
volatile sig_atomic_t g_taken = 0;

bool InForeground() { return tcgetpgrp(STDIN_FILENO) == getpgrp(); }

// Async-signal-safe. Elsewhere than in the foreground the terminal's state is somebody else's.
void Restore() {
  if (g_taken == 0) return;
  g_taken = 0;
  if (InForeground()) tcsetattr(STDIN_FILENO, TCSADRAIN, &g_before);
}

void RestoreAndCrash(int number) {
  Restore();
  signal(number, SIG_DFL);
  raise(number);
}

// For ends that nothing else sees. Handlers that are there, such as a sanitizer's, stay.
void RestoreOnCrash() {
  for (const int number : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGQUIT}) {
    struct sigaction action;
    if (sigaction(number, nullptr, &action) != 0 || action.sa_handler != SIG_DFL) continue;
    action.sa_handler = RestoreAndCrash;
    sigaction(number, &action, nullptr);
  }
  static const bool once = std::atexit(Restore) == 0;
  (void)once;
}

}  // namespace

bool KeyTerminal::IsThere() { return isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1; }

KeyTerminal::KeyTerminal(loop::Loop& loop, std::function<void(char key)> on_key)
    : on_key_(std::move(on_key)) {
  // Else the kernel stops a background job that touches its terminal.
  signal(SIGTTIN, SIG_IGN);
  signal(SIGTTOU, SIG_IGN);
  char name[PATH_MAX];
  if (ttyname_r(STDIN_FILENO, name, sizeof name) != 0) return;
  fd_ = open(name, O_RDONLY | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
  if (fd_ < 0) return;
  readable_ = std::make_unique<loop::Readable>(loop, fd_, [this] { OnReadable(); });
  RestoreOnCrash();
  TakeIfForeground();
}

KeyTerminal::~KeyTerminal() {
  GiveBack();
  readable_.reset();
  if (fd_ >= 0) close(fd_);
}

void KeyTerminal::TakeIfForeground() {
  if (!readable_ || reading_ || !InForeground()) return;
  if (g_taken == 0) {
    if (tcgetattr(STDIN_FILENO, &g_before) != 0) return;
    termios keys = g_before;
    keys.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);  // Ctrl-C and Ctrl-Z stay signals
    keys.c_cc[VMIN] = 1;
    keys.c_cc[VTIME] = 0;
    g_taken = 1;  // first: a signal between the two restores what is there
    if (tcsetattr(STDIN_FILENO, TCSADRAIN, &keys) != 0) {
      g_taken = 0;
      return;
    }
  }
  reading_ = readable_->Start();
}

void KeyTerminal::GiveBack() {
  if (std::exchange(reading_, false)) readable_->Stop();
  Restore();
}

void KeyTerminal::OnReadable() {
  if (!InForeground()) {  // what is typed is for others
    GiveBack();
    return;
  }
  char keys[64];
  const ssize_t count = read(fd_, keys, sizeof keys);
  if (count > 0) {
    for (ssize_t i = 0; i < count && reading_; ++i) on_key_(keys[i]);
  } else if (count == 0 || (errno != EAGAIN && errno != EINTR)) {
    GiveBack();  // the terminal is gone
  }
}

}  // namespace sedge::tools
