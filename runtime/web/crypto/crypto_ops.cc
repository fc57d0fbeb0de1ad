// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/crypto/crypto_ops.h"

#include <openssl/rand.h>

namespace sedge::web {
namespace {

Status RandomFill(std::span<uint8_t> bytes) {
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
    return Unavailable("the system has no randomness to give");
  }
  return {};
}

constexpr script::OpDef kOps[] = {script::Op<RandomFill>("randomFill")};

}  // namespace

std::span<const script::OpDef> CryptoOps() { return kOps; }

}  // namespace sedge::web
