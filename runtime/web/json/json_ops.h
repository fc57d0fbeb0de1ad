// SPDX-License-Identifier: Apache-2.0
// What the serialiser and the parser of JSON in JavaScript ask native code for.
#pragma once

#include <span>

#include "runtime/script/op.h"

namespace sedge::web {

// jsonBox(value) -> 1, 2, 3, 4: has [[NumberData]], [[StringData]], [[BooleanData]],
//   [[BigIntData]]; undefined: has none of them.
// jsonText(units, count) -> string of the first units of a Uint16Array.
// constructorName(object) -> string, as V8's messages have it.
// jsonScan(text, marks, shapeTable, shapeText) -> boolean: see json_scan.h. `text` has no more than
//   16,384 units.
// jsonSlice(text, from, to) -> string of its own, that does not hold the text.
std::span<const script::OpDef> JsonOps();

}  // namespace sedge::web
