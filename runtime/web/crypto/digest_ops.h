// SPDX-License-Identifier: Apache-2.0
// The ops of crypto/hash.js and crypto/digest_stream.js.
#pragma once

#include <span>

#include "runtime/script/op.h"

namespace sedge::web {

std::span<const script::OpDef> DigestOps();

}  // namespace sedge::web
