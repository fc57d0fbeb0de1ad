// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/held_folder.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>

namespace sedge {
namespace {

namespace fs = std::filesystem;
constexpr const char* kPrefix = "sedge-held-";

struct TempFolder {
  TempFolder() { mkdtemp(name.data()); }
  ~TempFolder() { fs::remove_all(name); }
  const std::string& path() const { return name; }
  std::string name = fs::temp_directory_path() / "sedge-parent-XXXXXX";
};

std::unique_ptr<HeldFolder> Make(const std::string& parent) {
  Result<std::unique_ptr<HeldFolder>> made = HeldFolder::Create(parent, kPrefix);
  EXPECT_TRUE(made.ok()) << made.status().message();
  return std::move(made).value();
}

TEST(HeldFolderTest, GoesWithItsContents) {
  TempFolder parent;
  std::string path;
  {
    const auto folder = Make(parent.path());
    path = folder->path();
    std::ofstream(path + "/file") << "x";
    EXPECT_TRUE(fs::exists(path + "/file"));
  }
  EXPECT_FALSE(fs::exists(path));
}

TEST(HeldFolderTest, RemovesWhatProcessesThatWereKilledLeft) {
  TempFolder parent;
  int told[2];
  ASSERT_EQ(pipe(told), 0);
  const pid_t child = fork();
  if (child == 0) {
    const auto folder = Make(parent.path());
    std::ofstream(folder->path() + "/file") << "x";
    const std::string path = folder->path();
    if (write(told[1], path.data(), path.size()) < 0) _exit(1);
    for (;;) pause();
  }
  char buffer[4096];
  const ssize_t size = read(told[0], buffer, sizeof buffer);
  ASSERT_GT(size, 0);
  const std::string left(buffer, static_cast<size_t>(size));
  Make(parent.path());
  EXPECT_TRUE(fs::exists(left + "/file")) << "its process lives";
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  Make(parent.path());
  EXPECT_FALSE(fs::exists(left));
  close(told[0]);
  close(told[1]);
}

TEST(HeldFolderTest, LeavesAloneWhatItDidNotMake) {
  TempFolder parent, elsewhere;
  const std::string prefix = parent.path() + "/" + kPrefix;
  fs::create_directory(parent.path() + "/sedge-abc");
  std::ofstream(prefix + "file") << "x";
  std::ofstream(elsewhere.path() + "/kept") << "x";
  fs::create_symlink(elsewhere.path(), prefix + "link");
  const auto held = Make(parent.path());
  const auto other = Make(parent.path());
  EXPECT_TRUE(fs::exists(held->path()));
  EXPECT_TRUE(fs::exists(parent.path() + "/sedge-abc"));
  EXPECT_TRUE(fs::exists(prefix + "file"));
  EXPECT_TRUE(fs::exists(elsewhere.path() + "/kept"));
  EXPECT_TRUE(fs::is_symlink(prefix + "link"));
}

TEST(HeldFolderTest, SaysWhereItCannotBe) {
  EXPECT_NE(HeldFolder::Create("/nowhere", kPrefix).status().message().find("set TMPDIR"),
            std::string::npos);
}

}  // namespace
}  // namespace sedge
