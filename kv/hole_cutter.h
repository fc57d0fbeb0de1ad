// SPDX-License-Identifier: Apache-2.0
// CutHole and CutTornEnd: take what RocksDB does not replay out of the logs of a database. So every
// way of opening it replays the same, and a later log is judged by itself. The caller holds the
// folder's lock.
#pragma once

#include <string>

#include "kv/log_check.h"
#include "runtime/base/status.h"

namespace sedge::kv {

// Keeps the logs in lost+found; the database is closed. Gives the folder that has the logs as they
// were. kResourceExhausted when the disk is too full for that. When it is too full for a shorter
// log alone, the database's own logs stay as well. May be called again after a crash.
Result<std::string> CutHole(const std::string& folder, const LogHole& hole);

// Durable when it returns. Of LogReport::torn_ends; the database was opened, so that RocksDB has
// compared its tables with what it could replay, and nothing was written since. A log that is gone
// by now is fine.
Status CutTornEnd(const std::string& folder, const std::string& log, uint64_t offset);

}  // namespace sedge::kv
