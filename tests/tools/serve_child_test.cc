// SPDX-License-Identifier: Apache-2.0
// What `sedge serve` does for a program that starts it as its child: the line that says it is
// ready, the folder that goes with it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tools/ready_line.h"
#include "tools/temp_data.h"

namespace sedge::tools {
namespace {

namespace fs = std::filesystem;

TEST(ReadyLineTest, TextHasALineForEachAddress) {
  EXPECT_EQ(ReadyText({"http://127.0.0.1:1", "unix:/s"}, ""),
            "Listening on http://127.0.0.1:1\nListening on unix:/s\n");
  EXPECT_EQ(ReadyText({"http://127.0.0.1:1"}, "http://127.0.0.1:2"),
            "Listening on http://127.0.0.1:1\nAdmin on http://127.0.0.1:2\n");
}

TEST(ReadyLineTest, JsonSaysWhereEverythingIs) {
  worker::ServeOptions options;
  options.data_dir = "/data \"1\"";
  options.workers.resize(2);
  options.workers[0].name = "api";
  options.workers[0].kv_namespaces = {{"CACHE", "id-1"}};
  options.workers[1].name = "web";
  EXPECT_EQ(ReadyJson({"http://127.0.0.1:1"}, "", options),
            R"({"listening":["http://127.0.0.1:1"],"admin":null,"data_dir":"/data \"1\"",)"
            R"("admin_socket":"/data \"1\"/kv/admin.sock",)"
            R"("workers":[{"name":"api","kv":{"CACHE":"id-1"}},{"name":"web","kv":{}}]})"
            "\n");
  options.workers.erase(options.workers.begin());
  EXPECT_EQ(ReadyJson({}, "http://127.0.0.1:2", options),
            R"({"listening":[],"admin":"http://127.0.0.1:2","data_dir":"/data \"1\"",)"
            R"("admin_socket":"/data \"1\"/kv/admin.sock","workers":[{"name":"web","kv":{}}]})"
            "\n");
  EXPECT_THAT(ReadyJson({}, "", options), testing::HasSubstr(R"("admin_socket":null)"));
}

TEST(TempDataTest, AFolderOfItsOwnerThatGoesWithTheObject) {
  std::string path;
  {
    auto made = TempData::Create();
    ASSERT_TRUE(made.ok()) << made.status().message();
    path = (*made)->path();
    struct stat info;
    ASSERT_EQ(stat(path.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777, 0700u);
    fs::create_directories(path + "/kv/db");
    std::ofstream(path + "/kv/db/file") << "x";
  }
  EXPECT_FALSE(fs::exists(path));
}

TEST(TempDataTest, IsWhereTmpdirSays) {
  const char* before = std::getenv("TMPDIR");
  const std::string saved = before ? before : "";
  const fs::path folder = fs::temp_directory_path() / "sedge-temp-data-test";
  fs::create_directories(folder);
  setenv("TMPDIR", folder.c_str(), 1);
  auto made = TempData::Create();
  ASSERT_TRUE(made.ok()) << made.status().message();
  EXPECT_EQ(fs::path((*made)->path()).parent_path(), folder);
  setenv("TMPDIR", "/no/such/folder", 1);
  EXPECT_THAT(std::string(TempData::Create().status().message()),
              testing::HasSubstr("--temp-data: no folder can be made in /no/such/folder"));
  before ? setenv("TMPDIR", saved.c_str(), 1) : unsetenv("TMPDIR");
  made->reset();
  fs::remove_all(folder);
}

}  // namespace
}  // namespace sedge::tools
