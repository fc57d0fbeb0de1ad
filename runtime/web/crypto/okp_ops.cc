// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/crypto/okp_ops.h"

#include "runtime/web/crypto/asymmetric_key.h"
#include "runtime/web/crypto/base64url.h"
#include "runtime/web/crypto/okp_key.h"

namespace sedge::web {
namespace {

using script::Isolate;

constexpr size_t kOkpKeyBytes = 512;  // as measured

Status NoCurve() { return CryptoFailure("there is no such curve"); }

// All four are fast enough for the loop.
KeyHandle Wrap(PKey key) { return WrapKey(std::move(key), kOkpKeyBytes, true); }

Result<KeyHandle> Wrap(Result<PKey> key) {
  if (!key.ok()) return key.status();
  return Wrap(*std::move(key));
}

v8::Local<v8::Value> CryptoGenerateOkp(Isolate& isolate, CryptoService& crypto, uint32_t number) {
  const OkpCurve* curve = FindOkpCurve(number);
  if (!curve) return Tell<KeyPair>(isolate, NoCurve());
  return crypto.Run(isolate, false, 0, [curve]() -> Result<KeyPair> {
    SEDGE_ASSIGN_OR_RETURN(PKey key, GenerateOkp(*curve));
    SEDGE_ASSIGN_OR_RETURN(PKey public_key, MakeOkpPublic(*curve, OkpPublic(key.get())));
    return KeyPair{Wrap(std::move(key)), Wrap(std::move(public_key))};
  });
}

// `form`: 0 raw (a public key), 1 SPKI, 2 PKCS #8.
v8::Local<v8::Value> CryptoParseOkp(Isolate& isolate, uint32_t number, uint32_t form,
                                    ByteSpan bytes) {
  const OkpCurve* curve = FindOkpCurve(number);
  if (!curve) return Tell<KeyHandle>(isolate, NoCurve());
  ErrorScope errors;
  if (form == 0) return Tell(isolate, Wrap(MakeOkpPublic(*curve, bytes)));
  return Tell(isolate,
              Wrap(form == 1 ? ParseOkpSpki(*curve, bytes) : ParseOkpPkcs8(*curve, bytes)));
}

// The members x and d of a JSON Web Key.
v8::Local<v8::Value> CryptoMakeOkp(Isolate& isolate, uint32_t number, std::string_view x,
                                   std::optional<std::string_view> d) {
  const OkpCurve* curve = FindOkpCurve(number);
  if (!curve) return Tell<KeyHandle>(isolate, NoCurve());
  const std::optional<SecretBytes> x_bytes = DecodeBase64Url(x);
  const std::optional<SecretBytes> d_bytes = d ? DecodeBase64Url(*d) : SecretBytes();
  if (!x_bytes || !d_bytes) {
    return Tell<KeyHandle>(isolate, CryptoFailure("a part of the key is not base64url"));
  }
  ErrorScope errors;
  return Tell(isolate, Wrap(d ? MakeOkpPrivate(*curve, *d_bytes, x_bytes->span())
                              : MakeOkpPublic(*curve, *x_bytes)));
}

// [x] or [x, d].
std::vector<SecretText> CryptoOkpNumbers(KeyHandle key, bool is_private) {
  std::vector<SecretText> texts{EncodeBase64Url(OkpPublic(key->get()))};
  if (is_private) texts.push_back(EncodeBase64Url(OkpPrivate(key->get())));
  return texts;
}

SecretBytes CryptoFormatOkp(uint32_t number, uint32_t form, KeyHandle key) {
  const OkpCurve* curve = FindOkpCurve(number);
  if (!curve) return {};
  if (form == 0) return SecretBytes(OkpPublic(key->get()));
  return form == 1 ? SecretBytes(OkpToSpki(*curve, key->get())) : OkpToPkcs8(*curve, key->get());
}

v8::Local<v8::Value> CryptoSignEd(Isolate& isolate, CryptoService& crypto, KeyHandle key,
                                  ByteSpan data) {
  const bool at_once = CryptoService::IsShort(data);
  return crypto.Run(isolate, at_once, data.size(),
                    [key = key.shared(), input = Input(data, at_once)] {
                      return EdSign(key->get(), input.bytes());
                    });
}

v8::Local<v8::Value> CryptoVerifyEd(Isolate& isolate, CryptoService& crypto, KeyHandle key,
                                    ByteSpan signature, ByteSpan data) {
  const bool at_once = CryptoService::IsShort(signature, data);
  return crypto.Run(isolate, at_once, data.size() + signature.size(),
                    [key = key.shared(), signed_as = Input(signature, at_once),
                     input = Input(data, at_once)]() -> Result<bool> {
                      return EdVerify(key->get(), signed_as.bytes(), input.bytes());
                    });
}

constexpr script::OpDef kOps[] = {
    script::Op<CryptoGenerateOkp>("cryptoGenerateOkp"),
    script::Op<CryptoParseOkp>("cryptoParseOkp"),
    script::Op<CryptoMakeOkp>("cryptoMakeOkp"),
    script::Op<CryptoOkpNumbers>("cryptoOkpNumbers"),
    script::Op<CryptoFormatOkp>("cryptoFormatOkp"),
    script::Op<CryptoSignEd>("cryptoSignEd"),
    script::Op<CryptoVerifyEd>("cryptoVerifyEd"),
};

}  // namespace

std::span<const script::OpDef> OkpOps() { return kOps; }

}  // namespace sedge::web
