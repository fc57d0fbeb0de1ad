// SPDX-License-Identifier: Apache-2.0
// What keys on P-256, P-384 and P-521 do: ECDSA, with signatures as Web Cryptography has them (r
// and s, one after the other), ECDH, and new pairs. Any thread.
#pragma once

#include "runtime/web/crypto/ec_key.h"

namespace sedge::web {

Result<Bytes> EcdsaSign(const EcCurve& curve, EVP_PKEY* key, const EVP_MD* hash, ByteSpan data);
bool EcdsaVerify(const EcCurve& curve, EVP_PKEY* key, const EVP_MD* hash, ByteSpan signature,
                 ByteSpan data);

// The shared secret of any two keys that agree on one: ECDH, X25519, X448.
Result<SecretBytes> AgreeOnSecret(EVP_PKEY* private_key, EVP_PKEY* public_key);

Result<PKey> GenerateEc(const EcCurve& curve);

}  // namespace sedge::web
