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

Result<std::string_view> SourceCache::Read(const std::string& path) {
  if (made_) {
    if (const auto made = made_->find(path); made != made_->end()) {
      return std::string_view(made->second);
    }
  }
  std::lock_guard lock(mutex_);
  auto found = files_.find(path);
  if (found == files_.end()) {
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
  if (made_ && made_->contains(path)) return true;
  std::lock_guard lock(mutex_);
  return files_.contains(path);
}

bool SourceCache::Exists(const std::string& path) {
  if (made_ && made_->contains(path)) return true;
  std::lock_guard lock(mutex_);
  if (files_.contains(path)) return true;
  struct stat info;
  return stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode);
}

}  // namespace sedge::script
