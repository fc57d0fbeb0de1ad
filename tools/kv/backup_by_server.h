// SPDX-License-Identifier: Apache-2.0
// BackupByServer: a backup of a KV folder that a running server has open, made by that server. The
// main thread.
#pragma once

#include <optional>
#include <string>

#include "kv/store.h"

namespace sedge::tools {

// nullopt when no server answers on the folder's socket. Blocks until the backup is made.
Result<std::optional<kv::BackupInfo>> BackupByServer(const std::string& kv_folder,
                                                     const std::string& backup_folder);

}  // namespace sedge::tools
