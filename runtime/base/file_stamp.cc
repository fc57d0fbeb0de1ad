// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/file_stamp.h"

#include <sys/stat.h>

#include <ctime>

namespace sedge {
namespace {

constexpr int64_t kSecond = 1'000'000'000;
// The kernel stamps writes with the time of its last tick, 100 to 1000 of which are in a second.
constexpr int64_t kTickNs = 10'000'000;
// Some file systems keep whole seconds, or two.
constexpr int64_t kCoarseNs = 2 * kSecond;

int64_t NanosecondsOf(const timespec& time) { return time.tv_sec * kSecond + time.tv_nsec; }

}  // namespace

FileStamp FileStamp::Of(const std::string& path) {
  FileStamp stamp;
  timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  stamp.taken_ns = NanosecondsOf(now);
  struct stat info;
  if (stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return stamp;
  stamp.exists = true;
  stamp.device = info.st_dev;
  stamp.inode = info.st_ino;
  stamp.size = info.st_size;
  stamp.modified_ns = NanosecondsOf(info.st_mtim);
  return stamp;
}

bool FileStamp::racy() const {
  if (!exists) return false;
  const int64_t grain = modified_ns % kSecond == 0 ? kCoarseNs : kTickNs;
  return taken_ns - modified_ns < grain && modified_ns - taken_ns < grain;
}

bool FileStamp::SameFile(const FileStamp& other) const {
  return exists == other.exists && device == other.device && inode == other.inode &&
         size == other.size && modified_ns == other.modified_ns;
}

}  // namespace sedge
