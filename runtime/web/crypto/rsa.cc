// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/crypto/rsa.h"

#include <openssl/rsa.h>

#include <climits>
#include <string>

#include "runtime/web/crypto/key_material.h"
#include "runtime/web/crypto/rsa_key.h"

namespace sedge::web {
namespace {

// OpenSSL verifies with no longer exponent when the modulus has more than 3072 bits.
constexpr int kMaxExponentBits = 64;

bool SetScheme(EVP_PKEY_CTX* context, const RsaSignatureScheme& scheme) {
  if (!scheme.salt_bytes) return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) > 0;
  return *scheme.salt_bytes <= INT_MAX &&
         EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) > 0 &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(context, static_cast<int>(*scheme.salt_bytes)) > 0;
}

bool SetOaep(EVP_PKEY_CTX* context, const EVP_MD* hash, ByteSpan label) {
  if (EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) <= 0 ||
      EVP_PKEY_CTX_set_rsa_oaep_md(context, hash) <= 0 ||
      EVP_PKEY_CTX_set_rsa_mgf1_md(context, hash) <= 0 || label.size() > INT_MAX) {
    return false;
  }
  if (label.empty()) return true;
  void* copy = OPENSSL_memdup(label.data(), label.size());  // the context's, once it took it
  if (!copy) return false;
  if (EVP_PKEY_CTX_set0_rsa_oaep_label(context, copy, static_cast<int>(label.size())) > 0)
    return true;
  OPENSSL_free(copy);
  return false;
}

// OpenSSL asks after each number that it tried as a prime.
int GoOn(EVP_PKEY_CTX* context) {
  return (*static_cast<const ShouldStop*>(EVP_PKEY_CTX_get_app_data(context)))() ? 0 : 1;
}

}  // namespace

Result<Bytes> RsaSign(EVP_PKEY* key, const RsaSignatureScheme& scheme, ByteSpan data) {
  const HashContext context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* key_context = nullptr;
  size_t size = static_cast<size_t>(EVP_PKEY_get_size(key));
  Bytes signature = Bytes::Allocate(size);
  if (!context || !scheme.hash ||
      EVP_DigestSignInit(context.get(), &key_context, scheme.hash, nullptr, key) != 1 ||
      !SetScheme(key_context, scheme) ||
      EVP_DigestSign(context.get(), signature.data(), &size, data.data(), data.size()) != 1) {
    return CryptoFailure(
        "the data could not be signed; the key may be too short for the hash and salt");
  }
  signature.Truncate(size);
  return signature;
}

bool RsaVerify(EVP_PKEY* key, const RsaSignatureScheme& scheme, ByteSpan signature, ByteSpan data) {
  const HashContext context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* key_context = nullptr;
  return context && scheme.hash &&
         EVP_DigestVerifyInit(context.get(), &key_context, scheme.hash, nullptr, key) == 1 &&
         SetScheme(key_context, scheme) &&
         EVP_DigestVerify(context.get(), signature.data(), signature.size(), data.data(),
                          data.size()) == 1;
}

Result<Bytes> RsaCrypt(EVP_PKEY* key, bool encrypt, const EVP_MD* hash, ByteSpan label,
                       ByteSpan data) {
  const PKeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
  size_t size = static_cast<size_t>(EVP_PKEY_get_size(key));
  Bytes out = Bytes::Allocate(size);
  const auto init = encrypt ? EVP_PKEY_encrypt_init : EVP_PKEY_decrypt_init;
  const auto crypt = encrypt ? EVP_PKEY_encrypt : EVP_PKEY_decrypt;
  if (!context || !hash || init(context.get()) != 1 || !SetOaep(context.get(), hash, label) ||
      crypt(context.get(), out.data(), &size, data.data(), data.size()) != 1) {
    return CryptoFailure(encrypt ? "the data could not be encrypted; it may be too long for the key"
                                 : "the data could not be decrypted");
  }
  out.Truncate(size);
  return out;
}

Status CheckRsaParams(double bits, ByteSpan exponent) {
  if (bits < kMinRsaBits || bits > kMaxGeneratedRsaBits) {
    return CryptoFailure("keys of " + std::to_string(kMinRsaBits) + " to " +
                         std::to_string(kMaxGeneratedRsaBits) + " bits are generated, not of " +
                         std::to_string(static_cast<uint64_t>(bits)) +
                         "; take 2048 to 4096, or import a key that was made elsewhere");
  }
  const BigNum e = ToNumber(exponent);
  if (!BN_is_odd(e.get()) || BN_is_one(e.get()) || BN_num_bits(e.get()) > kMaxExponentBits) {
    return CryptoFailure("the public exponent must be odd, from 3 to 64 bits long");
  }
  return {};
}

Result<PKey> GenerateRsa(int bits, ByteSpan exponent, const ShouldStop& should_stop) {
  const BigNum e = ToNumber(exponent);
  const PKeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
  EVP_PKEY* key = nullptr;
  if (!context || EVP_PKEY_keygen_init(context.get()) != 1 ||
      EVP_PKEY_CTX_set_rsa_keygen_bits(context.get(), bits) <= 0 ||
      EVP_PKEY_CTX_set1_rsa_keygen_pubexp(context.get(), e.get()) <= 0) {
    return CryptoFailure("the key pair could not be generated");
  }
  EVP_PKEY_CTX_set_app_data(context.get(), const_cast<ShouldStop*>(&should_stop));
  if (should_stop) EVP_PKEY_CTX_set_cb(context.get(), GoOn);
  if (EVP_PKEY_generate(context.get(), &key) != 1) {
    return CryptoFailure("the key pair could not be generated");
  }
  return PKey(key);
}

}  // namespace sedge::web
