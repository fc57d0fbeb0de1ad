// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/crypto/hash.h"

#include <array>

#include "runtime/base/check.h"

namespace sedge::web {
namespace {

using HashTable = std::array<const EVP_MD*, kHashCount>;

HashTable FetchHashes() {
  constexpr const char* kNames[kHashCount] = {"SHA1",     "SHA256",   "SHA384",   "SHA512",
                                              "SHA3-256", "SHA3-384", "SHA3-512", "MD5"};
  HashTable hashes;
  for (uint32_t i = 0; i < kHashCount; ++i) {
    hashes[i] = EVP_MD_fetch(nullptr, kNames[i], nullptr);
  }
  ERR_clear_error();
  return hashes;
}

}  // namespace

const EVP_MD* FindHash(uint32_t id) {
  static const HashTable hashes = FetchHashes();
  return id < kHashCount ? hashes[id] : nullptr;
}

bool HashBytes(uint32_t id, ByteSpan data, uint8_t* out) {
  // Making a context costs as much as hashing a hundred bytes.
  thread_local std::array<HashContext, kHashCount> contexts;
  HashContext& context = contexts[id];
  if (!context) {
    context.reset(EVP_MD_CTX_new());
    SEDGE_CHECK(context != nullptr);
  }
  return EVP_DigestInit_ex2(context.get(), FindHash(id), nullptr) == 1 &&
         EVP_DigestUpdate(context.get(), data.data(), data.size()) == 1 &&
         EVP_DigestFinal_ex(context.get(), out, nullptr) == 1;
}

RunningHash::RunningHash(const EVP_MD* hash)
    : context_(EVP_MD_CTX_new()), size_(static_cast<size_t>(EVP_MD_get_size(hash))) {
  SEDGE_CHECK(context_ != nullptr);
  SEDGE_CHECK(EVP_DigestInit_ex2(context_.get(), hash, nullptr) == 1);
}

bool RunningHash::Update(ByteSpan data) {
  return EVP_DigestUpdate(context_.get(), data.data(), data.size()) == 1;
}

bool RunningHash::Finish(uint8_t* out) {
  return EVP_DigestFinal_ex(context_.get(), out, nullptr) == 1;
}

}  // namespace sedge::web
