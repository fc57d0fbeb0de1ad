// SPDX-License-Identifier: Apache-2.0
#include "kv/format_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace sedge::kv {
namespace {

constexpr std::string_view kPrefix = "sedge-kv ";
constexpr int kOldestUpgradable = 1;

Status FileError(const std::string& file, const char* action) {
  return IoError(std::string("cannot ") + action + " " + file + ": " + std::strerror(errno));
}

Status SyncPath(const std::string& path, int flags) {
  const int fd = open(path.c_str(), flags | O_CLOEXEC);
  if (fd < 0) return FileError(path, "open");
  const bool synced = fsync(fd) == 0;
  const Status status = synced ? OkStatus() : FileError(path, "sync");
  close(fd);
  return status;
}

// Through a rename, so that a crash leaves no half-written file.
Status WriteFormatFile(const std::string& folder, const std::string& file) {
  const std::string draft = file + ".new";
  {
    std::ofstream out(draft, std::ios::binary | std::ios::trunc);
    out << kPrefix << kFormatVersion << '\n';
    out.close();
    if (!out) return FileError(draft, "write");
  }
  SEDGE_RETURN_IF_ERROR(SyncPath(draft, O_WRONLY));
  if (std::rename(draft.c_str(), file.c_str()) != 0) return FileError(file, "write");
  return SyncPath(folder, O_RDONLY | O_DIRECTORY);
}

}  // namespace

Result<int> ReadFormat(const std::string& folder) {
  const std::string file = folder + "/FORMAT";
  std::ifstream in(file, std::ios::binary);
  if (!in) {
    std::error_code error;
    if (std::filesystem::exists(file, error)) return FileError(file, "open");
    return NotFound("the KV folder " + folder + " has no file FORMAT");
  }
  const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  int version = 0;
  const char* end = text.data() + text.size();
  if (!text.starts_with(kPrefix) ||
      std::from_chars(text.data() + kPrefix.size(), end, version).ec != std::errc() ||
      text != std::string(kPrefix) + std::to_string(version) + "\n") {
    return Corruption("the file " + file + " is damaged; `sedge kv repair` writes it anew");
  }
  if (version >= kOldestUpgradable && version <= kFormatVersion) return version;
  return FailedPrecondition("the KV folder " + folder + " has format " + std::to_string(version) +
                            ", this sedge reads format " + std::to_string(kFormatVersion) +
                            "; use the sedge that wrote it, or another folder");
}

Status WriteFormat(const std::string& folder) {
  return WriteFormatFile(folder, folder + "/FORMAT");
}

Status CheckOrWriteFormat(const std::string& folder, const std::string& database_folder) {
  const Result<int> version = ReadFormat(folder);
  if (version.ok()) {
    // Raised before the database is opened: a sedge that reads only the old version must not open
    // what is half upgraded. Opening makes the families that are missing.
    return *version == kFormatVersion ? OkStatus() : WriteFormat(folder);
  }
  if (version.status().code() != StatusCode::kNotFound) return version.status();
  std::error_code error;
  if (!std::filesystem::exists(database_folder, error)) return WriteFormat(folder);
  return Corruption("the KV folder " + folder +
                    " has a database but no file FORMAT; `sedge kv repair` writes it anew");
}

}  // namespace sedge::kv
