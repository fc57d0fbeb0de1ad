// SPDX-License-Identifier: Apache-2.0
// LogCheck: whether the logs of a database, its MANIFEST among them, hold every byte that was
// synced. A log may end in the torn rest of a write that nobody was told is durable; anything else
// that does not read is damage, which RocksDB would pass over in silence. Changes nothing; the
// caller holds the folder's lock.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
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

// Whole writes behind a place that does not read. RocksDB drops them, and nothing says whether they
// were acknowledged.
struct LogHole {
  std::string file;
  uint64_t offset = 0;              // of the place
  std::vector<std::string> behind;  // later logs, which are dropped whole
  bool passed = false;  // an earlier opening has dropped them: writes since then go on from there
};

// Where a log ends before the next one goes on. Nothing says whether the writes between them were
// acknowledged, RocksDB does not see that they are missing, and tables have a part of them (or the
// list of files does not tell).
struct LogGap {
  std::string file;
  uint64_t first_sequence = 0;  // of the writes that are missing
};

struct LogReport {
  std::vector<LogDamage> damage;
  bool list_damaged = false;      // the list of files (MANIFEST) is among that
  std::vector<std::string> torn;  // files whose end is torn, as a crash leaves them
  // Of torn logs, by name, the byte where that end begins. Nothing behind it is whole or synced.
  std::map<std::string, uint64_t> torn_ends;
  std::vector<LogHole> holes;
  // The number of the first write that is not replayed because of a hole or a torn end; 0 when
  // there is none, or it is not known.
  uint64_t unread_from = 0;
  std::vector<LogGap> gaps;  // their files are among the torn ones
  // Of holes that are passed: of these logs, by name, all from this byte on is dropped.
  std::map<std::string, uint64_t> dropped;
  // The newest write of the tables. Nothing when there was no need to open the database for it.
  std::optional<uint64_t> newest_in_tables;
};

// RocksDB replays a log up to the first place that does not read, and a later log only if it goes
// on right from there.
Result<LogReport> CheckLogs(const std::string& database_folder, const SyncedLogs& synced);

// Writes that a log lacks, or that do not read in it, and of which tables have a part. To leave out
// the others would part entries.
struct PartedWrites {
  std::string file;
  std::string what;
};

// May replay the logs into memory.
std::optional<PartedWrites> FindPartedWrites(const std::string& database_folder,
                                             const LogReport& logs);

// "is damaged at byte 512 (writes from number 100 to 120 are lost)"
std::string DescribeLogDamage(const LogDamage& damage);

// "000004.log has a hole at byte 512; there are whole writes behind it, also in 000007.log"
std::string DescribeHole(const LogHole& hole);

}  // namespace sedge::kv
