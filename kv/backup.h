// SPDX-License-Identifier: Apache-2.0
// Backups of a store in a folder of their own: each is one moment, and files that several of them
// have are there once. Store::Backup makes one; here is what is done with them. A checksum of each
// file is in the backup. Blocks; any thread; one call at a time works on a folder, across
// processes.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "kv/store.h"
#include "runtime/base/status.h"

namespace sedge::kv {

// By number, oldest first. kNotFound when the folder has none.
Result<std::vector<BackupInfo>> ListBackups(const std::string& folder);

struct BackupDamage {
  uint32_t id;
  std::string what;
};

struct VerifyReport {
  std::vector<BackupInfo> whole;
  std::vector<BackupDamage> damaged;
};

// Reads every file of every backup. `progress` gets the number of backups done, and of all.
Result<VerifyReport> VerifyBackups(const std::string& folder,
                                   const std::function<void(size_t, size_t)>& progress = {});

// Makes `target` a KV folder with what the backup has; `id` 0 is the newest that is whole. It must
// not exist, or be empty; it is there with everything or not at all.
Result<BackupInfo> RestoreBackup(const std::string& folder, const std::string& target,
                                 uint32_t id = 0);

}  // namespace sedge::kv
