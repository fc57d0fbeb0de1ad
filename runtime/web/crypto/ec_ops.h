// SPDX-License-Identifier: Apache-2.0
// The ops of crypto/ec.js.
#pragma once

#include <span>

#include "runtime/script/op.h"

namespace sedge::web {

std::span<const script::OpDef> EcOps();

}  // namespace sedge::web
