// SPDX-License-Identifier: Apache-2.0
// SecretKey: the bytes of a symmetric key (AES, HMAC, the input of a derivation), with the contexts
// that operations on the loop's thread keep in it, so that they set up a key once. Wiped when it
// goes. The bytes may be read on any thread; the contexts are of the isolate's thread alone.
#pragma once

#include <cstdint>

#include "runtime/web/crypto/openssl.h"
#include "runtime/web/crypto/secret_bytes.h"

namespace sedge::web {

class SecretKey {
 public:
  explicit SecretKey(SecretBytes bytes) : bytes_(std::move(bytes)) {}
  ByteSpan bytes() const { return bytes_; }

  // What the object takes at most, its contexts included.
  size_t held_bytes() const { return sizeof(SecretKey) + bytes_.size() + kContextBytes; }

  // A context for HMAC with this key, ready for data; null when OpenSSL fails. Valid until the next
  // call.
  EVP_MAC_CTX* Mac(const EVP_MD* hash);
  // A context with this key set, without an IV; null when OpenSSL fails. Valid until the next call.
  EVP_CIPHER_CTX* Cipher(const EVP_CIPHER* cipher, bool encrypt);

 private:
  // Three hash contexts, or two of AES-GCM.
  static constexpr size_t kContextBytes = 2048;

  SecretBytes bytes_;
  MacContext mac_;
  const EVP_MD* mac_hash_ = nullptr;
  CipherContext ciphers_[2];  // for decryption, for encryption
};

// New contexts, for other threads.
MacContext NewMac(const EVP_MD* hash, ByteSpan key);
CipherContext NewCipher(const EVP_CIPHER* cipher, ByteSpan key, bool encrypt);

}  // namespace sedge::web
