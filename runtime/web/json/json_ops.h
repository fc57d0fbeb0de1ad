// SPDX-License-Identifier: Apache-2.0
// What the serialiser of JSON in JavaScript asks native code for.
#pragma once

#include <span>

#include "runtime/script/op.h"

namespace sedge::web {

// jsonBox(value) -> 1, 2, 3, 4: has [[NumberData]], [[StringData]], [[BooleanData]],
//   [[BigIntData]]; undefined: has none of them.
// jsonText(units, count) -> string of the first units of a Uint16Array.
// constructorName(object) -> string, as V8's messages have it.
std::span<const script::OpDef> JsonOps();

}  // namespace sedge::web
