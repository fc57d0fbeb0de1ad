// SPDX-License-Identifier: Apache-2.0
#include "kv/backup.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <utility>

#include "kv/backup_engine.h"
#include "kv/file_check.h"
#include "kv/format_file.h"
#include "kv/rocks_options.h"
#include "kv/store_folder.h"
#include "runtime/base/ascii.h"

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
  if (!error) return SyncFile(folder);
  return IoError("cannot read the folder " + folder + ": " + error.message());
}

// The folder above; never "".
std::string Above(const std::string& path) {
  const std::string above = fs::path(path).parent_path();
  return above.empty() ? "." : above;
}

// A folder that a rename can replace, or none.
Status RequireEmpty(const std::string& target) {
  const auto refuse = [&target](const std::string& why) {
    return FailedPrecondition("cannot restore to " + target + ": " + why);
  };
  std::error_code error;
  if (fs::is_symlink(target, error)) {
    return refuse("it is a symbolic link; name the folder that it leads to");
  }
  struct stat own = {};
  struct stat above = {};
  if (stat(target.c_str(), &own) != 0) return OkStatus();
  if (!S_ISDIR(own.st_mode)) return refuse("it is a file");
  if (!fs::is_empty(target, error) || error) {
    return refuse("the folder is not empty; move it away, or choose another");
  }
  if (stat(Above(target).c_str(), &above) == 0 && above.st_dev != own.st_dev) {
    return refuse("a disk is mounted there; choose a folder on that disk");
  }
  return OkStatus();
}

// Where a restore builds. A lock is held on it, and goes with the process.
class Draft {
 public:
  // A folder of its own, so that two restores are not in each other's way. It is 0700.
  static Result<Draft> Make(const std::string& target) {
    RemoveLeftovers(target);
    std::string path = target + kSuffix + "XXXXXX";
    if (mkdtemp(path.data()) == nullptr) {
      return IoError("cannot make the folder " + path + ": " + std::strerror(errno));
    }
    const int fd = Lock(path);
    // Another restore may have taken it for a leftover before there was a lock.
    if (fd < 0) return Unavailable("another restore to " + target + " begins; try again");
    return Draft(std::move(path), fd);
  }
  Draft(Draft&& other) noexcept
      : path_(std::move(other.path_)), fd_(std::exchange(other.fd_, -1)) {}
  Draft& operator=(Draft&&) = delete;
  ~Draft() {
    if (fd_ >= 0) close(fd_);
  }
  const std::string& path() const { return path_; }

 private:
  static constexpr const char* kSuffix = ".restoring-";

  Draft(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}

  // -1 when it is another's, or is gone.
  static int Lock(const std::string& folder) {
    const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    struct stat info = {};
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0 && stat(folder.c_str(), &info) == 0) return fd;
    if (fd >= 0) close(fd);
    return -1;
  }

  // As mkdtemp makes them.
  static bool IsMadeSuffix(std::string_view suffix) {
    return suffix.size() == 6 && std::all_of(suffix.begin(), suffix.end(), IsAsciiAlnum);
  }

  // Someone else's folder may have such a name too.
  static bool HasOnlyRestoredFiles(const std::string& folder) {
    std::error_code error;
    for (const auto& file : fs::directory_iterator(folder, error)) {
      const std::string name = file.path().filename();
      const bool is_ours = name == "db" ? file.is_directory(error) && !file.is_symlink(error)
                                        : name.starts_with("FORMAT") || name == "MADE";
      if (!is_ours) return false;
    }
    return !error;
  }

  // Of restores that were killed.
  static void RemoveLeftovers(const std::string& target) {
    const std::string name = fs::path(target).filename().string() + kSuffix;
    std::error_code error;
    for (const auto& file : fs::directory_iterator(Above(target), error)) {
      const std::string found = file.path().filename();
      if (!found.starts_with(name) || !IsMadeSuffix(std::string_view(found).substr(name.size())) ||
          !HasOnlyRestoredFiles(file.path())) {
        continue;
      }
      const int fd = Lock(file.path());
      if (fd < 0) continue;
      (void)RemoveFolder(file.path());
      close(fd);
    }
  }

  std::string path_;
  int fd_;
};

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
  SEDGE_RETURN_IF_ERROR(NoteDatabase(draft));
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
  SEDGE_RETURN_IF_ERROR(MakeFolder(Above(target)));
  SEDGE_ASSIGN_OR_RETURN(const Draft draft, Draft::Make(target));
  Status built = BuildRestored(*engine, id, draft.path());
  // Onto a folder that is empty or not there, and nothing else.
  if (built.ok() && rename(draft.path().c_str(), target.c_str()) != 0) {
    built = IoError("cannot move " + draft.path() + " to " + target + ": " + std::strerror(errno));
  }
  if (!built.ok()) {
    (void)RemoveFolder(draft.path());
    return built;
  }
  SEDGE_RETURN_IF_ERROR(SyncFile(Above(target)));
  return InfoOf(info);
}

}  // namespace sedge::kv
