// SPDX-License-Identifier: Apache-2.0
// What JavaScript's URL classes call.
#pragma once

#include <span>

#include "runtime/script/op.h"

namespace sedge::web {

// urlParse(input, base | null, offsets) -> href, or null when that is no URL.
// urlCanParse(input, base | null) -> boolean
// urlSet(href, component, value, offsets) -> the new href; reads and writes the offsets. Component
//   numbers are those in url.js.
// offsets: the bytes of a Uint32Array with the seven members of UrlOffsets.
std::span<const script::OpDef> UrlOps();

}  // namespace sedge::web
