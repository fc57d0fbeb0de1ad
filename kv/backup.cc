// SPDX-License-Identifier: Apache-2.0
#include "kv/backup.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "kv/backup_engine.h"
#include "kv/file_check.h"
#include "kv/format_file.h"
#include "kv/rocks_options.h"
#include "kv/store_folder.h"

namespace sedge::kv {
namespace {

namespace fs = std::filesystem;
using ReadEngine = rocksdb::BackupEngineReadOnly;

Result<std::unique_ptr<ReadEngine>> OpenEngine(const std::string& folder) {
  std::error_code error;
  if (!fs::is_directory(folder + "/meta", error)) {
    return NotFound("there is no backup in the folder " + folder);
  }
  ReadEngine* engine = nullptr;
  SEDGE_RETURN_IF_ERROR(
      FromBackup(ReadEngine::Open(BackupOptions(folder), rocksdb::Env::Default(), &engine),
                 "cannot open the backups in " + folder));
  return std::unique_ptr<ReadEngine>(engine);
}

std::vector<BackupInfo> WholeBackups(ReadEngine& engine) {
  std::vector<rocksdb::BackupInfo> found;
  engine.GetBackupInfo(&found);
  std::vector<BackupInfo> all;
  for (const rocksdb::BackupInfo& info : found) all.push_back(InfoOf(info));
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  return all;
}

Status SyncFiles(const std::string& folder) {
  std::error_code error;
  for (const auto& file : fs::recursive_directory_iterator(folder, error)) {
    const bool is_folder = file.is_directory(error);
    const int fd = open(file.path().c_str(), O_RDONLY | O_CLOEXEC);
    const bool synced = fd >= 0 && fsync(fd) == 0;
    const int failure = errno;
    if (fd >= 0) close(fd);
    if (synced || is_folder) continue;
    return IoError("cannot sync " + file.path().string() + ": " + std::strerror(failure));
  }
  if (!error) return SyncFolder(folder);
  return IoError("cannot read the folder " + folder + ": " + error.message());
}

Status RequireEmpty(const std::string& target) {
  std::error_code error;
  if (!fs::exists(target, error)) return OkStatus();
  if (!fs::is_directory(target, error)) {
    return FailedPrecondition("cannot restore to " + target + ": it is a file");
  }
  if (fs::is_empty(target, error) && !error) return OkStatus();
  return FailedPrecondition("cannot restore to " + target +
                            ": the folder is not empty; move it away, or choose another");
}

// A version that this sedge reads, from what Store::Backup put into the backup.
Status RequireKnownFormat(const rocksdb::BackupInfo& info) {
  int version = 0;
  if (std::sscanf(info.app_metadata.c_str(), "sedge-kv %d", &version) == 1 &&
      version <= kFormatVersion) {
    return OkStatus();
  }
  return FailedPrecondition("the backup has the format \"" + info.app_metadata +
                            "\", this sedge reads format " + std::to_string(kFormatVersion) +
                            "; use the sedge that wrote it");
}

Status BuildRestored(ReadEngine& engine, uint32_t id, const std::string& draft) {
  const std::string database = DatabaseFolder(draft);
  SEDGE_RETURN_IF_ERROR(MakeFolder(database));
  SEDGE_RETURN_IF_ERROR(
      FromBackup(engine.RestoreDBFromBackup(rocksdb::RestoreOptions(), id, database, database),
                 "cannot restore backup " + std::to_string(id) + " to " + draft));
  SEDGE_RETURN_IF_ERROR(WriteFormat(draft));
  return SyncFiles(draft);
}

}  // namespace

rocksdb::BackupEngineOptions BackupOptions(const std::string& folder) {
  rocksdb::BackupEngineOptions options(folder);
  options.callback_trigger_interval_size = kBackupProgressBytes;
  return options;
}

BackupInfo InfoOf(const rocksdb::BackupInfo& info) {
  return {.id = info.backup_id,
          .time_seconds = info.timestamp,
          .bytes = info.size,
          .files = info.number_files};
}

Status FromBackup(const rocksdb::Status& status, const std::string& doing) {
  if (status.ok()) return OkStatus();
  if (status.IsNoSpace()) return ResourceExhausted(doing + ": the disk is full");
  if (status.IsNotFound()) return NotFound(doing + ": there is no such backup");
  return FromRocks(status, doing);
}

Result<std::vector<BackupInfo>> ListBackups(const std::string& folder) {
  SEDGE_ASSIGN_OR_RETURN(const auto engine, OpenEngine(folder));
  return WholeBackups(*engine);
}

Result<VerifyReport> VerifyBackups(const std::string& folder,
                                   const std::function<void(size_t, size_t)>& progress) {
  SEDGE_ASSIGN_OR_RETURN(const auto engine, OpenEngine(folder));
  VerifyReport report;
  std::vector<rocksdb::BackupID> corrupted;
  engine->GetCorruptedBackups(&corrupted);
  for (const rocksdb::BackupID id : corrupted) {
    report.damaged.push_back({.id = id, .what = "its list of files, or one of these, is damaged"});
  }
  const std::vector<BackupInfo> all = WholeBackups(*engine);
  for (size_t i = 0; i < all.size(); ++i) {
    if (progress) progress(i, all.size());
    const rocksdb::Status verified = engine->VerifyBackup(all[i].id, /*verify_with_checksum=*/true);
    if (verified.ok()) {
      report.whole.push_back(all[i]);
    } else {
      report.damaged.push_back({.id = all[i].id, .what = verified.ToString()});
    }
  }
  return report;
}

Result<BackupInfo> RestoreBackup(const std::string& folder, const std::string& target,
                                 uint32_t id) {
  SEDGE_RETURN_IF_ERROR(RequireEmpty(target));
  SEDGE_ASSIGN_OR_RETURN(const auto engine, OpenEngine(folder));
  const std::vector<BackupInfo> all = WholeBackups(*engine);
  if (all.empty()) return Corruption("no backup in the folder " + folder + " is whole");
  if (id == 0) id = all.back().id;
  rocksdb::BackupInfo info;
  SEDGE_RETURN_IF_ERROR(
      FromBackup(engine->GetBackupInfo(id, &info),
                 "cannot restore backup " + std::to_string(id) + " of " + folder));
  SEDGE_RETURN_IF_ERROR(RequireKnownFormat(info));
  const std::string above = fs::path(target).parent_path();
  if (!above.empty()) SEDGE_RETURN_IF_ERROR(MakeFolder(above));
  // A folder of its own, so that two restores are not in each other's way. It is 0700.
  std::string draft = target + ".restoring-XXXXXX";
  if (mkdtemp(draft.data()) == nullptr) {
    return IoError("cannot make the folder " + draft + ": " + std::strerror(errno));
  }
  Status built = BuildRestored(*engine, id, draft);
  // Onto a folder that is empty or not there, and nothing else.
  if (built.ok() && rename(draft.c_str(), target.c_str()) != 0) {
    built = IoError("cannot move " + draft + " to " + target + ": " + std::strerror(errno));
  }
  if (!built.ok()) {
    (void)RemoveFolder(draft);
    return built;
  }
  SEDGE_RETURN_IF_ERROR(SyncFolder(above.empty() ? "." : above));
  return InfoOf(info);
}

}  // namespace sedge::kv
