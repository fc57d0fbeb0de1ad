// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/crypto/secret_key.h"

#include <openssl/core_names.h>
#include <openssl/params.h>

namespace sedge::web {

MacContext NewMac(const EVP_MD* hash, ByteSpan key) {
  static EVP_MAC* const hmac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  MacContext context(hmac ? EVP_MAC_CTX_new(hmac) : nullptr);
  if (!context) return nullptr;
  // OpenSSL does not change what it reads here.
  OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(
                             OSSL_MAC_PARAM_DIGEST, const_cast<char*>(EVP_MD_get0_name(hash)), 0),
                         OSSL_PARAM_construct_end()};
  if (EVP_MAC_init(context.get(), key.data(), key.size(), params) != 1) return nullptr;
  return context;
}

CipherContext NewCipher(const EVP_CIPHER* cipher, ByteSpan key, bool encrypt) {
  CipherContext context(EVP_CIPHER_CTX_new());
  if (!context) return nullptr;
  if (EVP_CIPHER_get_mode(cipher) == EVP_CIPH_WRAP_MODE) {
    EVP_CIPHER_CTX_set_flags(context.get(), EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
  }
  if (EVP_CipherInit_ex2(context.get(), cipher, key.data(), nullptr, encrypt ? 1 : 0, nullptr) !=
      1) {
    return nullptr;
  }
  return context;
}

EVP_MAC_CTX* SecretKey::Mac(const EVP_MD* hash) {
  if (!mac_ || mac_hash_ != hash) {
    mac_ = NewMac(hash, bytes_);
    mac_hash_ = hash;
    return mac_.get();
  }
  // Without a key: the one that it has, from the start.
  return EVP_MAC_init(mac_.get(), nullptr, 0, nullptr) == 1 ? mac_.get() : nullptr;
}

EVP_CIPHER_CTX* SecretKey::Cipher(const EVP_CIPHER* cipher, bool encrypt) {
  CipherContext& context = ciphers_[encrypt ? 1 : 0];
  if (!context || EVP_CIPHER_CTX_get0_cipher(context.get()) != cipher) {
    context = NewCipher(cipher, bytes_, encrypt);
  }
  return context.get();
}

}  // namespace sedge::web
