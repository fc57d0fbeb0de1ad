// SPDX-License-Identifier: Apache-2.0
// NeededLogs: what the tables of a database and its list of files (MANIFEST) say of its logs. Opens
// the database to read; the caller holds the folder's lock.
#pragma once

#include <cstdint>
#include <string>

#include "runtime/base/status.h"

namespace sedge::kv {

// Zeros when the list of files does not tell.
struct NeededLogs {
  // Those before this one are in tables and wait for their deletion, which takes them in any order.
  uint64_t oldest = 0;
  uint64_t next_sequence = 0;  // of the first write after the last change to the list
  // Of the newest write of an entry that a table has; lower where a compaction has dropped numbers.
  uint64_t newest_in_tables = 0;
};

// Reads no log.
NeededLogs FindNeededLogs(const std::string& database_folder);

// Whether tables of a family have writes from behind the first place of the logs that RocksDB does
// not replay. Those of another family may be in the logs alone, and leaving them out would part
// what was written as one. Replays the logs into memory. When other damage hides it: false.
bool TablesAreAheadOfLogs(const std::string& database_folder);

}  // namespace sedge::kv
