// SPDX-License-Identifier: Apache-2.0
// PoolShare: how many threads of the process's pool cryptography may keep busy, and who waits for
// one of them. Isolates that wait get their turn one after the other, each for one job. Any thread.
#pragma once

#include <deque>
#include <functional>
#include <mutex>

namespace sedge::web {

class PoolShare {
 public:
  // One who may wait. Its owner's thread, but for what the share does with it.
  class Waiter {
   public:
    // `wake` is called, on any thread and under the share's lock, when it is the waiter's turn to
    // Take() again.
    Waiter(PoolShare& share, std::function<void()> wake) : share_(share), wake_(std::move(wake)) {}
    ~Waiter() { Leave(); }
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;

    // Takes a thread, which must be given back, or waits for one.
    bool Take();
    // Waits no more; a thread that was kept for it goes to the next.
    void Leave();

   private:
    friend class PoolShare;
    PoolShare& share_;
    const std::function<void()> wake_;
    bool waits_ = false;   // guarded by the share's mutex
    bool chosen_ = false;  // a thread is kept for it; guarded by the share's mutex
  };

  explicit PoolShare(int threads) : free_(threads) {}
  // The process's. Never destroyed.
  static PoolShare& Process();

  void GiveBack();

 private:
  void PassOn();  // REQUIRES: mutex_ is held.

  std::mutex mutex_;
  int free_;                     // guarded by mutex_
  std::deque<Waiter*> waiting_;  // guarded by mutex_
};

}  // namespace sedge::web
