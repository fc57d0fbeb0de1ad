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
