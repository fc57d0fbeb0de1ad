// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/crypto/ec_key.h"

#include <openssl/core_names.h>
#include <openssl/obj_mac.h>

#include <array>
#include <iterator>

#include "runtime/base/check.h"
#include "runtime/web/crypto/key_info.h"
#include "runtime/web/crypto/key_material.h"

namespace sedge::web {
namespace {

using Point = std::unique_ptr<EC_POINT, FreeWith<EC_POINT_clear_free>>;

constexpr uint8_t kEcPublicKeyOid[] = {0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01};
constexpr uint8_t kP256Oid[] = {0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07};
constexpr uint8_t kP384Oid[] = {0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x22};
constexpr uint8_t kP521Oid[] = {0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x23};
constexpr uint8_t kOne[] = {1};

constexpr EcCurve kCurves[] = {
    {"P-256", NID_X9_62_prime256v1, kP256Oid, 32, true},
    {"P-384", NID_secp384r1, kP384Oid, 48, false},
    {"P-521", NID_secp521r1, kP521Oid, 66, false},
};

Status Invalid(const char* problem) { return CryptoFailure(std::string("the EC key ") + problem); }
Status WrongFormat(const EcCurve& curve, const char* format) {
  return CryptoFailure("the data is not a " + std::string(curve.name) + " key in " + format);
}

// Uncompressed; nullopt for what is no point of the curve, or the one at infinity.
std::optional<Bytes> ToUncompressed(const EcCurve& curve, const EC_POINT* point) {
  if (EC_POINT_is_at_infinity(curve.group(), point)) return std::nullopt;
  Bytes bytes = Bytes::Allocate(1 + 2 * curve.bytes);
  const size_t size = EC_POINT_point2oct(curve.group(), point, POINT_CONVERSION_UNCOMPRESSED,
                                         bytes.data(), bytes.size(), nullptr);
  if (size != bytes.size()) return std::nullopt;
  return bytes;
}

std::optional<Bytes> CheckedPoint(const EcCurve& curve, ByteSpan bytes) {
  // The hybrid form (first byte 6 or 7) is not among the standard's.
  if (bytes.empty() || bytes[0] < 2 || bytes[0] > 4) return std::nullopt;
  const Point point(EC_POINT_new(curve.group()));
  if (!point ||
      EC_POINT_oct2point(curve.group(), point.get(), bytes.data(), bytes.size(), nullptr) != 1) {
    ERR_clear_error();
    return std::nullopt;
  }
  return ToUncompressed(curve, point.get());
}

std::optional<Bytes> PointOfPrivate(const EcCurve& curve, const BIGNUM* d) {
  const Point point(EC_POINT_new(curve.group()));
  if (!point || EC_POINT_mul(curve.group(), point.get(), d, nullptr, nullptr, nullptr) != 1) {
    return std::nullopt;
  }
  return ToUncompressed(curve, point.get());
}

}  // namespace

const EC_GROUP* EcCurve::group() const {
  static const std::array<EC_GROUP*, std::size(kCurves)> groups = [] {
    std::array<EC_GROUP*, std::size(kCurves)> made;
    for (size_t i = 0; i < made.size(); ++i) {
      made[i] = EC_GROUP_new_by_curve_name_ex(nullptr, nullptr, kCurves[i].nid);
      SEDGE_CHECK(made[i] != nullptr);  // every OpenSSL 3 has these curves
    }
    return made;
  }();
  return groups[static_cast<size_t>(this - kCurves)];
}

const EcCurve* FindCurve(uint32_t number) {
  return number < std::size(kCurves) ? &kCurves[number] : nullptr;
}

Result<PKey> MakeEcKey(const EcCurve& curve, const EcNumbers& numbers) {
  KeyMaterial material;
  material.Add(OSSL_PKEY_PARAM_GROUP_NAME, std::string(curve.name));
  std::optional<Bytes> point;
  if (numbers.point) {
    point = CheckedPoint(curve, *numbers.point);
    if (!point) return Invalid("is no point of its curve");
  }
  if (!numbers.d) {
    material.Add(OSSL_PKEY_PARAM_PUB_KEY, *point);
    PKey key = material.MakeKey("EC", EVP_PKEY_PUBLIC_KEY);
    if (!key) return Invalid("was refused by OpenSSL");
    return key;
  }
  const BigNum d = ToNumber(*numbers.d);
  if (BN_is_zero(d.get()) || BN_cmp(d.get(), EC_GROUP_get0_order(curve.group())) >= 0) {
    return Invalid("has a private part that is not within its curve's order");
  }
  std::optional<Bytes> own = PointOfPrivate(curve, d.get());
  if (!own) return Invalid("could not be used");
  if (point && !SameBytes(*point, *own))
    return Invalid("has a public part that is not of its private part");
  material.Add(OSSL_PKEY_PARAM_PUB_KEY, *own);
  material.Add(OSSL_PKEY_PARAM_PRIV_KEY, d.get());
  PKey key = material.MakeKey("EC", EVP_PKEY_KEYPAIR);
  if (!key) return Invalid("was refused by OpenSSL");
  return key;
}

Result<PKey> ParseEcSpki(const EcCurve& curve, ByteSpan der) {
  const std::optional<KeyInfo> info = ParseSpki(der);
  if (!info || !SameBytes(info->oid, kEcPublicKeyOid) || !SameBytes(info->parameters, curve.oid)) {
    return WrongFormat(curve, "SPKI");
  }
  return MakeEcKey(curve, {std::nullopt, info->key});
}

Result<PKey> ParseEcPkcs8(const EcCurve& curve, ByteSpan der) {
  const std::optional<KeyInfo> info = ParsePkcs8(der);
  if (!info || !SameBytes(info->oid, kEcPublicKeyOid) || !SameBytes(info->parameters, curve.oid)) {
    return WrongFormat(curve, "PKCS #8");
  }
  // RFC 5915's ECPrivateKey.
  DerReader outer(info->key);
  DerReader reader = outer.ReadSequence();
  const ByteSpan version = reader.ReadUnsigned();
  const ByteSpan d = reader.Read(kDerOctetString);
  std::optional<ByteSpan> point;
  bool fits = SameBytes(version, kOne) && d.size() == curve.bytes;
  if (reader.Has(kDerContext0)) fits &= SameBytes(reader.Read(kDerContext0), curve.oid);
  if (reader.Has(kDerContext1)) {
    DerReader nested = reader.ReadNested(kDerContext1);
    point = nested.ReadBitString();
    fits &= nested.AtEnd();
  }
  if (!fits || !reader.AtEnd() || !outer.AtEnd()) return WrongFormat(curve, "PKCS #8");
  return MakeEcKey(curve, {SecretBytes(d), point});
}

Bytes EcPoint(const EVP_PKEY* key) {
  uint8_t point[1 + 2 * 66];
  size_t size = 0;
  if (EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point), &size) !=
      1) {
    ERR_clear_error();
    return {};
  }
  return Bytes::Copy(ByteSpan(point, size));
}

SecretBytes EcPrivateNumber(const EcCurve& curve, const EVP_PKEY* key) {
  const BigNum d = NumberOf(key, OSSL_PKEY_PARAM_PRIV_KEY);
  return d ? NumberBytes(d.get(), curve.bytes) : SecretBytes();
}

Bytes EcToSpki(const EcCurve& curve, const EVP_PKEY* key) {
  return MakeSpki(kEcPublicKeyOid, curve.oid, EcPoint(key));
}

SecretBytes EcToPkcs8(const EcCurve& curve, const EVP_PKEY* key) {
  // The parameters are in the envelope alone, as everybody has it.
  const DerBytes private_key =
      WriteDer(kDerSequence,
               {WriteDerUnsigned(kOne), WriteDer(kDerOctetString, {EcPrivateNumber(curve, key)}),
                WriteDer(kDerContext1, {WriteDerBitString(EcPoint(key))})});
  return MakePkcs8(kEcPublicKeyOid, curve.oid, private_key);
}

}  // namespace sedge::web
