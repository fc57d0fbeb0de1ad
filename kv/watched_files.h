// SPDX-License-Identifier: Apache-2.0
// WatchedFiles: a RocksDB file system that tells a SyncedMarker how far each log was synced, gives
// logs the space of a LogReserve when the disk is full, and passes everything on. Thread-safe, as
// RocksDB asks of it.
#pragma once

#include <rocksdb/file_system.h>

#include <memory>
#include <string>

#include "kv/log_reserve.h"
#include "kv/synced_marker.h"

namespace sedge::kv {

// `marker` and `reserve` outlive the file system and every file of it.
std::shared_ptr<rocksdb::FileSystem> WatchFiles(std::shared_ptr<rocksdb::FileSystem> files,
                                                SyncedMarker& marker, LogReserve& reserve);

// The number in a path like ".../000012.log" or ".../MANIFEST-000012", which is a log as well: of
// changes to the list of files. 0 when it is neither.
uint64_t LogNumber(const std::string& path);

}  // namespace sedge::kv
