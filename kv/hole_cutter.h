// SPDX-License-Identifier: Apache-2.0
// CutHole: takes what RocksDB would not replay out of the logs of a database, and keeps these logs
// in lost+found. So every way of opening it replays the same, and no later log is taken for one
// that goes on behind the hole. The caller holds the folder's lock; the database is closed.
#pragma once

#include <string>

#include "kv/log_check.h"
#include "runtime/base/status.h"

namespace sedge::kv {

// Gives the folder that has the logs as they were. kResourceExhausted when the disk is full: then
// the logs stay. May be called again after a crash.
Result<std::string> CutHole(const std::string& folder, const LogHole& hole);

}  // namespace sedge::kv
