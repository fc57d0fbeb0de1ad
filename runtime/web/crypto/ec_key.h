// SPDX-License-Identifier: Apache-2.0
// Keys on the curves P-256, P-384 and P-521: points, checked, and their formats (SEC 1, RFC 5480,
// RFC 5915). Any thread.
#pragma once

#include <openssl/ec.h>

#include <optional>

#include "runtime/base/status.h"
#include "runtime/web/crypto/openssl.h"
#include "runtime/web/crypto/secret_bytes.h"

namespace sedge::web {

struct EcCurve {
  const char* name;  // OpenSSL's, and Web Cryptography's
  int nid;
  ByteSpan oid;   // as an element
  size_t bytes;   // of a coordinate, and of the order
  bool is_quick;  // fast enough for the loop
  const EC_GROUP* group() const;
};

// By the numbers of ec.js: 0 P-256, 1 P-384, 2 P-521. Null for others.
const EcCurve* FindCurve(uint32_t number);

// A key of its numbers. Without a public point it is computed; with one it must be the private
// key's. At least one of them. The point may be compressed.
struct EcNumbers {
  std::optional<SecretBytes> d;
  std::optional<ByteSpan> point;
};
Result<PKey> MakeEcKey(const EcCurve& curve, const EcNumbers& numbers);
Result<PKey> ParseEcSpki(const EcCurve& curve, ByteSpan der);
Result<PKey> ParseEcPkcs8(const EcCurve& curve, ByteSpan der);

// Uncompressed.
Bytes EcPoint(const EVP_PKEY* key);
SecretBytes EcPrivateNumber(const EcCurve& curve, const EVP_PKEY* key);
Bytes EcToSpki(const EcCurve& curve, const EVP_PKEY* key);
SecretBytes EcToPkcs8(const EcCurve& curve, const EVP_PKEY* key);

}  // namespace sedge::web
