// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/crypto/ec_ops.h"

#include "runtime/web/crypto/asymmetric_key.h"
#include "runtime/web/crypto/base64url.h"
#include "runtime/web/crypto/ec.h"
#include "runtime/web/crypto/hash.h"

namespace sedge::web {
namespace {

using script::Isolate;

// OpenSSL gives each key a copy of its curve; as measured.
constexpr size_t kEcKeyBytes = 2400;

Status NoCurve() { return CryptoFailure("there is no such curve"); }

KeyHandle Wrap(const EcCurve& curve, PKey key) {
  return WrapKey(std::move(key), kEcKeyBytes, curve.is_quick);
}

Result<KeyHandle> Wrap(const EcCurve& curve, Result<PKey> key) {
  if (!key.ok()) return key.status();
  return Wrap(curve, *std::move(key));
}

v8::Local<v8::Value> CryptoGenerateEc(Isolate& isolate, CryptoService& crypto, uint32_t number) {
  const EcCurve* curve = FindCurve(number);
  if (!curve) return Tell<KeyPair>(isolate, NoCurve());
  return crypto.Run(isolate, false, 0, [curve]() -> Result<KeyPair> {
    SEDGE_ASSIGN_OR_RETURN(PKey key, GenerateEc(*curve));
    const Bytes point = EcPoint(key.get());
    SEDGE_ASSIGN_OR_RETURN(PKey public_key, MakeEcKey(*curve, {std::nullopt, point.span()}));
    return KeyPair{Wrap(*curve, std::move(key)), Wrap(*curve, std::move(public_key))};
  });
}

// `form`: 0 a raw point, 1 SPKI, 2 PKCS #8.
v8::Local<v8::Value> CryptoParseEc(Isolate& isolate, CryptoService& crypto, uint32_t number,
                                   uint32_t form, ByteSpan bytes) {
  const EcCurve* curve = FindCurve(number);
  if (!curve) return Tell<KeyHandle>(isolate, NoCurve());
  if (form == 2) {
    // The point of a private key is computed.
    return crypto.Run(isolate, curve->is_quick, 0, [curve, der = SecretBytes(bytes)] {
      return Wrap(*curve, ParseEcPkcs8(*curve, der));
    });
  }
  ErrorScope errors;
  return Tell(isolate, Wrap(*curve, form == 1 ? ParseEcSpki(*curve, bytes)
                                              : MakeEcKey(*curve, {std::nullopt, bytes})));
}

// The members x, y and d of a JSON Web Key.
v8::Local<v8::Value> CryptoMakeEc(Isolate& isolate, CryptoService& crypto, uint32_t number,
                                  std::string_view x, std::string_view y,
                                  std::optional<std::string_view> d) {
  const EcCurve* curve = FindCurve(number);
  if (!curve) return Tell<KeyHandle>(isolate, NoCurve());
  const std::optional<SecretBytes> x_bytes = DecodeBase64Url(x);
  const std::optional<SecretBytes> y_bytes = DecodeBase64Url(y);
  std::optional<SecretBytes> d_bytes;
  if (d) d_bytes = DecodeBase64Url(*d);
  const auto fits = [&](const std::optional<SecretBytes>& bytes) {
    return bytes && bytes->size() == curve->bytes;
  };
  if (!fits(x_bytes) || !fits(y_bytes) || (d && !fits(d_bytes))) {
    return Tell<KeyHandle>(isolate,
                           CryptoFailure("a number of the EC key is not base64url of its size"));
  }
  std::vector<uint8_t> point{4};  // uncompressed
  for (const std::optional<SecretBytes>* part : {&x_bytes, &y_bytes}) {
    point.insert(point.end(), (*part)->span().begin(), (*part)->span().end());
  }
  const bool at_once = !d || curve->is_quick;
  return crypto.Run(isolate, at_once, 0,
                    [curve, point = std::move(point), d_bytes = std::move(d_bytes)]() mutable {
                      return Wrap(*curve, MakeEcKey(*curve, {std::move(d_bytes), point}));
                    });
}

// [x, y] or [x, y, d].
std::vector<SecretText> CryptoEcNumbers(uint32_t number, KeyHandle key, bool is_private) {
  const EcCurve* curve = FindCurve(number);
  if (!curve) return {};
  const Bytes point = EcPoint(key->get());
  if (point.size() != 1 + 2 * curve->bytes) return {};
  std::vector<SecretText> texts{EncodeBase64Url(point.span().subspan(1, curve->bytes)),
                                EncodeBase64Url(point.span().last(curve->bytes))};
  if (is_private) texts.push_back(EncodeBase64Url(EcPrivateNumber(*curve, key->get())));
  return texts;
}

SecretBytes CryptoFormatEc(uint32_t number, uint32_t form, KeyHandle key) {
  const EcCurve* curve = FindCurve(number);
  if (!curve) return {};
  if (form == 0) return SecretBytes(EcPoint(key->get()));
  return form == 1 ? SecretBytes(EcToSpki(*curve, key->get())) : EcToPkcs8(*curve, key->get());
}

v8::Local<v8::Value> CryptoSignEc(Isolate& isolate, CryptoService& crypto, uint32_t number,
                                  KeyHandle key, uint32_t hash_id, ByteSpan data) {
  const EcCurve* curve = FindCurve(number);
  if (!curve) return Tell<Bytes>(isolate, NoCurve());
  const bool at_once = key->is_quick() && CryptoService::IsShort(data);
  return crypto.Run(
      isolate, at_once, data.size(),
      [curve, key = key.shared(), hash = FindHash(hash_id), input = Input(data, at_once)] {
        return EcdsaSign(*curve, key->get(), hash, input.bytes());
      });
}

v8::Local<v8::Value> CryptoVerifyEc(Isolate& isolate, CryptoService& crypto, uint32_t number,
                                    KeyHandle key, uint32_t hash_id, ByteSpan signature,
                                    ByteSpan data) {
  const EcCurve* curve = FindCurve(number);
  if (!curve) return Tell<bool>(isolate, NoCurve());
  const bool at_once = key->is_quick() && CryptoService::IsShort(signature, data);
  return crypto.Run(
      isolate, at_once, data.size() + signature.size(),
      [curve, key = key.shared(), hash = FindHash(hash_id), signed_as = Input(signature, at_once),
       input = Input(data, at_once)]() -> Result<bool> {
        return EcdsaVerify(*curve, key->get(), hash, signed_as.bytes(), input.bytes());
      });
}

// ECDH, X25519 and X448.
v8::Local<v8::Value> CryptoAgree(Isolate& isolate, CryptoService& crypto, KeyHandle private_key,
                                 KeyHandle public_key) {
  return crypto.Run(isolate, private_key->is_quick(), 0,
                    [own = private_key.shared(), other = public_key.shared()] {
                      return AgreeOnSecret(own->get(), other->get());
                    });
}

constexpr script::OpDef kOps[] = {
    script::Op<CryptoGenerateEc>("cryptoGenerateEc"),
    script::Op<CryptoParseEc>("cryptoParseEc"),
    script::Op<CryptoMakeEc>("cryptoMakeEc"),
    script::Op<CryptoEcNumbers>("cryptoEcNumbers"),
    script::Op<CryptoFormatEc>("cryptoFormatEc"),
    script::Op<CryptoSignEc>("cryptoSignEc"),
    script::Op<CryptoVerifyEc>("cryptoVerifyEc"),
    script::Op<CryptoAgree>("cryptoAgree"),
};

}  // namespace

std::span<const script::OpDef> EcOps() { return kOps; }

}  // namespace sedge::web
