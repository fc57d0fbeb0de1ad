// SPDX-License-Identifier: Apache-2.0
// Writes what a file in wrangler's bulk format says (an array of { key, value, base64, expiration,
// expiration_ttl, metadata }) into a namespace, for tests. Any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "kv/store.h"

namespace sedge::test {

// Gives the number of pairs. Nothing is written when something is wrong with one; the error names
// it, and `source`.
Result<int64_t> SeedStore(kv::Store& store, std::string_view ns, std::string_view json,
                          int64_t now_seconds, const std::string& source);

}  // namespace sedge::test
