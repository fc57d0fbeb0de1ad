// SPDX-License-Identifier: Apache-2.0
// The ops of crypto/aes.js.
#pragma once

#include <span>

#include "runtime/script/op.h"

namespace sedge::web {

std::span<const script::OpDef> CipherOps();

}  // namespace sedge::web
