// SPDX-License-Identifier: Apache-2.0
// ArrayBuffer memory: an allocator that counts against the isolate's limit, and the ways between
// Bytes and JavaScript's buffers.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <optional>
#include <span>

#include "runtime/base/bytes.h"
#include "runtime/script/v8_compat.h"

namespace sedge::script {

// V8 may free from its own threads.
class CountingAllocator final : public v8::ArrayBuffer::Allocator {
 public:
  // `collect` frees garbage; `exhausted` is called when the limit is passed even so. Both on the
  // isolate's thread.
  CountingAllocator(size_t limit_bytes, std::function<void()> collect,
                    std::function<void()> exhausted)
      : limit_(limit_bytes), collect_(std::move(collect)), exhausted_(std::move(exhausted)) {}

  void* Allocate(size_t length) override;
  void* AllocateUninitialized(size_t length) override;
  void Free(void* data, size_t length) override;

  // For memory that came from elsewhere and now belongs to an ArrayBuffer.
  void Count(size_t length);
  void Uncount(size_t length) { used_.fetch_sub(length, std::memory_order_relaxed); }
  size_t used_bytes() const { return used_.load(std::memory_order_relaxed); }

 private:
  bool Reserve(size_t length);
  // V8 asks again after each of three collections before it gives up
  // (Heap::AllocateExternalBackingStore).
  static constexpr int kTries = 4;
  const size_t limit_;
  const std::function<void()> collect_;
  const std::function<void()> exhausted_;
  int failures_ = 0;  // in a row
  std::atomic<size_t> used_{0};
};

// Moves the memory into a Uint8Array; nothing is copied.
v8::Local<v8::Uint8Array> ToUint8Array(v8::Isolate* isolate, CountingAllocator& allocator,
                                       Bytes bytes, bool wipe = false);

// The bytes of an ArrayBuffer, SharedArrayBuffer or view; nullopt for anything else. Valid while
// JavaScript does not run.
std::optional<std::span<uint8_t>> BytesOf(v8::Local<v8::Value> value);

}  // namespace sedge::script
