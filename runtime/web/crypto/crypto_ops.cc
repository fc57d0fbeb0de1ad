// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/crypto/crypto_ops.h"

#include <openssl/rand.h>

#include "runtime/web/crypto/cipher_ops.h"
#include "runtime/web/crypto/derivation_ops.h"
#include "runtime/web/crypto/digest_ops.h"
#include "runtime/web/crypto/ec_ops.h"
#include "runtime/web/crypto/okp_ops.h"
#include "runtime/web/crypto/rsa_ops.h"
#include "runtime/web/crypto/secret_ops.h"

namespace sedge::web {
namespace {

Status RandomFill(std::span<uint8_t> bytes) {
  if (RAND_bytes_ex(nullptr, bytes.data(), bytes.size(), 0) != 1) {
    return Unavailable("the system has no randomness to give");
  }
  return {};
}

constexpr script::OpDef kOps[] = {script::Op<RandomFill>("randomFill")};

}  // namespace

std::vector<script::OpDef> CryptoOps() {
  std::vector<script::OpDef> all;
  for (std::span<const script::OpDef> ops :
       {std::span<const script::OpDef>(kOps), DigestOps(), SecretOps(), CipherOps(),
        DerivationOps(), RsaOps(), EcOps(), OkpOps()}) {
    all.insert(all.end(), ops.begin(), ops.end());
  }
  return all;
}

}  // namespace sedge::web
