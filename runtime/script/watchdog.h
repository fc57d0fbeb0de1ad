// SPDX-License-Identifier: Apache-2.0
// Watchdog: one thread per process that ends JavaScript which runs too long. A run of JavaScript
// announces itself by a counter, so watching costs a run two relaxed stores and no clock. The watchdog looks
// every kTickMs; a run that it sees twice is measured by the CPU clock of its thread.
#pragma once

#include <pthread.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>

namespace sedge::script {

// What the watchdog knows of one isolate. Enter and Leave on the isolate's thread.
class WatchdogEntry {
 public:
  static constexpr int64_t kTickMs = 10;

  // `expired` is called on the watchdog's thread, at most once for each run.
  WatchdogEntry(int64_t cpu_ms, std::function<void()> expired);
  ~WatchdogEntry();

  void Enter() { runs_.store(runs_.load(std::memory_order_relaxed) + 1, std::memory_order_release); }
  void Leave() { Enter(); }
  // The run goes on for another request: its CPU time counts from here.
  void Restart() { runs_.store(runs_.load(std::memory_order_relaxed) + 2, std::memory_order_release); }

 private:
  friend class Watchdog;
  std::atomic<uint64_t> runs_{0};  // odd: JavaScript is running
  const int64_t cpu_ms_;
  const std::function<void()> expired_;
  pthread_t thread_;
  // Only the watchdog's thread:
  uint64_t seen_run_ = 0;
  int64_t seen_cpu_ns_ = 0;
  bool told_ = false;
};

}  // namespace sedge::script
