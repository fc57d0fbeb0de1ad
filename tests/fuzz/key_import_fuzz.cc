// SPDX-License-Identifier: Apache-2.0
// Keys in SPKI, PKCS #8 and raw form: any bytes are a key or are refused; a key's own form is the
// same key's again. The first byte chooses the algorithm and the form.
#include <cstdint>

#include "runtime/base/check.h"
#include "runtime/web/crypto/ec_key.h"
#include "runtime/web/crypto/okp_key.h"
#include "runtime/web/crypto/rsa_key.h"

using namespace sedge::web;
using sedge::Bytes;
using sedge::ByteSpan;
using sedge::Result;

namespace {

enum Form : uint8_t { kRaw, kSpki, kPkcs8, kForms };

bool Same(ByteSpan a, ByteSpan b) { return sedge::AsText(a) == sedge::AsText(b); }

// `parse` and `format` are of one form.
template <typename Parse, typename Format>
void Check(ByteSpan bytes, Parse parse, Format format) {
  const Result<PKey> key = parse(bytes);
  if (!key.ok()) return;
  const SecretBytes own(format(key.value().get()));
  SEDGE_CHECK(own.size() > 0);
  const Result<PKey> again = parse(own);
  SEDGE_CHECK(again.ok() && Same(format(again.value().get()), own));
}

void CheckRsa(Form form, ByteSpan bytes) {
  if (form == kSpki) Check(bytes, ParseRsaSpki, RsaToSpki);
  if (form == kPkcs8) Check(bytes, ParseRsaPkcs8, RsaToPkcs8);
}

void CheckEc(const EcCurve& curve, Form form, ByteSpan bytes) {
  const auto parse = [&](ByteSpan input) {
    if (form == kRaw) return MakeEcKey(curve, {std::nullopt, input});
    return form == kSpki ? ParseEcSpki(curve, input) : ParseEcPkcs8(curve, input);
  };
  Check(bytes, parse, [&](const EVP_PKEY* key) {
    if (form == kRaw) return SecretBytes(EcPoint(key));
    return form == kSpki ? SecretBytes(EcToSpki(curve, key)) : EcToPkcs8(curve, key);
  });
}

void CheckOkp(const OkpCurve& curve, Form form, ByteSpan bytes) {
  const auto parse = [&](ByteSpan input) {
    if (form == kRaw) return MakeOkpPublic(curve, input);
    return form == kSpki ? ParseOkpSpki(curve, input) : ParseOkpPkcs8(curve, input);
  };
  Check(bytes, parse, [&](const EVP_PKEY* key) {
    if (form == kRaw) return SecretBytes(OkpPublic(key));
    return form == kSpki ? SecretBytes(OkpToSpki(curve, key)) : OkpToPkcs8(curve, key);
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr uint8_t kAlgorithms = 8;  // RSA, three curves, four others
  if (size == 0) return 0;
  const auto form = static_cast<Form>(data[0] / kAlgorithms % kForms);
  const uint8_t algorithm = data[0] % kAlgorithms;
  const ByteSpan bytes(data + 1, size - 1);
  if (algorithm == 0) {
    CheckRsa(form, bytes);
  } else if (algorithm <= 3) {
    CheckEc(*FindCurve(algorithm - 1), form, bytes);
  } else {
    CheckOkp(*FindOkpCurve(algorithm - 4), form, bytes);
  }
  return 0;
}
