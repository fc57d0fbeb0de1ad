// SPDX-License-Identifier: Apache-2.0
#include "kv/reaper.h"

#include <utility>

namespace sedge::kv {

void Reaper::Start() {
  thread_ = std::thread([this] { Run(); });
}

Reaper::~Reaper() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wakeup_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Reaper::Add(std::string_view row_key) {
  {
    std::lock_guard lock(mutex_);
    if (stopping_ || queue_.size() >= kMaxQueued) return;
    queue_.emplace_back(row_key);
  }
  wakeup_.notify_one();
}

void Reaper::WaitUntilIdle() {
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [this] { return queue_.empty() && !busy_; });
}

void Reaper::Run() {
  std::unique_lock lock(mutex_);
  while (true) {
    wakeup_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (stopping_) return;
    const std::string row_key = std::move(queue_.front());
    queue_.pop_front();
    busy_ = true;
    lock.unlock();
    reap_(row_key);
    lock.lock();
    busy_ = false;
    if (queue_.empty()) idle_.notify_all();
  }
}

}  // namespace sedge::kv
