// SPDX-License-Identifier: Apache-2.0
// Keys of RFC 8410's curves, "octet key pairs": Ed25519 and Ed448 (RFC 8032), X25519 and X448 (RFC
// 7748), with their formats and what the signing ones do. For X25519 and X448 see AgreeOnSecret.
// Any thread.
#pragma once

#include <optional>

#include "runtime/base/status.h"
#include "runtime/web/crypto/openssl.h"
#include "runtime/web/crypto/secret_bytes.h"

namespace sedge::web {

struct OkpCurve {
  const char* name;  // OpenSSL's
  ByteSpan oid;
  size_t bytes;  // of a private key, and of a public one
};

// By the numbers of okp.js: 0 Ed25519, 1 X25519, 2 Ed448, 3 X448. Null for others.
const OkpCurve* FindOkpCurve(uint32_t number);

Result<PKey> MakeOkpPublic(const OkpCurve& curve, ByteSpan key);
// With a public key, it must be the private one's.
Result<PKey> MakeOkpPrivate(const OkpCurve& curve, ByteSpan key,
                            std::optional<ByteSpan> public_key);
Result<PKey> ParseOkpSpki(const OkpCurve& curve, ByteSpan der);
Result<PKey> ParseOkpPkcs8(const OkpCurve& curve, ByteSpan der);
Result<PKey> GenerateOkp(const OkpCurve& curve);

Bytes OkpPublic(const EVP_PKEY* key);
SecretBytes OkpPrivate(const EVP_PKEY* key);
Bytes OkpToSpki(const OkpCurve& curve, const EVP_PKEY* key);
SecretBytes OkpToPkcs8(const OkpCurve& curve, const EVP_PKEY* key);

Result<Bytes> EdSign(EVP_PKEY* key, ByteSpan data);
bool EdVerify(EVP_PKEY* key, ByteSpan signature, ByteSpan data);

}  // namespace sedge::web
