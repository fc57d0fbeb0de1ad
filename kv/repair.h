// SPDX-License-Identifier: Apache-2.0
// RepairFolder: makes a KV folder that is damaged whole again, without what cannot be read. A new
// database is built beside the old one from every entry that reads, and takes its place at once;
// the old one moves to lost+found. Nothing is deleted. Blocks; any thread.
#pragma once

#include <string>

#include "kv/check.h"

namespace sedge::kv {

struct RepairReport {
  CheckReport found;  // what was wrong
  bool changed = false;
  std::string moved_to;  // where the old database is, when changed
  uint64_t entries = 0;  // in the new database, when changed
  // The list of files was lost: entries may be older ones, and deleted ones may be back.
  bool may_be_old = false;
};

// Fails like CheckFolder; kResourceExhausted when the disk is full, with the folder as it was.
Result<RepairReport> RepairFolder(const std::string& folder,
                                  const MaintenanceOptions& options = {});

}  // namespace sedge::kv
