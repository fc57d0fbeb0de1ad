// SPDX-License-Identifier: Apache-2.0
// From a pair of a bulk write to what the store is to do. Pure function; any thread.
#pragma once

#include <cstdint>

#include "kv/store.h"
#include "runtime/admin/bulk_reader.h"
#include "runtime/admin/entry_checks.h"

namespace sedge::admin {

// Checks the pair: key, expiry, metadata, value. An error names the key, or which pair has a wrong
// one.
MaybeError ToChange(BulkPair pair, int64_t now_seconds, kv::Change& change);

}  // namespace sedge::admin
