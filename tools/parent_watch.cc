// SPDX-License-Identifier: Apache-2.0
#include "tools/parent_watch.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <thread>
#include <utility>

namespace sedge::tools {
namespace {

void ReadToEnd() {
  char buffer[4096];
  for (;;) {
    const ssize_t n = read(STDIN_FILENO, buffer, sizeof buffer);
    if (n > 0 || (n < 0 && errno == EINTR)) continue;
    // Whoever made the pipe may have set it so; a reset connection is an end as well.
    if (n == 0 || (errno != EAGAIN && errno != EWOULDBLOCK)) return;
    pollfd waiting{STDIN_FILENO, POLLIN, 0};
    poll(&waiting, 1, -1);
  }
}

}  // namespace

void ParentWatch::Start(std::function<void()> last_resort) {
  std::thread([last_resort = std::move(last_resort)] {
    ReadToEnd();
    kill(getpid(), kSignal);
    std::this_thread::sleep_for(kGrace);
    last_resort();
    _exit(0);
  }).detach();
}

}  // namespace sedge::tools
