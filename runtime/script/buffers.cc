// SPDX-License-Identifier: Apache-2.0
#include "runtime/script/buffers.h"

#include <cstdlib>
#include <cstring>

namespace sedge::script {

bool CountingAllocator::Reserve(size_t length) {
  if (used_.fetch_add(length, std::memory_order_relaxed) + length <= limit_) {
    failures_ = 0;
    return true;
  }
  used_.fetch_sub(length, std::memory_order_relaxed);
  if (++failures_ >= kTries) exhausted_();
  return false;
}

void* CountingAllocator::Allocate(size_t length) {
  return Reserve(length) ? std::calloc(length ? length : 1, 1) : nullptr;
}

void* CountingAllocator::AllocateUninitialized(size_t length) {
  return Reserve(length) ? std::malloc(length ? length : 1) : nullptr;
}

void CountingAllocator::Free(void* data, size_t length) {
  used_.fetch_sub(length, std::memory_order_relaxed);
  std::free(data);
}

void CountingAllocator::Count(size_t length) {
  if (used_.fetch_add(length, std::memory_order_relaxed) + length <= limit_) return;
  collect_();
  if (used_bytes() > limit_) exhausted_();
}

namespace {

void JustFree(void* data, size_t length, void* counter) {
  static_cast<CountingAllocator*>(counter)->Uncount(length);
  std::free(data);
}

void WipeAndFree(void* data, size_t length, void* counter) {
  explicit_bzero(data, length);
  JustFree(data, length, counter);
}

}  // namespace

v8::Local<v8::Uint8Array> ToUint8Array(v8::Isolate* isolate, CountingAllocator& allocator,
                                       Bytes bytes, bool wipe) {
  const size_t size = bytes.size();
  if (size == 0) return v8::Uint8Array::New(v8::ArrayBuffer::New(isolate, 0), 0, 0);
  allocator.Count(size);
  // Backing stores do not outlive their isolate here (nothing else holds one), nor the allocator.
  std::unique_ptr<v8::BackingStore> store = v8::ArrayBuffer::NewBackingStore(
      bytes.Release(), size, wipe ? WipeAndFree : JustFree, &allocator);
  return v8::Uint8Array::New(v8::ArrayBuffer::New(isolate, std::move(store)), 0, size);
}

std::optional<std::span<uint8_t>> BytesOf(v8::Local<v8::Value> value) {
  if (value->IsArrayBufferView()) {
    v8::Local<v8::ArrayBufferView> view = value.As<v8::ArrayBufferView>();
    return std::span(static_cast<uint8_t*>(view->Buffer()->Data()) + view->ByteOffset(),
                     view->ByteLength());
  }
  if (value->IsArrayBuffer()) {
    v8::Local<v8::ArrayBuffer> buffer = value.As<v8::ArrayBuffer>();
    return std::span(static_cast<uint8_t*>(buffer->Data()), buffer->ByteLength());
  }
  if (value->IsSharedArrayBuffer()) {
    v8::Local<v8::SharedArrayBuffer> buffer = value.As<v8::SharedArrayBuffer>();
    return std::span(static_cast<uint8_t*>(buffer->Data()), buffer->ByteLength());
  }
  return std::nullopt;
}

}  // namespace sedge::script
