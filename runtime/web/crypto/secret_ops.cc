// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/crypto/secret_ops.h"

#include <openssl/rand.h>

#include "runtime/script/native.h"
#include "runtime/web/crypto/base64url.h"
#include "runtime/web/crypto/crypto_service.h"
#include "runtime/web/crypto/hash.h"
#include "runtime/web/crypto/hmac.h"
#include "runtime/web/crypto/secret_key.h"

namespace sedge::web {
namespace {

using script::Isolate;
using script::Native;

Native<SecretKey> Wrap(SecretBytes bytes) {
  auto key = std::make_shared<SecretKey>(std::move(bytes));
  const size_t held = key->held_bytes();
  return Native<SecretKey>(std::move(key), held);
}

Native<SecretKey> CryptoNewSecret(ByteSpan bytes) { return Wrap(SecretBytes(bytes)); }

Result<Native<SecretKey>> CryptoRandomSecret(uint32_t size) {
  SecretBytes bytes(size);
  if (RAND_priv_bytes_ex(nullptr, bytes.data(), size, 0) != 1) {
    return Unavailable("the system has no randomness to give");
  }
  return Wrap(std::move(bytes));
}

// Null for text that is not base64url.
std::optional<Native<SecretKey>> CryptoDecodeSecret(std::string_view text) {
  std::optional<SecretBytes> bytes = DecodeBase64Url(text);
  if (!bytes) return std::nullopt;
  return Wrap(*std::move(bytes));
}

double CryptoSecretSize(Native<SecretKey> key) { return static_cast<double>(key->bytes().size()); }
SecretBytes CryptoSecretBytes(Native<SecretKey> key) { return SecretBytes(key->bytes()); }
SecretText CryptoEncodeSecret(Native<SecretKey> key) { return EncodeBase64Url(key->bytes()); }

// A key of the first `bits` bits; those that are left in the last byte become zero.
Result<Native<SecretKey>> CryptoShortenSecret(Native<SecretKey> key, double bits) {
  const auto wanted = static_cast<size_t>(bits);
  const size_t size = (wanted + 7) / 8;
  if (size > key->bytes().size()) return InvalidArgument("the key has fewer bits");
  SecretBytes bytes(key->bytes().first(size));
  if (wanted % 8 != 0) bytes.data()[size - 1] &= static_cast<uint8_t>(0xFF << (8 - wanted % 8));
  return Wrap(std::move(bytes));
}

Status MacFailure() { return CryptoFailure("OpenSSL could not compute the HMAC"); }

// As cryptoDigest: into `out` when the data is short.
v8::Local<v8::Value> CryptoHmac(Isolate& isolate, CryptoService& crypto, Native<SecretKey> key,
                                uint32_t hash_id, ByteSpan data, std::span<uint8_t> out) {
  const EVP_MD* hash = FindHash(hash_id);
  if (!hash) return Tell<bool>(isolate, MacFailure());
  if (CryptoService::IsShort(key->bytes(), data)) {
    if (!ComputeMac(key->Mac(hash), data, out)) return Tell<bool>(isolate, MacFailure());
    return v8::Undefined(isolate.v8());
  }
  return crypto.Run(
      isolate, false, data.size(),
      [key = key.shared(), hash, input = Input(data, false), size = out.size()]() -> Result<Bytes> {
        Bytes mac = Bytes::Allocate(size);
        if (!ComputeMac(NewMac(hash, key->bytes()).get(), input.bytes(),
                        {mac.data(), mac.size()})) {
          return MacFailure();
        }
        return mac;
      });
}

v8::Local<v8::Value> CryptoVerifyHmac(Isolate& isolate, CryptoService& crypto,
                                      Native<SecretKey> key, uint32_t hash_id, ByteSpan signature,
                                      ByteSpan data) {
  const EVP_MD* hash = FindHash(hash_id);
  if (!hash) return Tell<bool>(isolate, MacFailure());
  const auto size = static_cast<size_t>(EVP_MD_get_size(hash));
  uint8_t mac[EVP_MAX_MD_SIZE];
  if (CryptoService::IsShort(key->bytes(), data)) {
    if (!ComputeMac(key->Mac(hash), data, {mac, size})) return Tell<bool>(isolate, MacFailure());
    return v8::Boolean::New(isolate.v8(), EqualBytes({mac, size}, signature));
  }
  return crypto.Run(
      isolate, false, data.size() + signature.size(),
      [key = key.shared(), hash, input = Input(data, false), expected = Input(signature, false),
       size]() -> Result<bool> {
        uint8_t computed[EVP_MAX_MD_SIZE];
        if (!ComputeMac(NewMac(hash, key->bytes()).get(), input.bytes(), {computed, size})) {
          return MacFailure();
        }
        return EqualBytes({computed, size}, expected.bytes());
      });
}

constexpr script::OpDef kOps[] = {
    script::Op<CryptoNewSecret>("cryptoNewSecret"),
    script::Op<CryptoRandomSecret>("cryptoRandomSecret"),
    script::Op<CryptoDecodeSecret>("cryptoDecodeSecret"),
    script::Op<CryptoSecretSize>("cryptoSecretSize"),
    script::Op<CryptoSecretBytes>("cryptoSecretBytes"),
    script::Op<CryptoEncodeSecret>("cryptoEncodeSecret"),
    script::Op<CryptoShortenSecret>("cryptoShortenSecret"),
    script::Op<CryptoHmac>("cryptoHmac"),
    script::Op<CryptoVerifyHmac>("cryptoVerifyHmac"),
};

}  // namespace

std::span<const script::OpDef> SecretOps() { return kOps; }

}  // namespace sedge::web
