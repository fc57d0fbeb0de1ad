// SPDX-License-Identifier: Apache-2.0
// RSA keys: their numbers, checked, and their formats (RFC 8017, appendix A.1). Any thread.
#pragma once

#include <array>

#include "runtime/base/status.h"
#include "runtime/web/crypto/openssl.h"
#include "runtime/web/crypto/secret_bytes.h"
#include "runtime/web/crypto/should_stop.h"

namespace sedge::web {

// OpenSSL makes and uses no smaller ones; nor larger ones.
inline constexpr int kMinRsaBits = 512;
inline constexpr int kMaxRsaBits = 16'384;
// Larger ones take minutes to generate.
inline constexpr uint32_t kMaxGeneratedRsaBits = 8192;

struct RsaNumbers {
  // In the order of RSAPrivateKey and of JSON Web Keys.
  enum Index { kN, kE, kD, kP, kQ, kDp, kDq, kQi, kCount };
  std::array<BigNum, kCount> of;  // a public key has the first two alone
  const BIGNUM* operator[](Index index) const { return of[index].get(); }
};

// Checks that the numbers are those of an RSA key, as far as that can be told without looking for
// primes. A private key may lack all after d: they are computed, which may take a second;
// `should_stop` is asked before each try.
Result<PKey> MakeRsaKey(RsaNumbers numbers, const ShouldStop& should_stop = nullptr);
Result<PKey> ParseRsaSpki(ByteSpan der);
Result<PKey> ParseRsaPkcs8(ByteSpan der);

RsaNumbers RsaNumbersOf(const EVP_PKEY* key, bool is_private);
Bytes RsaToSpki(const EVP_PKEY* key);
SecretBytes RsaToPkcs8(const EVP_PKEY* key);

}  // namespace sedge::web
