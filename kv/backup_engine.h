// SPDX-License-Identifier: Apache-2.0
// How RocksDB's backup engine is opened for a folder of ours, and its words in ours.
#pragma once

#include <rocksdb/utilities/backup_engine.h>

#include <memory>
#include <string>

#include "kv/store.h"

namespace sedge::kv {

constexpr uint64_t kBackupProgressBytes = 4u << 20;

rocksdb::BackupEngineOptions BackupOptions(const std::string& folder);
BackupInfo InfoOf(const rocksdb::BackupInfo& info);
// OK stays OK.
Status FromBackup(const rocksdb::Status& status, const std::string& doing);

}  // namespace sedge::kv
