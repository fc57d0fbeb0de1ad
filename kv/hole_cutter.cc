// SPDX-License-Identifier: Apache-2.0
#include "kv/hole_cutter.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <vector>

#include "kv/store_folder.h"

namespace sedge::kv {
namespace {

namespace fs = std::filesystem;

Status FileError(const std::string& doing, int failure) {
  const std::string text = doing + ": " + std::strerror(failure);
  if (failure == ENOSPC || failure == EDQUOT) return ResourceExhausted(text);
  return IoError(text);
}

std::string DraftName(const std::string& path) { return path + ".draft"; }

// Its bytes are durable when it returns.
Status WriteDraft(const std::string& path, std::string_view bytes) {
  const std::string draft = DraftName(path);
  const int fd = open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  bool written = fd >= 0;
  while (written && !bytes.empty()) {
    const ssize_t size = write(fd, bytes.data(), bytes.size());
    if (size >= 0) bytes.remove_prefix(static_cast<size_t>(size));
    written = size >= 0 || errno == EINTR;
  }
  written = written && fsync(fd) == 0;
  const int failure = errno;
  if (fd >= 0) close(fd);
  if (written) return OkStatus();
  (void)unlink(draft.c_str());
  return FileError("cannot write " + path, failure);
}

// The folder is to be synced.
Status PutDraftInPlace(const std::string& path) {
  if (rename(DraftName(path).c_str(), path.c_str()) == 0) return OkStatus();
  const int failure = errno;
  (void)unlink(DraftName(path).c_str());
  return FileError("cannot write " + path, failure);
}

// A file of that name is whole.
Status WriteWhole(const std::string& path, std::string_view bytes) {
  SEDGE_RETURN_IF_ERROR(WriteDraft(path, bytes));
  return PutDraftInPlace(path);
}

// The same file, or a copy of it.
Result<bool> IsKept(const std::string& lost, const fs::path& log) {
  std::error_code error;
  for (const auto& folder : fs::directory_iterator(lost, error)) {
    const fs::path kept = folder.path() / log.filename();
    if (fs::equivalent(kept, log, error)) return true;
    if (!fs::exists(kept, error) || fs::file_size(kept, error) != fs::file_size(log, error)) {
      continue;
    }
    // A database that a repair made counts its logs from the start again.
    SEDGE_ASSIGN_OR_RETURN(const std::string bytes, ReadWholeFile(log));
    const Result<std::string> other = ReadWholeFile(kept);
    if (other.ok() && *other == bytes) return true;
  }
  return false;
}

// By a link, which needs no space; by a copy on a file system without links.
Status Keep(const fs::path& log, const fs::path& kept) {
  SEDGE_RETURN_IF_ERROR(SyncFile(log));
  if (link(log.c_str(), kept.c_str()) == 0) return OkStatus();
  if (errno != EPERM && errno != EXDEV && errno != EOPNOTSUPP && errno != EMLINK) {
    return FileError("cannot keep " + log.string() + " as " + kept.string(), errno);
  }
  SEDGE_ASSIGN_OR_RETURN(const std::string bytes, ReadWholeFile(log));
  return WriteWhole(kept, bytes);
}

Status KeepAll(const std::string& folder, const std::vector<fs::path>& logs) {
  const fs::path above = fs::path(folder).parent_path();
  if (mkdir(folder.c_str(), 0777) != 0) {
    return FileError("cannot make the folder " + folder, errno);
  }
  for (const fs::path& log : logs) {
    if (const Status kept = Keep(log, fs::path(folder) / log.filename()); !kept.ok()) {
      (void)RemoveFolder(folder);  // or each attempt on a full disk would leave one
      return kept;
    }
  }
  for (const fs::path& made : {fs::path(folder), above, above.parent_path()}) {
    SEDGE_RETURN_IF_ERROR(SyncFile(made));
  }
  return OkStatus();
}

}  // namespace

Result<std::string> CutHole(const std::string& folder, const LogHole& hole) {
  const std::string database = DatabaseFolder(folder);
  SEDGE_ASSIGN_OR_RETURN(const std::string lost, NewLostFolder(folder));
  const std::string above = fs::path(lost).parent_path();
  const fs::path holed = fs::path(database) / hole.file;
  std::vector<fs::path> logs;
  std::vector<fs::path> new_ones;
  logs.push_back(holed);
  for (const std::string& name : hole.behind) logs.push_back(fs::path(database) / name);
  for (const fs::path& log : logs) {
    SEDGE_ASSIGN_OR_RETURN(const bool kept, IsKept(above, log));
    if (!kept) new_ones.push_back(log);
  }
  if (!new_ones.empty()) SEDGE_RETURN_IF_ERROR(KeepAll(lost, new_ones));
  SEDGE_ASSIGN_OR_RETURN(const std::string bytes, ReadWholeFile(holed));
  const Status drafted = WriteDraft(holed, std::string_view(bytes).substr(0, hole.offset));
  // They are kept; the log goes with its place in the database, once something can be written.
  if (drafted.code() == StatusCode::kResourceExhausted) return new_ones.empty() ? above : lost;
  SEDGE_RETURN_IF_ERROR(drafted);
  // The hole itself goes last: until then it says that what is behind it was not replayed.
  while (logs.size() > 1) {
    if (unlink(logs.back().c_str()) != 0) {
      return FileError("cannot remove " + logs.back().string(), errno);
    }
    logs.pop_back();
  }
  SEDGE_RETURN_IF_ERROR(SyncFile(database));
  SEDGE_RETURN_IF_ERROR(PutDraftInPlace(holed));
  SEDGE_RETURN_IF_ERROR(SyncFile(database));
  return new_ones.empty() ? above : lost;
}

Status CutTornEnd(const std::string& folder, const std::string& log, uint64_t offset) {
  const std::string path = DatabaseFolder(folder) + "/" + log;
  const int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT) return OkStatus();
  struct stat info = {};
  bool done = fd >= 0 && fstat(fd, &info) == 0;
  // lost+found may have links to it, which stay as they are.
  const bool is_linked = done && info.st_nlink > 1;
  if (done && !is_linked && static_cast<uint64_t>(info.st_size) > offset) {
    done = ftruncate(fd, static_cast<off_t>(offset)) == 0 && fsync(fd) == 0;
  }
  const int failure = errno;
  if (fd >= 0) close(fd);
  if (!done) return FileError("cannot cut the torn end of " + path, failure);
  if (is_linked) {
    SEDGE_ASSIGN_OR_RETURN(const std::string bytes, ReadWholeFile(path));
    SEDGE_RETURN_IF_ERROR(WriteWhole(path, std::string_view(bytes).substr(0, offset)));
  }
  return SyncFile(DatabaseFolder(folder));
}

}  // namespace sedge::kv
