// SPDX-License-Identifier: Apache-2.0
// SecretBytes: owned bytes that are wiped before their memory is given back. A value; not tied to a
// thread.
#pragma once

#include <openssl/crypto.h>

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

  uint8_t* data() { return bytes_.data(); }
  const uint8_t* data() const { return bytes_.data(); }
  size_t size() const { return bytes_.size(); }
  ByteSpan span() const { return bytes_.span(); }
  operator ByteSpan() const { return span(); }  // NOLINT: implicit

 private:
  Bytes bytes_;
};

}  // namespace sedge::web
