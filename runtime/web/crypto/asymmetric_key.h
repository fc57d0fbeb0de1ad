// SPDX-License-Identifier: Apache-2.0
// AsymmetricKey: a public or private key behind a CryptoKey, and what ops do to return one. The key
// is wiped when it goes (OpenSSL does). Never changed: any thread may use it.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "runtime/script/native.h"
#include "runtime/web/crypto/crypto_service.h"
#include "runtime/web/crypto/openssl.h"

namespace sedge::web {

class AsymmetricKey {
 public:
  // `is_quick`: what its public part does is fast enough for the loop.
  AsymmetricKey(PKey key, bool is_quick) : key_(std::move(key)), is_quick_(is_quick) {}
  // OpenSSL's functions take keys that are not const, and do not change them.
  EVP_PKEY* get() const { return key_.get(); }
  bool is_quick() const { return is_quick_; }

 private:
  PKey key_;
  bool is_quick_;
};

using KeyHandle = script::Native<AsymmetricKey>;
using KeyPair = std::vector<KeyHandle>;  // the private key, the public key

// `bytes`: about what the key takes.
inline KeyHandle WrapKey(PKey key, size_t bytes, bool is_quick) {
  return KeyHandle::Make(sizeof(AsymmetricKey) + bytes, std::move(key), is_quick);
}

}  // namespace sedge::web
