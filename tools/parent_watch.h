// SPDX-License-Identifier: Apache-2.0
// ParentWatch: notices the end of standard input, which is the end of whoever holds its other side:
// the kernel closes a pipe however a program ends, killed or crashed. A thread of its own that
// reads, and drops, what comes.
#pragma once

#include <chrono>
#include <csignal>
#include <functional>

namespace sedge::tools {

class ParentWatch {
 public:
  // What the process gets at the end of standard input.
  static constexpr int kSignal = SIGUSR2;
  // What ends in order has this time; then the process is ended, with status 0.
  static constexpr std::chrono::milliseconds kGrace{2'000};

  // `last_resort` is called before the process is ended after kGrace, on the watching thread. Once
  // in a process. REQUIRES: kSignal is blocked here, and so in all threads that come from here.
  static void Start(std::function<void()> last_resort);
};

}  // namespace sedge::tools
