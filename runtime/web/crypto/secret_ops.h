// SPDX-License-Identifier: Apache-2.0
// The ops of symmetric keys: crypto/secret.js and crypto/hmac.js.
#pragma once

#include <span>

#include "runtime/script/op.h"

namespace sedge::web {

std::span<const script::OpDef> SecretOps();

}  // namespace sedge::web
