// SPDX-License-Identifier: Apache-2.0
// Something that one thread of a test says once and others wait for, with the harness's deadline.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

#include "tests/e2e/harness/sedge_process.h"

namespace sedge::e2e {

// Set by one thread, waited for by others.
class Event {
 public:
  void Set() {
    std::lock_guard lock(mutex_);
    is_set_ = true;
    changed_.notify_all();
  }
  bool Wait() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::milliseconds(SedgeProcess::kDeadlineMs),
                             [this] { return is_set_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_set_ = false;
};

}  // namespace sedge::e2e
