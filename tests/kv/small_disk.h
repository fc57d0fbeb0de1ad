// SPDX-License-Identifier: Apache-2.0
// A file system of 12 MB of its own, for tests of a full disk. Header-only; skips without the right
// to mount.
#pragma once

#include <gtest/gtest.h>
#include <sys/mount.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "tests/kv/kv_test_util.h"

namespace sedge::kv {

class Mount {
 public:
  explicit Mount(std::string path) : path_(std::move(path)) {
    std::filesystem::create_directories(path_);
    if (mount("none", path_.c_str(), "tmpfs", 0, "size=12m") != 0) why_ = std::strerror(errno);
  }
  ~Mount() {
    if (why_.empty()) umount2(path_.c_str(), MNT_DETACH);
  }
  const std::string& why() const { return why_; }

 private:
  const std::string path_;
  std::string why_;
};

inline std::vector<std::filesystem::path> FilesBelow(const std::string& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (const auto& file : std::filesystem::recursive_directory_iterator(folder, error)) {
    files.push_back(file.path());
  }
  return files;
}

class SmallDiskFixture : public testing::Test {
 protected:
  void SetUp() override {
    if (!mounted_.why().empty()) GTEST_SKIP() << "cannot mount a small tmpfs: " << mounted_.why();
  }

  uintmax_t Free() const { return std::filesystem::space(disk_).available; }
  void Fill(size_t bytes) { std::ofstream(disk_ + "/ballast") << std::string(bytes, 'x'); }
  // All but so much of what is free.
  void FillButFor(uintmax_t bytes) { Fill(Free() - bytes); }
  void MakeSpace() { std::filesystem::remove(disk_ + "/ballast"); }

  const TempFolder folder_;
  const std::string disk_ = folder_.path() + "/disk";
  const Mount mounted_{disk_};
};

}  // namespace sedge::kv
