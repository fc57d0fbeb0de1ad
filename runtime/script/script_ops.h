// SPDX-License-Identifier: Apache-2.0
// The ops that only ask V8: what kind of value something is, what a promise holds, moving buffers.
#pragma once

#include <span>

#include "runtime/script/op.h"

namespace sedge::script {

std::span<const OpDef> ScriptOps();

}  // namespace sedge::script
