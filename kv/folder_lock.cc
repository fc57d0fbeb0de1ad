// SPDX-License-Identifier: Apache-2.0
#include "kv/folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "runtime/base/ascii.h"

namespace sedge::kv {
namespace {

constexpr size_t kMaxHolderChars = 128;

std::string Holder(int fd) {
  char text[kMaxHolderChars];
  const ssize_t size = pread(fd, text, sizeof(text), 0);
  const std::string_view holder =
      Trim(std::string_view(text, size > 0 ? static_cast<size_t>(size) : 0), " \n");
  return holder.empty() ? "another process" : "process " + std::string(holder);
}

// "1234 (sedge on host)": the number alone says nothing to whoever is on another machine.
std::string Self() {
  char host[kMaxHolderChars / 2] = {};
  if (gethostname(host, sizeof(host) - 1) != 0) host[0] = '\0';
  return std::to_string(getpid()) + " (" + program_invocation_short_name +
         (host[0] == '\0' ? "" : std::string(" on ") + host) + ")";
}

Status FileError(const std::string& file, const char* action) {
  return IoError(std::string("cannot ") + action + " " + file + ": " + std::strerror(errno));
}

}  // namespace

Result<FolderLock> FolderLock::Acquire(const std::string& folder, std::string_view kind,
                                       std::string_view what_else) {
  const std::string file = folder + "/LOCK";
  const int fd = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) return FileError(file, "open");
  FolderLock lock(fd);
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return FileError(file, "lock");
    return Unavailable("the " + std::string(kind) + " " + folder + " is in use by " + Holder(fd) +
                       "; stop it, or " + std::string(what_else));
  }
  const std::string self = Self() + "\n";
  if (ftruncate(fd, 0) != 0 ||
      pwrite(fd, self.data(), self.size(), 0) != static_cast<ssize_t>(self.size())) {
    return FileError(file, "write");
  }
  return lock;
}

FolderLock::FolderLock(FolderLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

FolderLock::~FolderLock() {
  if (fd_ >= 0) close(fd_);
}

}  // namespace sedge::kv
