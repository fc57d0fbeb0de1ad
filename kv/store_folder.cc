// SPDX-License-Identifier: Apache-2.0
#include "kv/store_folder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace sedge::kv {

Result<std::string> ReadWholeFile(const std::string& path) {
  constexpr size_t kChunkBytes = 1u << 20;
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  std::string bytes;
  ssize_t got = fd < 0 ? -1 : 1;
  while (got > 0) {
    const size_t at = bytes.size();
    bytes.resize(at + kChunkBytes);
    do {
      got = read(fd, bytes.data() + at, kChunkBytes);
    } while (got < 0 && errno == EINTR);
    bytes.resize(at + (got > 0 ? static_cast<size_t>(got) : 0));
  }
  const int failure = errno;
  if (fd >= 0) close(fd);
  if (got == 0) return bytes;
  return IoError("cannot read " + path + ": " + std::strerror(failure));
}

std::string RepairHint(const std::string& folder) {
  return "; `sedge kv check` says what is damaged, `sedge kv repair` saves what can be read, or"
         " restore a backup (the folder is " +
         folder + ")";
}

Status MakeFolder(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (!error) return OkStatus();
  const std::string text = "cannot make the folder " + folder + ": " + error.message();
  return error == std::errc::no_space_on_device ? ResourceExhausted(text) : IoError(text);
}

Status MakePrivateFolder(const std::string& folder) {
  std::error_code error;
  if (std::filesystem::exists(folder, error)) return OkStatus();
  const std::string above = std::filesystem::path(folder).parent_path();
  const Status made = above.empty() ? OkStatus() : MakeFolder(above);
  if (!made.ok()) return made.WithPrefix("cannot make the folder " + folder);
  if (mkdir(folder.c_str(), 0700) == 0 || errno == EEXIST) return OkStatus();
  const std::string text = "cannot make the folder " + folder + ": " + std::strerror(errno);
  return errno == ENOSPC ? ResourceExhausted(text) : IoError(text);
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
  return SyncFile(folder);
}

bool HasDatabaseFiles(const std::string& folder) {
  std::error_code error;
  for (const auto& file : std::filesystem::directory_iterator(DatabaseFolder(folder), error)) {
    const std::string extension = file.path().extension();
    if (extension == ".sst" || extension == ".blob" || extension == ".log" ||
        file.path().filename().string().starts_with("MANIFEST")) {
      return true;
    }
  }
  return false;
}

Status RequireNoLostDatabase(const std::string& folder) {
  std::error_code error;
  if (!std::filesystem::exists(folder + "/MADE", error)) return OkStatus();
  return Corruption("the KV folder " + folder +
                    " had a database, and db/ has nothing of it: perhaps its disk is not there, or "
                    "it was moved away. Bring it back, or restore a backup; to begin anew, remove "
                    "the file " +
                    folder + "/MADE");
}

Status RequireWholeRepair(const std::string& folder) {
  std::error_code error;
  if (std::filesystem::exists(DatabaseFolder(folder), error) ||
      !std::filesystem::exists(RepairDraftName(folder), error)) {
    return OkStatus();
  }
  return Corruption("a repair of the KV folder " + folder +
                    " was cut off while it read the database, and that is not there any more: "
                    "bring it back as " +
                    DatabaseFolder(folder) + ", or restore a backup");
}

Status RemoveFolder(const std::string& folder) {
  std::error_code error;
  std::filesystem::remove_all(folder, error);
  if (!error) return OkStatus();
  return IoError("cannot remove the folder " + folder + ": " + error.message());
}

Status SyncFile(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool synced = fd >= 0 && fsync(fd) == 0;
  const int failure = errno;
  if (fd >= 0) close(fd);
  if (synced) return OkStatus();
  const std::string text = "cannot sync " + path + ": " + std::strerror(failure);
  return failure == ENOSPC || failure == EDQUOT ? ResourceExhausted(text) : IoError(text);
}

Result<FolderLock> LockExistingFolder(const std::string& folder) {
  std::error_code error;
  if (!std::filesystem::is_directory(folder, error)) {
    return NotFound("there is no KV folder " + folder);
  }
  return FolderLock::Acquire(folder);
}

}  // namespace sedge::kv
