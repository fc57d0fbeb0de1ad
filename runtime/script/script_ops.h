// SPDX-License-Identifier: Apache-2.0
// The ops that only ask V8: what kind of value something is, what a promise holds, moving buffers.
#pragma once

#include <cstdint>
#include <span>

#include "runtime/script/op.h"

namespace sedge::script {

std::span<const OpDef> ScriptOps();

// What properties made by the op defineLate refer to, for the table of external references.
intptr_t LateValueReference();

}  // namespace sedge::script
