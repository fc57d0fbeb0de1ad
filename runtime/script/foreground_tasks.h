// SPDX-License-Identifier: Apache-2.0
// ForegroundTasks: whether V8 has posted tasks that wait for an isolate's thread. Looking for them
// in V8's platform means entering the isolate: of many isolates few have any.
#pragma once

#include <v8-platform.h>

#include <atomic>
#include <limits>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "runtime/script/v8_compat.h"

namespace sedge::script {

class ForegroundTasks {
 public:
  // Any thread, once the task is where it is looked for. Times are the platform's, in seconds.
  void NotePosted() { posted_.store(true, std::memory_order_release); }
  void NoteDelayed(double due);
  // The isolate's thread: whether some were posted, or became due, since it was last asked.
  bool TakeDue(v8::Platform& platform) {
    const bool posted = posted_.load(std::memory_order_relaxed) &&
                        posted_.exchange(false, std::memory_order_acquire);
    const double next = next_due_.load(std::memory_order_acquire);
    const bool due = next != kNever && next <= platform.MonotonicallyIncreasingTime();
    if (due) DropUntil(platform.MonotonicallyIncreasingTime());
    return posted || due;
  }

 private:
  static constexpr double kNever = std::numeric_limits<double>::infinity();
  void DropUntil(double now);

  std::atomic<bool> posted_{true};  // by whoever made the isolate
  std::atomic<double> next_due_{kNever};
  std::mutex mutex_;
  std::vector<double> due_;  // guarded by mutex_; a heap, the next one first
};

// Those of all isolates. Any thread.
class ForegroundTaskNotes {
 public:
  // Lives as long as somebody holds it.
  std::shared_ptr<ForegroundTasks> Of(v8::Isolate* isolate);
  // The isolate's task runner `below`, which notes what it is given. `platform` lives for ever.
  std::shared_ptr<v8::TaskRunner> Noting(v8::Isolate* isolate,
                                         std::shared_ptr<v8::TaskRunner> below,
                                         v8::Platform& platform);
  // The isolate is about to be disposed of: another one may get its address.
  void Forget(v8::Isolate* isolate);

 private:
  struct Entry {
    std::shared_ptr<ForegroundTasks> tasks = std::make_shared<ForegroundTasks>();
    std::shared_ptr<v8::TaskRunner> below;
    std::shared_ptr<v8::TaskRunner> noting;
  };

  std::mutex mutex_;
  std::unordered_map<v8::Isolate*, Entry> entries_;  // guarded by mutex_
};

}  // namespace sedge::script
