// SPDX-License-Identifier: Apache-2.0
#include "runtime/script/watchdog.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <ctime>
#include <mutex>
#include <thread>
#include <vector>

namespace sedge::script {
namespace {

int64_t ThreadCpuNs(pthread_t thread) {
  clockid_t clock;
  timespec time;
  if (pthread_getcpuclockid(thread, &clock) != 0 || clock_gettime(clock, &time) != 0) return 0;
  return static_cast<int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

// Runs while there is something to watch.
class Watchdog {
 public:
  static Watchdog& Get() {
    static Watchdog* watchdog = new Watchdog;  // its thread may outlive static destructors
    return *watchdog;
  }

  void Add(WatchdogEntry* entry) {
    std::lock_guard lock(mutex_);
    entries_.push_back(entry);
    if (!running_) {
      running_ = true;
      std::thread([this] { Run(); }).detach();
    }
    changed_.notify_one();
  }

  // After it returns the entry is not looked at any more.
  void Remove(WatchdogEntry* entry) {
    std::lock_guard lock(mutex_);
    std::erase(entries_, entry);
  }

 private:
  void Run() {
    pthread_setname_np(pthread_self(), "sedge-watchdog");
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [this] { return !entries_.empty(); });
      for (WatchdogEntry* entry : entries_) Look(*entry);
      changed_.wait_for(lock, std::chrono::milliseconds(WatchdogEntry::kTickMs));
    }
  }

  static void Look(WatchdogEntry& entry) {
    const uint64_t run = entry.runs_.load(std::memory_order_acquire);
    if (run % 2 == 0) return;
    if (run != entry.seen_run_) {
      entry.seen_run_ = run;
      entry.seen_cpu_ns_ = ThreadCpuNs(entry.thread_);
      entry.told_ = false;
      return;
    }
    const int64_t used_ms = (ThreadCpuNs(entry.thread_) - entry.seen_cpu_ns_) / 1'000'000;
    if (!entry.told_ && used_ms >= entry.cpu_ms_) {
      entry.told_ = true;
      entry.expired_();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<WatchdogEntry*> entries_;
  bool running_ = false;
};

WatchdogEntry::WatchdogEntry(int64_t cpu_ms, std::function<void()> expired)
    : cpu_ms_(cpu_ms), expired_(std::move(expired)), thread_(pthread_self()) {
  Watchdog::Get().Add(this);
}

WatchdogEntry::~WatchdogEntry() { Watchdog::Get().Remove(this); }

}  // namespace sedge::script
