// SPDX-License-Identifier: Apache-2.0
// RestWatch: tells from a process's CPU time when it came to rest after work: the moment for what
// would be in the way of work. A value; one thread.
#pragma once

#include <cstdint>

namespace sedge {

class RestWatch {
 public:
  // How often to look.
  static constexpr int64_t kStepMs = 1'000;
  // Who used no more than this since the last look rests.
  static constexpr int64_t kRestMs = 10;
  // Less than this since the last rest was no work to speak of.
  static constexpr int64_t kWorkMs = 100;

  // `cpu_ms`: what the process has used so far. True once for each rest after work.
  bool Look(int64_t cpu_ms) {
    const bool rests = cpu_ms - seen_ms_ <= kRestMs;
    seen_ms_ = cpu_ms;
    if (!rests || cpu_ms - rested_ms_ < kWorkMs) return false;
    rested_ms_ = cpu_ms;
    return true;
  }
  // What was used up to now belongs to the last rest.
  void Forget(int64_t cpu_ms) { seen_ms_ = rested_ms_ = cpu_ms; }

 private:
  int64_t seen_ms_ = 0;
  int64_t rested_ms_ = 0;
};

}  // namespace sedge
