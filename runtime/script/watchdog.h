// SPDX-License-Identifier: Apache-2.0
// Watchdog: one thread per process that ends JavaScript which uses too much CPU time. Every kTickMs
// it looks at each isolate's RunMark; what a thread used since the last look is put on the account
// of the request that it is seen with, from the second sight on. A request that does little at a
// time is so charged by sampling.
#pragma once

#include <pthread.h>

#include <cstdint>
#include <functional>
#include <unordered_map>

#include "runtime/script/run_mark.h"

namespace sedge::script {

// What the watchdog knows of one isolate. Made on the isolate's thread.
class WatchdogEntry {
 public:
  static constexpr int64_t kTickMs = 10;

  // `mark` outlives it. `expired` is called on the watchdog's thread when a request, or a run for
  // no request, has used `cpu_ms`, and again when what was left of it does not end.
  WatchdogEntry(const RunMark& mark, int64_t cpu_ms, std::function<void()> expired);
  ~WatchdogEntry();

 private:
  friend class Watchdog;
  struct Account {
    int64_t cpu_ns = 0;
    uint64_t last_tick = 0;
  };

  void Look(uint64_t tick);
  void DropOldAccounts(uint64_t tick);

  const RunMark& mark_;
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
