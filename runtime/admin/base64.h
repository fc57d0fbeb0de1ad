// SPDX-License-Identifier: Apache-2.0
// Base64 (RFC 4648, section 4) as bulk writes have it. Pure function; any thread.
#pragma once

#include <optional>
#include <string_view>

#include "runtime/base/bytes.h"

namespace sedge::admin {

// Strict: no white space, padding in full or not at all. nullopt for anything else.
std::optional<Bytes> DecodeBase64(std::string_view text);

}  // namespace sedge::admin
