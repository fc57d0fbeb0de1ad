// SPDX-License-Identifier: Apache-2.0
// OpenSSL's objects as values that free themselves, and its errors as Status. Nothing here is tied
// to a thread, except that OpenSSL's queue of errors is each thread's own.
#pragma once

#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>

#include <memory>
#include <string>
#include <utility>

#include "runtime/base/status.h"

namespace sedge::web {

template <auto Free>
struct FreeWith {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};

using BigNum = std::unique_ptr<BIGNUM, FreeWith<BN_clear_free>>;
using BigNumContext = std::unique_ptr<BN_CTX, FreeWith<BN_CTX_free>>;
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, FreeWith<EVP_CIPHER_CTX_free>>;
using HashContext = std::unique_ptr<EVP_MD_CTX, FreeWith<EVP_MD_CTX_free>>;
using KdfContext = std::unique_ptr<EVP_KDF_CTX, FreeWith<EVP_KDF_CTX_free>>;
using MacContext = std::unique_ptr<EVP_MAC_CTX, FreeWith<EVP_MAC_CTX_free>>;
using PKey = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;
using PKeyContext = std::unique_ptr<EVP_PKEY_CTX, FreeWith<EVP_PKEY_CTX_free>>;

// Leaves the thread's queue of errors empty: failures of verification, of parsing and the like are
// results, and what they leave there would be taken for an error of TLS later.
class ErrorScope {
 public:
  ErrorScope() = default;
  ~ErrorScope() { ERR_clear_error(); }
  ErrorScope(const ErrorScope&) = delete;
  ErrorScope& operator=(const ErrorScope&) = delete;
};

// The failure of an operation, as the worker's script is told. What OpenSSL says of it stays out:
// it may tell apart what must look the same (padding).
inline Status CryptoFailure(std::string text) {
  ERR_clear_error();
  return FailedPrecondition(std::move(text));
}

}  // namespace sedge::web
