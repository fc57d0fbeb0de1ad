// SPDX-License-Identifier: Apache-2.0
// Reaper: one background thread that is handed row keys and calls a function for each, at its own
// pace. What does not fit into the queue is dropped: the next compaction finds it again. Add() from
// any thread; the destructor waits for the call in progress and drops the rest.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace sedge::kv {

class Reaper {
 public:
  static constexpr size_t kMaxQueued = 10'000;

  // Add() may be called from now on; `reap` is not called before Start().
  explicit Reaper(std::function<void(const std::string& row_key)> reap) : reap_(std::move(reap)) {}
  ~Reaper();
  Reaper(const Reaper&) = delete;
  Reaper& operator=(const Reaper&) = delete;

  // Once.
  void Start();
  void Add(std::string_view row_key);
  // Returns when everything added so far has been handled. REQUIRES: Start() was called.
  void WaitUntilIdle();

 private:
  void Run();

  const std::function<void(const std::string&)> reap_;
  std::mutex mutex_;
  std::condition_variable wakeup_;
  std::condition_variable idle_;
  std::deque<std::string> queue_;  // guarded by mutex_, as all below
  bool busy_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace sedge::kv
