// SPDX-License-Identifier: Apache-2.0
// The header block in which header lists go down from JavaScript and up to it: one flat string,
// "name\0value\0" for each field. Functions of texts alone.
#pragma once

#include <string_view>
#include <vector>

#include "runtime/http/message.h"

namespace sedge::web {

// Splits a block into fields, which point into it; nothing of names and values is checked. False
// when the block is not made of pairs.
bool SplitHeaderBlock(std::string_view block, std::vector<http::HeaderField>& fields);

}  // namespace sedge::web
