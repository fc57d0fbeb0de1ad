// SPDX-License-Identifier: Apache-2.0
// LogCheck: whether the logs of a database, its MANIFEST among them, hold every byte that was
// synced. A log may end in the
// torn rest of a write that nobody was told is durable; anything else that does not read is damage,
// which RocksDB would pass over in silence. Changes nothing; the caller holds the folder's lock.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kv/synced_marker.h"
#include "runtime/base/status.h"

namespace sedge::kv {

struct LogDamage {
  std::string file;             // the name within the database folder
  std::string what;             // "is missing", "is damaged at byte 512", ...
  uint64_t first_sequence = 0;  // the writes that are lost: from this one
  uint64_t last_sequence = 0;   // to this one; 0 when that is not known
};

struct LogReport {
  std::vector<LogDamage> damage;
  bool list_damaged = false;      // the list of files (MANIFEST) is among that
  std::vector<std::string> torn;  // files whose end is torn, as a crash leaves them
  // Files that have whole writes after such a place. RocksDB drops them, and nothing says whether
  // they were acknowledged.
  std::vector<std::string> holes;
};

Result<LogReport> CheckLogs(const std::string& database_folder, const SyncedLogs& synced);

// "is damaged at byte 512 (writes from number 100 to 120 are lost)"
std::string DescribeLogDamage(const LogDamage& damage);

}  // namespace sedge::kv
