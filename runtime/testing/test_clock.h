// SPDX-License-Identifier: Apache-2.0
// TestClock: the machine's clock until a test holds it; from then on it stands still and moves when
// it is told to. Any thread reads; one sets.
#pragma once

#include <atomic>
#include <cstdint>

#include "runtime/base/clock.h"

namespace sedge::test {

class TestClock final : public Clock {
 public:
  int64_t WallMs() const override {
    return held() ? wall_ms_.load(std::memory_order_relaxed) : System().WallMs();
  }
  // Never goes back: what a held clock was moved ahead stays.
  int64_t MonotonicNs() const override {
    return held() ? monotonic_ns_.load(std::memory_order_relaxed)
                  : System().MonotonicNs() + ahead_ns_.load(std::memory_order_relaxed);
  }

  bool held() const { return held_.load(std::memory_order_acquire); }
  // It stands still at this time of day.
  void HoldAt(int64_t wall_ms) {
    Hold();
    wall_ms_ = wall_ms;
  }
  // It stands still where it is.
  void Hold() {
    if (held()) return;
    monotonic_ns_ = MonotonicNs();
    wall_ms_ = WallMs();
    held_.store(true, std::memory_order_release);
  }
  // REQUIRES: held.
  void AdvanceNs(int64_t ns) {
    monotonic_ns_ += ns;
    passed_ns_ += ns;
    wall_ms_ += passed_ns_ / 1'000'000;
    passed_ns_ %= 1'000'000;
  }
  // It goes on, with the machine's time of day.
  void Release() {
    if (!held()) return;
    const int64_t ahead = monotonic_ns_ - System().MonotonicNs();
    if (ahead > ahead_ns_) ahead_ns_ = ahead;
    passed_ns_ = 0;
    held_.store(false, std::memory_order_release);
  }

 private:
  std::atomic<bool> held_{false};
  std::atomic<int64_t> wall_ms_{0};
  std::atomic<int64_t> monotonic_ns_{0};
  std::atomic<int64_t> ahead_ns_{0};
  int64_t passed_ns_ = 0;  // below a millisecond
};

}  // namespace sedge::test
