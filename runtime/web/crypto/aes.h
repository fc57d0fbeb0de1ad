// SPDX-License-Identifier: Apache-2.0
// AES in the modes of Web Cryptography: CBC with PKCS#7 padding, CTR with a counter of any width,
// GCM, and key wrapping (RFC 3394). Functions over a context that has the key; any thread, as far
// as the context is.
#pragma once

#include <cstdint>

#include "runtime/base/bytes.h"
#include "runtime/base/status.h"
#include "runtime/web/crypto/openssl.h"

namespace sedge::web {

// The numbers of aes.js.
enum class AesMode : uint32_t { kCbc, kCtr, kGcm, kKeyWrap };

inline constexpr size_t kAesBlockBytes = 16;

// Null for a key that is not of 16, 24 or 32 bytes.
const EVP_CIPHER* FindAes(AesMode mode, size_t key_bytes);

// What the modes need besides key and data.
struct AesParams {
  ByteSpan iv;               // CBC and GCM; CTR: the counter block
  ByteSpan additional_data;  // GCM
  uint32_t bits = 0;         // GCM: of the tag; CTR: of the block's part that counts
};

// What is wrong with them, if anything, for any key.
Status CheckAesParams(AesMode mode, const AesParams& params);

// REQUIRES: `context` has the key for `mode` and `encrypt`, and the parameters are checked.
Result<Bytes> AesCrypt(EVP_CIPHER_CTX* context, AesMode mode, bool encrypt, const AesParams& params,
                       ByteSpan data);

}  // namespace sedge::web
