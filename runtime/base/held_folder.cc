// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/held_folder.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

namespace sedge {
namespace {

namespace fs = std::filesystem;

// Opens and locks a folder of this user; -1 when it is none, or somebody holds it. The lock goes
// with the process, whatever ends it, and holds across containers that share the folder.
int Lock(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) return -1;
  struct stat opened, named;
  const bool is_ours = fstat(fd, &opened) == 0 && opened.st_uid == geteuid() &&
                       flock(fd, LOCK_EX | LOCK_NB) == 0 && lstat(path.c_str(), &named) == 0 &&
                       named.st_ino == opened.st_ino && named.st_dev == opened.st_dev;
  if (is_ours) return fd;
  close(fd);
  return -1;
}

void RemoveDead(const std::string& parent, const std::string& prefix) {
  std::error_code error;
  for (fs::directory_iterator entries(parent, error); !error && entries != fs::directory_iterator();
       entries.increment(error)) {
    const std::string path = entries->path();
    if (!entries->path().filename().string().starts_with(prefix)) continue;
    const int fd = Lock(path);
    if (fd < 0) continue;
    std::error_code ignored;
    fs::remove_all(path, ignored);
    close(fd);
  }
}

}  // namespace

Result<std::unique_ptr<HeldFolder>> HeldFolder::Create(const std::string& parent,
                                                       const std::string& prefix) {
  RemoveDead(parent, prefix);
  // Between the two calls another process may take the new folder for one that was left.
  constexpr int kAttempts = 100;
  for (int i = 0; i < kAttempts; ++i) {
    std::string path = parent + "/" + prefix + "XXXXXX";
    if (!mkdtemp(path.data())) {
      return IoError("cannot make a folder like " + path + ": " + std::strerror(errno) +
                     "; set TMPDIR to a folder that can be written to");
    }
    if (const int fd = Lock(path); fd >= 0) {
      return std::unique_ptr<HeldFolder>(new HeldFolder(std::move(path), fd));
    }
    rmdir(path.c_str());
  }
  return IoError("cannot lock a folder " + prefix + "XXXXXX in " + parent +
                 "; set TMPDIR to a folder whose file system has locks");
}

HeldFolder::~HeldFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
  close(fd_);
}

}  // namespace sedge
