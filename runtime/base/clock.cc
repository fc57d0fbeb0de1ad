// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/clock.h"

#include <ctime>

namespace sedge {
namespace {

class SystemClock final : public Clock {
 public:
  int64_t WallMs() const override {
    timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return static_cast<int64_t>(now.tv_sec) * 1000 + now.tv_nsec / 1'000'000;
  }
  int64_t MonotonicNs() const override {
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
  }
};

}  // namespace

Clock& Clock::System() {
  static SystemClock clock;
  return clock;
}

}  // namespace sedge
