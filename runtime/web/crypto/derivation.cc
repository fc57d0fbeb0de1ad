// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/crypto/derivation.h"

#include <openssl/core_names.h>
#include <openssl/params.h>

#include <climits>
#include <string>

namespace sedge::web {
namespace {

// OpenSSL reads what the parameter points to, and takes null for "not given".
OSSL_PARAM OctetParam(const char* name, ByteSpan bytes) {
  static const uint8_t none = 0;
  const uint8_t* data = bytes.empty() ? &none : bytes.data();
  return OSSL_PARAM_construct_octet_string(name, const_cast<uint8_t*>(data), bytes.size());
}

}  // namespace

Result<Bytes> DeriveHkdf(const EVP_MD* hash, ByteSpan secret, ByteSpan salt, ByteSpan info,
                         size_t size) {
  Bytes derived = Bytes::Allocate(size);
  if (size == 0) return derived;
  if (info.size() > kMaxHkdfInfoBytes) {
    return CryptoFailure("the info of HKDF has at most " + std::to_string(kMaxHkdfInfoBytes) +
                         " bytes here, not " + std::to_string(info.size()) +
                         "; give a digest of it instead");
  }
  static EVP_KDF* const hkdf = EVP_KDF_fetch(nullptr, "HKDF", nullptr);
  const KdfContext context(hkdf ? EVP_KDF_CTX_new(hkdf) : nullptr);
  const OSSL_PARAM params[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST,
                                       const_cast<char*>(EVP_MD_get0_name(hash)), 0),
      OctetParam(OSSL_KDF_PARAM_KEY, secret), OctetParam(OSSL_KDF_PARAM_SALT, salt),
      OctetParam(OSSL_KDF_PARAM_INFO, info), OSSL_PARAM_construct_end()};
  if (!context || EVP_KDF_derive(context.get(), derived.data(), size, params) != 1) {
    return CryptoFailure("the bits could not be derived");
  }
  return derived;
}

Result<Bytes> DerivePbkdf2(const EVP_MD* hash, ByteSpan password, ByteSpan salt, int64_t iterations,
                           size_t size) {
  Bytes derived = Bytes::Allocate(size);
  if (size == 0) return derived;
  if (password.size() > INT_MAX || salt.size() > INT_MAX || size > INT_MAX ||
      PKCS5_PBKDF2_HMAC(AsText(password).data(), static_cast<int>(password.size()), salt.data(),
                        static_cast<int>(salt.size()), static_cast<int>(iterations), hash,
                        static_cast<int>(size), derived.data()) != 1) {
    return CryptoFailure("the bits could not be derived");
  }
  return derived;
}

}  // namespace sedge::web
