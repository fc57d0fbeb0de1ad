// SPDX-License-Identifier: Apache-2.0
// RocksStore's backups.
#include <algorithm>
#include <atomic>
#include <filesystem>

#include "kv/backup_engine.h"
#include "kv/folder_lock.h"
#include "kv/format_file.h"
#include "kv/rocks_options.h"
#include "kv/rocks_store.h"
#include "kv/store_folder.h"

namespace sedge::kv {

Result<BackupInfo> RocksStore::Backup(const std::string& folder,
                                      const std::function<void(uint64_t)>& progress) {
  if (folder.empty()) return InvalidArgument("the backup folder has no name");
  std::error_code error;
  const std::filesystem::path own = std::filesystem::weakly_canonical(options_.path, error);
  const std::filesystem::path to = std::filesystem::weakly_canonical(folder, error);
  if (std::mismatch(own.begin(), own.end(), to.begin(), to.end()).first == own.end()) {
    return InvalidArgument("the backup folder " + folder + " is inside the KV folder " +
                           options_.path + "; choose one elsewhere, best on another disk");
  }
  SEDGE_RETURN_IF_ERROR(MakePrivateFolder(folder));
  SEDGE_ASSIGN_OR_RETURN(const FolderLock lock,
                         FolderLock::Acquire(folder, "backup folder", "wait until it is done"));
  const std::string doing = "cannot back up the KV folder " + options_.path + " to " + folder;
  rocksdb::BackupEngine* opened = nullptr;
  SEDGE_RETURN_IF_ERROR(FromBackup(
      rocksdb::BackupEngine::Open(BackupOptions(folder), rocksdb::Env::Default(), &opened), doing));
  const std::unique_ptr<rocksdb::BackupEngine> engine(opened);
  std::atomic<uint64_t> copied = 0;
  rocksdb::CreateBackupOptions create;
  create.flush_before_backup = true;
  create.progress_callback = [&] {
    const uint64_t bytes = copied += kBackupProgressBytes;
    if (progress) progress(bytes);
  };
  rocksdb::BackupID id = 0;
  const rocksdb::Status made = engine->CreateNewBackupWithMetadata(
      create, db_.get(), "sedge-kv " + std::to_string(kFormatVersion), &id);
  // Each file is read whole and compared with what was written.
  if (IsDamage(made)) return ReadFailure(made, "cannot back up to " + folder + " from");
  SEDGE_RETURN_IF_ERROR(FromBackup(made, doing));
  rocksdb::BackupInfo info;
  SEDGE_RETURN_IF_ERROR(FromBackup(engine->GetBackupInfo(id, &info), doing));
  return InfoOf(info);
}

}  // namespace sedge::kv
