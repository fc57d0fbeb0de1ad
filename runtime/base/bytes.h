// SPDX-License-Identifier: Apache-2.0
// Bytes: an owned, movable block of memory with a length; the unit in which bodies travel.
// Its memory is malloc's, so that it can be handed to V8 as a backing store without a copy.
// A value; not tied to a thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace sedge {

using ByteSpan = std::span<const uint8_t>;

inline ByteSpan AsBytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}
inline std::string_view AsText(ByteSpan bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

class Bytes {
 public:
  Bytes() = default;
  ~Bytes() { std::free(data_); }
  Bytes(Bytes&& other) noexcept { swap(other); }
  Bytes& operator=(Bytes&& other) noexcept {
    Bytes(std::move(other)).swap(*this);
    return *this;
  }
  Bytes(const Bytes&) = delete;
  Bytes& operator=(const Bytes&) = delete;

  // Uninitialised memory. Ends the process when memory is exhausted, as operator new does here.
  static Bytes Allocate(size_t size);
  static Bytes Copy(ByteSpan source);
  static Bytes Copy(std::string_view source) { return Copy(AsBytes(source)); }
  // One after the other. Each part is freed once it is copied.
  static Bytes Join(std::vector<Bytes> parts);

  uint8_t* data() { return data_; }
  const uint8_t* data() const { return data_; }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  ByteSpan span() const { return {data_, size_}; }
  std::string_view text() const { return AsText(span()); }
  operator ByteSpan() const { return span(); }  // NOLINT: implicit

  // Keeps the first `size` bytes. REQUIRES: size <= size().
  void Truncate(size_t size) { size_ = size; }
  // Drops the first `count` bytes (moves the rest). REQUIRES: count <= size().
  void RemovePrefix(size_t count);
  // Gives up the memory, which the caller frees with free().
  uint8_t* Release() {
    size_ = 0;
    return std::exchange(data_, nullptr);
  }
  void swap(Bytes& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
  }

 private:
  uint8_t* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace sedge
