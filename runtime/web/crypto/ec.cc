// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/crypto/ec.h"

#include <cstring>

#include "runtime/web/crypto/der.h"

namespace sedge::web {
namespace {

// The two numbers of ECDSA's DER form.
std::optional<Bytes> ToFixedSize(const EcCurve& curve, ByteSpan der) {
  DerReader outer(der);
  DerReader reader = outer.ReadSequence();
  const ByteSpan r = reader.ReadUnsigned();
  const ByteSpan s = reader.ReadUnsigned();
  if (!reader.AtEnd() || r.size() > curve.bytes || s.size() > curve.bytes) return std::nullopt;
  Bytes both = Bytes::Allocate(2 * curve.bytes);
  std::memset(both.data(), 0, both.size());
  std::memcpy(both.data() + curve.bytes - r.size(), r.data(), r.size());
  std::memcpy(both.data() + both.size() - s.size(), s.data(), s.size());
  return both;
}

}  // namespace

Result<Bytes> EcdsaSign(const EcCurve& curve, EVP_PKEY* key, const EVP_MD* hash, ByteSpan data) {
  const HashContext context(EVP_MD_CTX_new());
  size_t size = static_cast<size_t>(EVP_PKEY_get_size(key));
  Bytes der = Bytes::Allocate(size);
  if (context && hash && EVP_DigestSignInit(context.get(), nullptr, hash, nullptr, key) == 1 &&
      EVP_DigestSign(context.get(), der.data(), &size, data.data(), data.size()) == 1) {
    if (std::optional<Bytes> signature = ToFixedSize(curve, der.span().first(size))) {
      return *std::move(signature);
    }
  }
  return CryptoFailure("the data could not be signed");
}

bool EcdsaVerify(const EcCurve& curve, EVP_PKEY* key, const EVP_MD* hash, ByteSpan signature,
                 ByteSpan data) {
  if (signature.size() != 2 * curve.bytes) return false;
  const DerBytes der = WriteDer(kDerSequence, {WriteDerUnsigned(signature.first(curve.bytes)),
                                               WriteDerUnsigned(signature.last(curve.bytes))});
  const HashContext context(EVP_MD_CTX_new());
  return context && hash && EVP_DigestVerifyInit(context.get(), nullptr, hash, nullptr, key) == 1 &&
         EVP_DigestVerify(context.get(), der.data(), der.size(), data.data(), data.size()) == 1;
}

Result<SecretBytes> AgreeOnSecret(EVP_PKEY* private_key, EVP_PKEY* public_key) {
  const PKeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, private_key, nullptr));
  size_t size = 0;
  // Points are checked when a key is made.
  if (context && EVP_PKEY_derive_init(context.get()) == 1 &&
      EVP_PKEY_derive_set_peer_ex(context.get(), public_key, 0) == 1 &&
      EVP_PKEY_derive(context.get(), nullptr, &size) == 1) {
    SecretBytes secret(size);
    if (EVP_PKEY_derive(context.get(), secret.data(), &size) == 1) {
      secret.Truncate(size);
      return secret;
    }
  }
  return CryptoFailure("these keys do not give a secret");
}

Result<PKey> GenerateEc(const EcCurve& curve) {
  PKey key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", curve.name));
  if (!key) return CryptoFailure("the key pair could not be generated");
  return key;
}

}  // namespace sedge::web
