// SPDX-License-Identifier: Apache-2.0
// Deferred: the promise that an op returned, to be settled later. A cheap handle that may be copied into
// callbacks and may outlive the isolate; the first settlement counts. The isolate's thread.
#pragma once

#include <functional>
#include <memory>

#include "runtime/base/slot_map.h"
#include "runtime/base/status.h"
#include "runtime/script/isolate.h"

namespace sedge::script {

class Deferred {
 public:
  Deferred() = default;
  // REQUIRES: inside JavaScript (an op). Not valid() when SlotMap::kMaxSlots promises are pending, or the
  // isolate is being terminated.
  static Deferred Create(Isolate& isolate);
  bool valid() const { return id_ != 0; }
  v8::Local<v8::Promise> promise(Isolate& isolate) const;

  // Settle. Enters JavaScript for the request that called the op, and runs microtasks unless nested.
  // Nothing happens when the isolate is gone.
  template <typename T>
  void Resolve(T&& value) const;
  void ResolveUndefined() const;
  void Reject(const Status& status) const;
  // Resolves with a value or rejects with a failure.
  template <typename T>
  void Settle(Result<T> result) const;
  void Settle(const Status& status) const {
    if (status.ok()) {
      ResolveUndefined();
    } else {
      Reject(status);
    }
  }
  // Settles with what `make` returns; it runs inside JavaScript. Empty: the pending exception rejects.
  void ResolveWith(const std::function<v8::MaybeLocal<v8::Value>(Isolate&)>& make) const;

  // Null when the isolate is gone.
  Isolate* isolate() const { return life_ && *life_ ? *life_ : nullptr; }
  uint64_t request() const { return request_; }

 private:
  std::shared_ptr<Isolate*> life_;
  SlotId id_ = 0;
  uint64_t request_ = 0;
};

}  // namespace sedge::script

#include "runtime/script/result.h"

namespace sedge::script {

template <typename T>
void Deferred::Resolve(T&& value) const {
  auto* stored = &value;
  ResolveWith([stored](Isolate& isolate) { return ToV8(isolate, std::forward<T>(*stored)); });
}

template <typename T>
void Deferred::Settle(Result<T> result) const {
  if (result.ok()) {
    Resolve(std::move(*result));
  } else {
    Reject(result.status());
  }
}

}  // namespace sedge::script
