// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/crypto/okp_key.h"

#include <cstring>
#include <iterator>

#include "runtime/web/crypto/key_info.h"
#include "runtime/web/crypto/small_order.h"

namespace sedge::web {
namespace {

// 1.3.101.110 to 1.3.101.113
constexpr uint8_t kX25519Oid[] = {0x2B, 0x65, 0x6E};
constexpr uint8_t kX448Oid[] = {0x2B, 0x65, 0x6F};
constexpr uint8_t kEd25519Oid[] = {0x2B, 0x65, 0x70};
constexpr uint8_t kEd448Oid[] = {0x2B, 0x65, 0x71};

constexpr OkpCurve kCurves[] = {{"ED25519", kEd25519Oid, 32},
                                {"X25519", kX25519Oid, 32},
                                {"ED448", kEd448Oid, 57},
                                {"X448", kX448Oid, 56}};

Status Refused(const OkpCurve& curve) {
  return CryptoFailure("the key is none of " + std::string(curve.name));
}
Status WrongFormat(const OkpCurve& curve, const char* format) {
  return CryptoFailure("the data is not a key of " + std::string(curve.name) + " in " + format);
}
bool IsOf(const OkpCurve& curve, const std::optional<KeyInfo>& info) {
  return info && SameBytes(info->oid, curve.oid) && info->parameters.empty();
}

}  // namespace

const OkpCurve* FindOkpCurve(uint32_t number) {
  return number < std::size(kCurves) ? &kCurves[number] : nullptr;
}

Result<PKey> MakeOkpPublic(const OkpCurve& curve, ByteSpan bytes) {
  if (bytes.size() != curve.bytes) return Refused(curve);
  PKey key(
      EVP_PKEY_new_raw_public_key_ex(nullptr, curve.name, nullptr, bytes.data(), bytes.size()));
  if (!key) return Refused(curve);
  return key;
}

Result<PKey> MakeOkpPrivate(const OkpCurve& curve, ByteSpan bytes,
                            std::optional<ByteSpan> public_key) {
  if (bytes.size() != curve.bytes) return Refused(curve);
  PKey key(
      EVP_PKEY_new_raw_private_key_ex(nullptr, curve.name, nullptr, bytes.data(), bytes.size()));
  if (!key) return Refused(curve);
  if (public_key && !SameBytes(OkpPublic(key.get()), *public_key)) {
    return CryptoFailure("the key has a public part that is not of its private part");
  }
  return key;
}

Result<PKey> ParseOkpSpki(const OkpCurve& curve, ByteSpan der) {
  const std::optional<KeyInfo> info = ParseSpki(der);
  if (!IsOf(curve, info)) return WrongFormat(curve, "SPKI");
  return MakeOkpPublic(curve, info->key);
}

Result<PKey> ParseOkpPkcs8(const OkpCurve& curve, ByteSpan der) {
  const std::optional<KeyInfo> info = ParsePkcs8(der);
  if (!IsOf(curve, info)) return WrongFormat(curve, "PKCS #8");
  DerReader reader(info->key);
  const ByteSpan key = reader.Read(kDerOctetString);
  if (!reader.AtEnd()) return WrongFormat(curve, "PKCS #8");
  return MakeOkpPrivate(curve, key, info->public_key);
}

Result<PKey> GenerateOkp(const OkpCurve& curve) {
  PKey key(EVP_PKEY_Q_keygen(nullptr, nullptr, curve.name));
  if (!key) return CryptoFailure("the key pair could not be generated");
  return key;
}

Bytes OkpPublic(const EVP_PKEY* key) {
  uint8_t bytes[57];
  size_t size = sizeof(bytes);
  if (EVP_PKEY_get_raw_public_key(key, bytes, &size) != 1) return {};
  return Bytes::Copy(ByteSpan(bytes, size));
}

SecretBytes OkpPrivate(const EVP_PKEY* key) {
  size_t size = 0;
  if (EVP_PKEY_get_raw_private_key(key, nullptr, &size) != 1) return {};
  SecretBytes bytes(size);
  if (EVP_PKEY_get_raw_private_key(key, bytes.data(), &size) != 1) return {};
  return bytes;
}

Bytes OkpToSpki(const OkpCurve& curve, const EVP_PKEY* key) {
  return MakeSpki(curve.oid, {}, OkpPublic(key));
}

SecretBytes OkpToPkcs8(const OkpCurve& curve, const EVP_PKEY* key) {
  return MakePkcs8(curve.oid, {}, WriteDer(kDerOctetString, {OkpPrivate(key)}));
}

Result<Bytes> EdSign(EVP_PKEY* key, ByteSpan data) {
  const HashContext context(EVP_MD_CTX_new());
  size_t size = static_cast<size_t>(EVP_PKEY_get_size(key));
  Bytes signature = Bytes::Allocate(size);
  if (!context || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key) != 1 ||
      EVP_DigestSign(context.get(), signature.data(), &size, data.data(), data.size()) != 1) {
    return CryptoFailure("the data could not be signed");
  }
  signature.Truncate(size);
  return signature;
}

bool EdVerify(EVP_PKEY* key, ByteSpan signature, ByteSpan data) {
  const Bytes public_key = OkpPublic(key);
  // OpenSSL does not look for points of small order.
  if (signature.size() != 2 * public_key.size() || IsSmallOrder(public_key) ||
      IsSmallOrder(signature.first(public_key.size()))) {
    return false;
  }
  const HashContext context(EVP_MD_CTX_new());
  return context && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key) == 1 &&
         EVP_DigestVerify(context.get(), signature.data(), signature.size(), data.data(),
                          data.size()) == 1;
}

}  // namespace sedge::web
