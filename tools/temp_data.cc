// SPDX-License-Identifier: Apache-2.0
#include "tools/temp_data.h"

#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>

namespace sedge::tools {
namespace {

constexpr const char* kMemoryFolder = "/dev/shm";

bool HasRoom(const char* folder) {
  struct statvfs stats;
  return access(folder, W_OK | X_OK) == 0 && statvfs(folder, &stats) == 0 &&
         stats.f_bavail * stats.f_frsize >= TempData::kMinFreeBytes;
}

std::string Parent() {
  const char* const named = std::getenv("TMPDIR");
  if (named && *named) return named;
  return HasRoom(kMemoryFolder) ? kMemoryFolder : "/tmp";
}

}  // namespace

Result<std::unique_ptr<TempData>> TempData::Create() {
  std::string path = std::filesystem::absolute(Parent() + "/sedge-data-XXXXXX");
  if (!mkdtemp(path.data())) {
    return IoError("--temp-data: no folder can be made in " + Parent() + ": " +
                   std::strerror(errno) + "; TMPDIR names another place");
  }
  return std::unique_ptr<TempData>(new TempData(std::move(path)));
}

void TempData::Remove(const std::string& path) {
  std::error_code ignored;
  std::filesystem::remove_all(path, ignored);
}

}  // namespace sedge::tools
