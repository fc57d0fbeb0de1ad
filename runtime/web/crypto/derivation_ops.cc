// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/crypto/derivation_ops.h"

#include "runtime/script/native.h"
#include "runtime/web/crypto/crypto_service.h"
#include "runtime/web/crypto/derivation.h"
#include "runtime/web/crypto/hash.h"
#include "runtime/web/crypto/secret_key.h"

namespace sedge::web {
namespace {

using script::Isolate;
using script::Native;

// As fast as the way to the pool and back.
constexpr double kAtOnceIterations = 128;

v8::Local<v8::Value> CryptoHkdf(Isolate& isolate, CryptoService& crypto, Native<SecretKey> key,
                                uint32_t hash_id, ByteSpan salt, ByteSpan info, double size) {
  const EVP_MD* hash = FindHash(hash_id);
  if (!hash) return Tell<Bytes>(isolate, HashNotOffered());
  // RFC 5869's limit, checked before that much memory is taken.
  if (size > 255.0 * EVP_MD_get_size(hash)) {
    return Tell<Bytes>(isolate, CryptoFailure("HKDF gives at most 255 times the size of its hash"));
  }
  const auto bytes = static_cast<size_t>(size);
  const bool at_once = CryptoService::IsShort(key->bytes(), salt, info);
  return crypto.Run(
      isolate, at_once, salt.size() + info.size() + bytes,
      [key = key.shared(), hash, salted = Input(salt, at_once), more = Input(info, at_once),
       bytes] { return DeriveHkdf(hash, key->bytes(), salted.bytes(), more.bytes(), bytes); });
}

double CryptoMaxPbkdf2Iterations(CryptoService& crypto) {
  return static_cast<double>(crypto.max_pbkdf2_iterations());
}

// REQUIRES: iterations times blocks is within the limit.
v8::Local<v8::Value> CryptoPbkdf2(Isolate& isolate, CryptoService& crypto, Native<SecretKey> key,
                                  uint32_t hash_id, ByteSpan salt, double iterations, double size) {
  const EVP_MD* hash = FindHash(hash_id);
  if (!hash) return Tell<Bytes>(isolate, HashNotOffered());
  const auto bytes = static_cast<size_t>(size);
  const auto count = static_cast<int64_t>(iterations);
  const double rounds = iterations * (1 + size / EVP_MD_get_size(hash));
  const bool at_once = rounds <= kAtOnceIterations && CryptoService::IsShort(key->bytes(), salt);
  return crypto.Run(isolate, at_once, salt.size() + bytes,
                    [key = key.shared(), hash, input = Input(salt, at_once), count, bytes] {
                      return DerivePbkdf2(hash, key->bytes(), input.bytes(), count, bytes);
                    });
}

constexpr script::OpDef kOps[] = {
    script::Op<CryptoHkdf>("cryptoHkdf"),
    script::Op<CryptoMaxPbkdf2Iterations>("cryptoMaxPbkdf2Iterations"),
    script::Op<CryptoPbkdf2>("cryptoPbkdf2"),
};

}  // namespace

std::span<const script::OpDef> DerivationOps() { return kOps; }

}  // namespace sedge::web
