// SPDX-License-Identifier: Apache-2.0
// What RSA keys do (RFC 8017): RSASSA-PKCS1-v1_5, RSASSA-PSS, RSAES-OAEP, and new pairs. Any
// thread.
#pragma once

#include <cstdint>
#include <optional>

#include "runtime/base/bytes.h"
#include "runtime/base/status.h"
#include "runtime/web/crypto/openssl.h"
#include "runtime/web/crypto/should_stop.h"

namespace sedge::web {

// Without the length of a salt: RSASSA-PKCS1-v1_5, with it RSASSA-PSS.
struct RsaSignatureScheme {
  const EVP_MD* hash;  // null: nothing is signed
  std::optional<uint32_t> salt_bytes;
};

Result<Bytes> RsaSign(EVP_PKEY* key, const RsaSignatureScheme& scheme, ByteSpan data);
bool RsaVerify(EVP_PKEY* key, const RsaSignatureScheme& scheme, ByteSpan signature, ByteSpan data);

// RSAES-OAEP, with MGF1 of the same hash.
Result<Bytes> RsaCrypt(EVP_PKEY* key, bool encrypt, const EVP_MD* hash, ByteSpan label,
                       ByteSpan data);

// What keeps a pair from being made, if anything: its modulus has `bits`, its exponent is
// big-endian.
Status CheckRsaParams(double bits, ByteSpan exponent);
// May take minutes; `should_stop` is asked many times a second.
Result<PKey> GenerateRsa(int bits, ByteSpan exponent, const ShouldStop& should_stop = nullptr);

}  // namespace sedge::web
