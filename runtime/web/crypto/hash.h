// SPDX-License-Identifier: Apache-2.0
// Hash functions, fetched from OpenSSL once per process, and hashing with them. Any thread; a
// RunningHash belongs to one at a time.
#pragma once

#include <cstdint>

#include "runtime/base/bytes.h"
#include "runtime/web/crypto/openssl.h"

namespace sedge::web {

// The numbers of hash.js.
enum class HashId : uint32_t {
  kSha1,
  kSha256,
  kSha384,
  kSha512,
  kSha3With256,
  kSha3With384,
  kSha3With512,
  kMd5,
};
inline constexpr uint32_t kHashCount = 8;

// Null for other numbers, and for what this OpenSSL does not offer (MD5 under FIPS).
const EVP_MD* FindHash(uint32_t id);

// What is told where FindHash() gives null.
inline Status HashNotOffered() {
  return CryptoFailure("this OpenSSL does not offer the hash function");
}

// False when OpenSSL fails. REQUIRES: `out` has the hash's size; `id` is of a hash that is offered.
bool HashBytes(uint32_t id, ByteSpan data, uint8_t* out);

// A hash over pieces.
class RunningHash {
 public:
  // REQUIRES: not null.
  explicit RunningHash(const EVP_MD* hash);
  bool Update(ByteSpan data);
  size_t size() const { return size_; }
  // REQUIRES: `out` has size() bytes. Only once.
  bool Finish(uint8_t* out);

 private:
  HashContext context_;
  size_t size_;
};

}  // namespace sedge::web
