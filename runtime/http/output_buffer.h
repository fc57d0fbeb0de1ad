// SPDX-License-Identifier: Apache-2.0
// OutputBuffer: bytes on their way out, gathered so that one write sends them. When emptied it
// gives a block of the thread's pool back, and keeps more than that up to a bound. One thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "runtime/base/block_pool.h"
#include "runtime/base/bytes.h"
#include "runtime/base/check.h"

namespace sedge::http {

class OutputBuffer {
 public:
  static constexpr size_t kFirstBytes = BlockPool::kBlockBytes;
  static constexpr size_t kKeptBytes = 16u << 10;

  OutputBuffer() = default;
  ~OutputBuffer() { Release(); }
  OutputBuffer(const OutputBuffer&) = delete;
  OutputBuffer& operator=(const OutputBuffer&) = delete;

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  ByteSpan span() const { return {reinterpret_cast<const uint8_t*>(data_), size_}; }

  // Room for `count` more bytes behind what is there; Commit says how many of them were written.
  char* Reserve(size_t count) {
    if (size_ + count > capacity_) Grow(count);
    return data_ + size_;
  }
  void Commit(const char* end) { size_ = static_cast<size_t>(end - data_); }
  void Append(std::string_view text) {
    char* at = Reserve(text.size());
    if (!text.empty()) std::memcpy(at, text.data(), text.size());
    size_ += text.size();
  }
  // Drops what came after the first `size` bytes.
  void Truncate(size_t size) { size_ = size; }
  void Clear() {
    size_ = 0;
    if (capacity_ == kFirstBytes || capacity_ > kKeptBytes) Release();
  }
  // Gives the memory back, and what is in it.
  void Release() {
    if (capacity_ == kFirstBytes) {
      BlockPool::Give(data_);
    } else {
      std::free(data_);
    }
    data_ = nullptr;
    size_ = capacity_ = 0;
  }

 private:
  void Grow(size_t count) {
    if (capacity_ == 0 && count <= kFirstBytes) {
      data_ = static_cast<char*>(BlockPool::Take());
      capacity_ = kFirstBytes;
      return;
    }
    const size_t larger = std::max({2 * kFirstBytes, 2 * capacity_, size_ + count});
    const bool in_block = capacity_ == kFirstBytes;
    auto* data = static_cast<char*>(in_block ? std::malloc(larger) : std::realloc(data_, larger));
    SEDGE_CHECK(data != nullptr);
    if (in_block) {
      std::memcpy(data, data_, size_);
      BlockPool::Give(data_);
    }
    data_ = data;
    capacity_ = larger;
  }

  char* data_ = nullptr;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

}  // namespace sedge::http
