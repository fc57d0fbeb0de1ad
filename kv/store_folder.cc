// SPDX-License-Identifier: Apache-2.0
#include "kv/store_folder.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace sedge::kv {

std::string RepairHint(const std::string& folder) {
  return "; `sedge kv check` says what is damaged, `sedge kv repair` saves what can be read, or"
         " restore a backup (the folder is " +
         folder + ")";
}

Status MakeFolder(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (!error) return OkStatus();
  return IoError("cannot make the folder " + folder + ": " + error.message());
}

Status MakePrivateFolder(const std::string& folder) {
  std::error_code error;
  if (std::filesystem::exists(folder, error)) return OkStatus();
  SEDGE_RETURN_IF_ERROR(MakeFolder(folder));
  std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
  if (!error) return OkStatus();
  return IoError("cannot make the folder " + folder + " its owner's alone: " + error.message());
}

Result<std::string> NewLostFolder(const std::string& folder) {
  const std::string lost = folder + "/lost+found";
  SEDGE_RETURN_IF_ERROR(MakeFolder(lost));
  std::error_code error;
  for (int i = 1;; ++i) {
    std::string name = lost + "/" + std::to_string(i);
    if (!std::filesystem::exists(name, error)) return name;
  }
}

Status NoteDatabase(const std::string& folder) {
  const std::string file = folder + "/MADE";
  std::error_code error;
  if (std::filesystem::exists(file, error)) return OkStatus();
  const int fd = open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) return IoError("cannot write " + file + ": " + std::strerror(errno));
  close(fd);
  return SyncFolder(folder);
}

Status RequireNoLostDatabase(const std::string& folder) {
  std::error_code error;
  if (!std::filesystem::exists(folder + "/MADE", error)) return OkStatus();
  return Corruption("the KV folder " + folder +
                    " had a database, and db/CURRENT is not there: perhaps its disk is not, or it "
                    "was moved away. Bring it back, restore a backup, or run `sedge kv repair`; to "
                    "begin anew, remove the file " +
                    folder + "/MADE");
}

Status RemoveFolder(const std::string& folder) {
  std::error_code error;
  std::filesystem::remove_all(folder, error);
  if (!error) return OkStatus();
  return IoError("cannot remove the folder " + folder + ": " + error.message());
}

Status SyncFolder(const std::string& folder) {
  const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = fd >= 0 && fsync(fd) == 0;
  const int failure = errno;
  if (fd >= 0) close(fd);
  if (synced) return OkStatus();
  return IoError("cannot sync the folder " + folder + ": " + std::strerror(failure));
}

Result<FolderLock> LockExistingFolder(const std::string& folder) {
  std::error_code error;
  if (!std::filesystem::is_directory(folder, error)) {
    return NotFound("there is no KV folder " + folder);
  }
  return FolderLock::Acquire(folder);
}

}  // namespace sedge::kv
