// SPDX-License-Identifier: Apache-2.0
// Derivation of bits from secrets: HKDF (RFC 5869) and PBKDF2 (RFC 8018). Pure functions; any
// thread.
#pragma once

#include <cstdint>

#include "runtime/base/bytes.h"
#include "runtime/base/status.h"
#include "runtime/web/crypto/openssl.h"

namespace sedge::web {

// OpenSSL 3.0's own limit for HKDF's info.
inline constexpr size_t kMaxHkdfInfoBytes = 32u << 10;

Result<Bytes> DeriveHkdf(const EVP_MD* hash, ByteSpan secret, ByteSpan salt, ByteSpan info,
                         size_t size);

// REQUIRES: iterations > 0 and fits an int.
Result<Bytes> DerivePbkdf2(const EVP_MD* hash, ByteSpan password, ByteSpan salt, int64_t iterations,
                           size_t size);

}  // namespace sedge::web
