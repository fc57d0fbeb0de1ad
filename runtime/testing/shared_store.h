// SPDX-License-Identifier: Apache-2.0
// SharedStore: the one KV store of a test run, in a temporary folder that goes with it. Made when
// something is written first: most test files never do. Each file has namespaces of its own in it
// (scoped_store.h), so that one store's start is paid for once. Any thread.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>

#include "kv/store.h"
#include "runtime/base/held_folder.h"

namespace sedge::test {

class SharedStore {
 public:
  SharedStore() = default;
  ~SharedStore();
  SharedStore(const SharedStore&) = delete;
  SharedStore& operator=(const SharedStore&) = delete;

  // Blocks while it is made.
  Result<kv::Store*> Open();
  // Null before that.
  kv::Store* opened() const { return opened_.load(std::memory_order_acquire); }
  // The id of a namespace that nothing was ever written to.
  std::string NewNamespace();

 private:
  // Entries expire by the clocks of the test files, which differ: the store itself forgets none.
  ManualClock clock_{0};
  std::mutex mutex_;
  std::unique_ptr<HeldFolder> folder_;  // guarded by mutex_
  std::unique_ptr<kv::Store> store_;    // guarded by mutex_
  Status failure_;                      // guarded by mutex_
  std::atomic<kv::Store*> opened_{nullptr};
  std::atomic<uint64_t> namespaces_{0};
};

}  // namespace sedge::test
