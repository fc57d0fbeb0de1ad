// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/crypto/rsa_ops.h"

#include "runtime/web/crypto/asymmetric_key.h"
#include "runtime/web/crypto/base64url.h"
#include "runtime/web/crypto/hash.h"
#include "runtime/web/crypto/key_material.h"
#include "runtime/web/crypto/rsa.h"
#include "runtime/web/crypto/rsa_key.h"

namespace sedge::web {
namespace {

using script::Isolate;
using Index = RsaNumbers::Index;

// Public operations with these take less than the way to the pool and back, or not much more.
constexpr int kMaxQuickBits = 4096;
constexpr int kMaxQuickExponentBits = 32;

KeyHandle Wrap(PKey key, bool is_private) {
  const int bits = EVP_PKEY_get_bits(key.get());
  const RsaNumbers rsa = RsaNumbersOf(key.get(), false);
  const bool is_quick =
      bits <= kMaxQuickBits && BN_num_bits(rsa[Index::kE]) <= kMaxQuickExponentBits;
  // The numbers, and what OpenSSL computes from them and keeps; as measured.
  const size_t bytes =
      is_private ? 2048 + 2 * static_cast<size_t>(bits) : 1024 + static_cast<size_t>(bits) / 2;
  return WrapKey(std::move(key), bytes, is_quick);
}

Result<KeyHandle> Wrap(Result<PKey> key, bool is_private) {
  if (!key.ok()) return key.status();
  return Wrap(*std::move(key), is_private);
}

PKey PublicOf(const EVP_PKEY* key) {
  Result<PKey> made = MakeRsaKey(RsaNumbersOf(key, false));
  return made.ok() ? *std::move(made) : nullptr;
}

// What is wrong with the parameters of a pair, or null.
std::optional<std::string> CryptoCheckRsa(double bits, ByteSpan exponent) {
  const Status wrong = CheckRsaParams(bits, exponent);
  if (wrong.ok()) return std::nullopt;
  return std::string(wrong.message());
}

// [private key, public key]. REQUIRES: the parameters are checked.
v8::Local<v8::Value> CryptoGenerateRsa(Isolate& isolate, CryptoService& crypto, double bits,
                                       ByteSpan exponent) {
  const Input input(exponent, false);
  // The numbers, and room for computing with them.
  const size_t held = exponent.size() + 2 * static_cast<size_t>(bits);
  return crypto.Run(
      isolate, false, held, [bits, input, stop = crypto.should_stop()]() -> Result<KeyPair> {
        SEDGE_ASSIGN_OR_RETURN(PKey key, GenerateRsa(static_cast<int>(bits), input.bytes(), stop));
        PKey public_key = PublicOf(key.get());
        if (!public_key) return CryptoFailure("the key pair could not be generated");
        return KeyPair{Wrap(std::move(key), true), Wrap(std::move(public_key), false)};
      });
}

v8::Local<v8::Value> CryptoParseRsa(Isolate& isolate, bool is_private, ByteSpan der) {
  ErrorScope errors;
  return Tell(isolate, Wrap(is_private ? ParseRsaPkcs8(der) : ParseRsaSpki(der), is_private));
}

// The members n, e, d, p, q, dp, dq and qi of a JSON Web Key, null where absent.
v8::Local<v8::Value> CryptoMakeRsa(Isolate& isolate, CryptoService& crypto, std::string_view n,
                                   std::string_view e, std::optional<std::string_view> d,
                                   std::optional<std::string_view> p,
                                   std::optional<std::string_view> q,
                                   std::optional<std::string_view> dp,
                                   std::optional<std::string_view> dq,
                                   std::optional<std::string_view> qi) {
  RsaNumbers rsa;
  int i = 0;
  for (const std::optional<std::string_view>& text :
       {std::optional(n), std::optional(e), d, p, q, dp, dq, qi}) {
    BigNum& number = rsa.of[i++];
    if (!text) continue;
    const std::optional<SecretBytes> bytes = DecodeBase64Url(*text);
    // RFC 7518 has no leading zeros.
    if (!bytes || bytes->size() == 0 || bytes->data()[0] == 0) {
      return Tell<KeyHandle>(isolate,
                             CryptoFailure("a number of the RSA key is not base64url without "
                                           "leading zeros"));
    }
    number = ToNumber(*bytes);
  }
  // Finding the factors takes as long as signing without them.
  const bool is_private = d.has_value();
  const bool at_once = !is_private || p.has_value();
  return crypto.Run(isolate, at_once, 0,
                    [rsa = std::move(rsa), is_private, stop = crypto.should_stop()]() mutable {
                      return Wrap(MakeRsaKey(std::move(rsa), stop), is_private);
                    });
}

// The same members of a key.
std::vector<SecretText> CryptoRsaNumbers(KeyHandle key, bool is_private) {
  std::vector<SecretText> texts;
  for (const BigNum& number : RsaNumbersOf(key->get(), is_private).of) {
    if (number) texts.push_back(EncodeBase64Url(NumberBytes(number.get())));
  }
  return texts;
}

double CryptoRsaBits(KeyHandle key) { return EVP_PKEY_get_bits(key->get()); }
Bytes CryptoRsaExponent(KeyHandle key) {
  return Bytes::Copy(NumberBytes(RsaNumbersOf(key->get(), false)[Index::kE]));
}
SecretBytes CryptoFormatRsa(KeyHandle key, bool is_private) {
  return is_private ? RsaToPkcs8(key->get()) : SecretBytes(RsaToSpki(key->get()));
}

// `salt_bytes`: of RSA-PSS; null for RSASSA-PKCS1-v1_5.
v8::Local<v8::Value> CryptoSignRsa(Isolate& isolate, CryptoService& crypto, KeyHandle key,
                                   uint32_t hash, std::optional<uint32_t> salt_bytes,
                                   ByteSpan data) {
  const RsaSignatureScheme scheme{FindHash(hash), salt_bytes};
  return crypto.Run(isolate, false, data.size(),
                    [key = key.shared(), scheme, input = Input(data, false)] {
                      return RsaSign(key->get(), scheme, input.bytes());
                    });
}

v8::Local<v8::Value> CryptoVerifyRsa(Isolate& isolate, CryptoService& crypto, KeyHandle key,
                                     uint32_t hash, std::optional<uint32_t> salt_bytes,
                                     ByteSpan signature, ByteSpan data) {
  const RsaSignatureScheme scheme{FindHash(hash), salt_bytes};
  const bool at_once = key->is_quick() && CryptoService::IsShort(signature, data);
  return crypto.Run(isolate, at_once, data.size() + signature.size(),
                    [key = key.shared(), scheme, signed_as = Input(signature, at_once),
                     input = Input(data, at_once)]() -> Result<bool> {
                      return RsaVerify(key->get(), scheme, signed_as.bytes(), input.bytes());
                    });
}

v8::Local<v8::Value> CryptoCryptRsa(Isolate& isolate, CryptoService& crypto, KeyHandle key,
                                    bool encrypt, uint32_t hash, std::optional<ByteSpan> label,
                                    ByteSpan data) {
  const EVP_MD* md = FindHash(hash);
  const ByteSpan label_bytes = label.value_or(ByteSpan());
  const bool at_once = encrypt && key->is_quick() && CryptoService::IsShort(label_bytes, data);
  return crypto.Run(isolate, at_once, label_bytes.size() + data.size(),
                    [key = key.shared(), encrypt, md, text = Input(label_bytes, at_once),
                     input = Input(data, at_once)] {
                      return RsaCrypt(key->get(), encrypt, md, text.bytes(), input.bytes());
                    });
}

constexpr script::OpDef kOps[] = {
    script::Op<CryptoCheckRsa>("cryptoCheckRsa"),
    script::Op<CryptoGenerateRsa>("cryptoGenerateRsa"),
    script::Op<CryptoParseRsa>("cryptoParseRsa"),
    script::Op<CryptoMakeRsa>("cryptoMakeRsa"),
    script::Op<CryptoRsaNumbers>("cryptoRsaNumbers"),
    script::Op<CryptoRsaBits>("cryptoRsaBits"),
    script::Op<CryptoRsaExponent>("cryptoRsaExponent"),
    script::Op<CryptoFormatRsa>("cryptoFormatRsa"),
    script::Op<CryptoSignRsa>("cryptoSignRsa"),
    script::Op<CryptoVerifyRsa>("cryptoVerifyRsa"),
    script::Op<CryptoCryptRsa>("cryptoCryptRsa"),
};

}  // namespace

std::span<const script::OpDef> RsaOps() { return kOps; }

}  // namespace sedge::web
