// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/crypto/pool_share.h"

#include "runtime/base/pool_size.h"

namespace sedge::web {

PoolShare& PoolShare::Process() {
  static PoolShare* const share = new PoolShare(CryptoThreads());
  return *share;
}

bool PoolShare::Waiter::Take() {
  std::lock_guard lock(share_.mutex_);
  if (chosen_) {
    chosen_ = false;
    return true;
  }
  // A free thread means that nobody waits.
  if (share_.free_ > 0) {
    --share_.free_;
    return true;
  }
  if (!waits_) share_.waiting_.push_back(this);
  waits_ = true;
  return false;
}

void PoolShare::Waiter::Leave() {
  std::lock_guard lock(share_.mutex_);
  if (waits_) std::erase(share_.waiting_, this);
  waits_ = false;
  if (chosen_) share_.PassOn();
  chosen_ = false;
}

void PoolShare::GiveBack() {
  std::lock_guard lock(mutex_);
  PassOn();
}

void PoolShare::PassOn() {
  if (waiting_.empty()) {
    ++free_;
    return;
  }
  Waiter* next = waiting_.front();
  waiting_.pop_front();
  next->waits_ = false;
  next->chosen_ = true;
  next->wake_();
}

}  // namespace sedge::web
