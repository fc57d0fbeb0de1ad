// SPDX-License-Identifier: Apache-2.0
// The cursor of a list: an opaque text that names the last key of a page. It holds no state of the
// process, so it outlives writes and restarts; it fits only the namespace and prefix it was made
// for. FORMAT.md has the bytes. Pure functions; any thread.
#pragma once

#include <string>
#include <string_view>

#include "runtime/base/status.h"

namespace sedge::kv {

// Base64url. REQUIRES: `last_key` starts with `prefix`.
std::string EncodeCursor(std::string_view ns, std::string_view prefix, std::string_view last_key);

// The last key of the page before; kInvalidArgument when the cursor is damaged or was made for
// another namespace or prefix.
Result<std::string> DecodeCursor(std::string_view ns, std::string_view prefix,
                                 std::string_view cursor);

}  // namespace sedge::kv
