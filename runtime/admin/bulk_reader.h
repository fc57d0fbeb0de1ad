// SPDX-License-Identifier: Apache-2.0
// Reads the JSON of bulk writes and deletes as a run of events, so that no tree of it is ever in
// memory: one pair at a time. Pure functions; any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/admin/entry_checks.h"
#include "runtime/base/bytes.h"

namespace sedge::admin {

// Of one bulk write, delete, or read (the last as in a worker).
constexpr size_t kMaxBulkPairs = 10'000;
constexpr size_t kMaxBulkGetKeys = 100;
// Arrays and objects in one another; nobody means more.
constexpr size_t kMaxJsonDepth = 256;

// One element of the array, not checked but for its types.
struct BulkPair {
  size_t index = 0;  // in the array
  std::string key;
  std::string value;
  bool base64 = false;
  std::optional<int64_t> expiration;      // absolute seconds
  std::optional<int64_t> expiration_ttl;  // seconds
  std::optional<std::string> metadata;    // compact JSON
  size_t long_metadata_bytes = 0;         // of metadata past its limit, which is not kept
};

// `take` gets each pair and may refuse it, which ends the reading with its error. Errors name the
// pair or the place in the text.
MaybeError ReadBulkPairs(std::string_view json, const std::function<MaybeError(BulkPair)>& take);
// An array of strings.
MaybeError ReadBulkKeys(std::string_view json, std::vector<std::string>& keys);

}  // namespace sedge::admin
