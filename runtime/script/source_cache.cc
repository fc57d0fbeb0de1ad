// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "runtime/script/module_loader.h"

namespace sedge::script {
namespace {

// Far above what Workers accept (10 MB compressed); guards against a device or a log by mistake.
constexpr off_t kMaxSourceBytes = 256 << 20;

Result<std::string> ReadWhole(const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "rb");
  if (!file) return NotFound("cannot read " + path + ": " + std::strerror(errno));
  struct stat info;
  Status status;
  std::string text;
  if (fstat(fileno(file), &info) != 0 || !S_ISREG(info.st_mode)) {
    status = InvalidArgument("cannot read " + path + ": not a regular file");
  } else if (info.st_size > kMaxSourceBytes) {
    status = OutOfRange(path + " has " + std::to_string(info.st_size) + " bytes; a module may have " +
                        std::to_string(kMaxSourceBytes));
  } else {
    text.resize(static_cast<size_t>(info.st_size));
    text.resize(std::fread(text.data(), 1, text.size(), file));
    if (std::ferror(file)) status = IoError("cannot read " + path + ": " + std::strerror(errno));
  }
  std::fclose(file);
  if (!status.ok()) return status;
  return text;
}

}  // namespace

void SourceCache::AddMade(std::shared_ptr<const Texts> made) {
  std::lock_guard lock(mutex_);
  if (made) made_.push_back(std::move(made));
}

const std::string* SourceCache::FindMade(const std::string& path) const {
  for (const std::shared_ptr<const Texts>& texts : made_) {
    if (const auto found = texts->find(path); found != texts->end()) return &found->second;
  }
  return nullptr;
}

Result<std::string_view> SourceCache::Read(const std::string& path) {
  std::lock_guard lock(mutex_);
  if (const std::string* made = FindMade(path)) return std::string_view(*made);
  auto found = files_.find(path);
  if (found == files_.end()) {
    seen_[path] = FileStamp::Of(path);
    SEDGE_ASSIGN_OR_RETURN(std::string text, ReadWhole(path));
    found = files_.emplace(path, std::make_unique<std::string>(std::move(text))).first;
  }
  return std::string_view(*found->second);
}

void SourceCache::Add(const std::string& path, std::string text) {
  std::lock_guard lock(mutex_);
  files_[path] = std::make_unique<std::string>(std::move(text));
}

bool SourceCache::WasRead(const std::string& path) {
  std::lock_guard lock(mutex_);
  return FindMade(path) || files_.contains(path);
}

bool SourceCache::Exists(const std::string& path) {
  std::lock_guard lock(mutex_);
  if (FindMade(path) || files_.contains(path)) return true;
  const FileStamp stamp = FileStamp::Of(path);
  if (!stamp.exists) seen_[path] = stamp;
  return stamp.exists;
}

std::vector<std::pair<std::string, FileStamp>> SourceCache::Seen() {
  std::lock_guard lock(mutex_);
  return {seen_.begin(), seen_.end()};
}

}  // namespace sedge::script
