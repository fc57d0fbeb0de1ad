// SPDX-License-Identifier: Apache-2.0
// KeyMaterial: numbers and bytes of which OpenSSL makes a key. What was handed over is wiped.
// Not tied to a thread.
#pragma once

#include <openssl/params.h>

#include <string>
#include <vector>

#include "runtime/web/crypto/openssl.h"
#include "runtime/web/crypto/secret_bytes.h"

namespace sedge::web {

class KeyMaterial {
 public:
  void Add(const char* name, const BIGNUM* number);
  void Add(const char* name, ByteSpan bytes);
  void Add(const char* name, std::string text);

  // Null when OpenSSL refuses. `type`: "RSA", "EC". `selection`: EVP_PKEY_KEYPAIR,
  // EVP_PKEY_PUBLIC_KEY.
  PKey MakeKey(const char* type, int selection);

 private:
  struct Item {
    const char* name;
    unsigned int type;
    SecretBytes bytes;
  };
  std::vector<Item> items_;
};

// A number of a key; null when it has none of that name.
BigNum NumberOf(const EVP_PKEY* key, const char* name);
// Big-endian, without leading zeros, or padded to `size` bytes.
SecretBytes NumberBytes(const BIGNUM* number);
SecretBytes NumberBytes(const BIGNUM* number, size_t size);
// Never null. Of more than 64 KB, which is no number of any key, the first 64 KB.
BigNum ToNumber(ByteSpan bytes);

}  // namespace sedge::web
