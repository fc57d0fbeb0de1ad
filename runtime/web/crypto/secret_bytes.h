// SPDX-License-Identifier: Apache-2.0
// SecretBytes: owned bytes that are wiped before their memory is given back, and an allocator that
// does so for containers. A value; not tied to a thread.
#pragma once

#include <openssl/crypto.h>

#include <memory>
#include <string>
#include <utility>

#include "runtime/base/bytes.h"

namespace sedge::web {

class SecretBytes {
 public:
  SecretBytes() = default;
  // Not initialised.
  explicit SecretBytes(size_t size) : bytes_(Bytes::Allocate(size)) {}
  explicit SecretBytes(ByteSpan source) : bytes_(Bytes::Copy(source)) {}
  SecretBytes(SecretBytes&& other) noexcept { bytes_.swap(other.bytes_); }
  SecretBytes& operator=(SecretBytes&& other) noexcept {
    SecretBytes(std::move(other)).bytes_.swap(bytes_);
    return *this;
  }
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  ~SecretBytes() {
    if (!bytes_.empty()) OPENSSL_cleanse(bytes_.data(), bytes_.size());
  }

  // Takes over memory that nobody else has.
  static SecretBytes Adopt(Bytes bytes) {
    SecretBytes secret;
    secret.bytes_ = std::move(bytes);
    return secret;
  }
  // Gives it up: it is the caller's to wipe.
  Bytes Release() { return std::move(bytes_); }
  // Keeps the first `size` bytes. REQUIRES: size <= size().
  void Truncate(size_t size) {
    OPENSSL_cleanse(bytes_.data() + size, bytes_.size() - size);
    bytes_.Truncate(size);
  }

  uint8_t* data() { return bytes_.data(); }
  const uint8_t* data() const { return bytes_.data(); }
  size_t size() const { return bytes_.size(); }
  ByteSpan span() const { return bytes_.span(); }
  operator ByteSpan() const { return span(); }  // NOLINT: implicit

 private:
  Bytes bytes_;
};

// Of containers whose memory is wiped before it is given back.
template <typename T>
struct WipingAllocator {
  using value_type = T;
  WipingAllocator() = default;
  template <typename U>
  WipingAllocator(const WipingAllocator<U>&) {}  // NOLINT: implicit
  T* allocate(size_t count) { return std::allocator<T>().allocate(count); }
  void deallocate(T* items, size_t count) {
    OPENSSL_cleanse(items, count * sizeof(T));
    std::allocator<T>().deallocate(items, count);
  }
  bool operator==(const WipingAllocator&) const = default;
};

// Text that is too long for what a string keeps within itself.
using SecretText = std::basic_string<char, std::char_traits<char>, WipingAllocator<char>>;

}  // namespace sedge::web
