// SPDX-License-Identifier: Apache-2.0
// HMAC (FIPS 198-1). Any thread, as far as the context is.
#pragma once

#include "runtime/web/crypto/secret_key.h"

namespace sedge::web {

// Finishes a context that is ready for data (SecretKey::Mac, NewMac). False when OpenSSL fails, or
// for a null context. REQUIRES: `out` has the size of the hash.
bool ComputeMac(EVP_MAC_CTX* context, ByteSpan data, std::span<uint8_t> out);

// In a time that does not tell where they differ.
bool EqualBytes(ByteSpan a, ByteSpan b);

}  // namespace sedge::web
