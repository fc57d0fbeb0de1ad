// SPDX-License-Identifier: Apache-2.0
// Clock: where the runtime reads time, so that tests can move it. Any thread.
#pragma once

#include <atomic>
#include <cstdint>

namespace sedge {

class Clock {
 public:
  virtual ~Clock() = default;
  // Milliseconds since the Unix epoch; may jump.
  virtual int64_t WallMs() const = 0;
  // Nanoseconds since some fixed moment; never goes back.
  virtual int64_t MonotonicNs() const = 0;

  int64_t WallSeconds() const { return WallMs() / 1000; }

  // The machine's clock; lives for ever.
  static Clock& System();
};

class ManualClock final : public Clock {
 public:
  explicit ManualClock(int64_t wall_ms) : wall_ms_(wall_ms) {}
  int64_t WallMs() const override { return wall_ms_; }
  int64_t MonotonicNs() const override { return monotonic_ns_; }
  void AdvanceMs(int64_t ms) {
    wall_ms_ += ms;
    monotonic_ns_ += ms * 1'000'000;
  }

 private:
  std::atomic<int64_t> wall_ms_;
  std::atomic<int64_t> monotonic_ns_ = 0;
};

}  // namespace sedge
