// SPDX-License-Identifier: Apache-2.0
// Watchdog: one thread per process that ends JavaScript which uses too much CPU time. A run of JavaScript
// announces itself and its request by relaxed stores, so watching costs no clock and no lock. Every
// kTickMs the watchdog looks; what a thread used since the last look is put on the account of the
// request that it is seen with, from the second sight on. A request that does little at a time is so
// charged by sampling.
#pragma once

#include <pthread.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <unordered_map>

namespace sedge::script {

// What the watchdog knows of one isolate. Enter and Leave on the isolate's thread.
class WatchdogEntry {
 public:
  static constexpr int64_t kTickMs = 10;

  // `expired` is called on the watchdog's thread when a request, or a run for no request, has used
  // `cpu_ms`, and again when what was left of it does not end.
  WatchdogEntry(int64_t cpu_ms, std::function<void()> expired);
  ~WatchdogEntry();

  void Enter() { runs_.store(runs_.load(std::memory_order_relaxed) + 1, std::memory_order_release); }
  void Leave() { Enter(); }
  void SetRequest(uint64_t id) { request_.store(id, std::memory_order_relaxed); }

 private:
  friend class Watchdog;
  struct Account {
    int64_t cpu_ns = 0;
    uint64_t last_tick = 0;
  };

  void Look(uint64_t tick);
  void DropOldAccounts(uint64_t tick);

  std::atomic<uint64_t> runs_{0};  // odd: JavaScript is running
  std::atomic<uint64_t> request_{0};
  const int64_t cpu_ms_;
  const std::function<void()> expired_;
  pthread_t thread_;
  // Only the watchdog's thread:
  uint64_t seen_run_ = 0;
  uint64_t seen_tick_ = 0;
  int64_t seen_cpu_ns_ = 0;
  std::unordered_map<uint64_t, Account> accounts_;  // by request
};

}  // namespace sedge::script
