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

// Accounts of requests that were not seen for a minute are dropped once there are many.
constexpr size_t kMaxAccounts = 1000;
constexpr uint64_t kAccountTicks = 60'000 / WatchdogEntry::kTickMs;
// What a request that was ended may use for what it left behind (microtasks, timers) before it is
// ended again.
constexpr int64_t kAgainMs = 100;

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
      ++tick_;
      for (WatchdogEntry* entry : entries_) entry->Look(tick_);
      changed_.wait_for(lock, std::chrono::milliseconds(WatchdogEntry::kTickMs));
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<WatchdogEntry*> entries_;
  uint64_t tick_ = 0;
  bool running_ = false;
};

void WatchdogEntry::Look(uint64_t tick) {
  const RunMark::Run seen = mark_.Look();
  if (!seen.in_javascript()) {
    if (accounts_.size() > kMaxAccounts) DropOldAccounts(tick);
    return;
  }
  const int64_t cpu_ns = ThreadCpuNs(thread_);
  // Without a look at the tick before, the thread's clock says nothing about this run alone.
  const bool same_run = seen.number == seen_run_ && tick == seen_tick_ + 1;
  const int64_t used_ns = same_run ? cpu_ns - seen_cpu_ns_
                                   : std::min<int64_t>(cpu_ns - seen_cpu_ns_, kTickMs * 1'000'000);
  seen_run_ = seen.number;
  seen_tick_ = tick;
  seen_cpu_ns_ = cpu_ns;
  auto [found, first_sight] = accounts_.try_emplace(seen.request);
  Account& account = found->second;
  account.last_tick = tick;
  if (first_sight || (seen.request == 0 && !same_run)) {
    account = {0, tick};
    return;
  }
  account.cpu_ns += used_ns;
  if (account.cpu_ns >= cpu_ms_ * 1'000'000) {
    account.cpu_ns = (cpu_ms_ - std::min(cpu_ms_, kAgainMs)) * 1'000'000;
    expired_();
  }
}

void WatchdogEntry::DropOldAccounts(uint64_t tick) {
  std::erase_if(accounts_, [tick](const auto& entry) {
    return entry.second.last_tick + kAccountTicks < tick;
  });
}

WatchdogEntry::WatchdogEntry(const RunMark& mark, int64_t cpu_ms, std::function<void()> expired)
    : mark_(mark), cpu_ms_(cpu_ms), expired_(std::move(expired)), thread_(pthread_self()) {
  Watchdog::Get().Add(this);
}

WatchdogEntry::~WatchdogEntry() { Watchdog::Get().Remove(this); }

}  // namespace sedge::script
