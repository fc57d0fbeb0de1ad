// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/crypto/hmac.h"

#include <openssl/crypto.h>

namespace sedge::web {

bool ComputeMac(EVP_MAC_CTX* context, ByteSpan data, std::span<uint8_t> out) {
  size_t written = 0;
  return context && EVP_MAC_update(context, data.data(), data.size()) == 1 &&
         EVP_MAC_final(context, out.data(), &written, out.size()) == 1 && written == out.size();
}

bool EqualBytes(ByteSpan a, ByteSpan b) {
  return a.size() == b.size() && (a.empty() || CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0);
}

}  // namespace sedge::web
