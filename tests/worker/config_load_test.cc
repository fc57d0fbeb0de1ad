// SPDX-License-Identifier: Apache-2.0
// Which file of a folder counts, what lies beside it, and what is said when something is missing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "runtime/worker/config.h"

namespace sedge::worker {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ConfigLoadTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "sedge-config-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    dir_ = fs::canonical(pattern);
  }
  void TearDown() override { fs::remove_all(dir_); }

  std::string Write(const std::string& name, const std::string& text) {
    fs::create_directories((dir_ / name).parent_path());
    std::ofstream(dir_ / name) << text;
    return (dir_ / name).string();
  }
  WorkerConfig Load(const std::string& path) {
    Result<WorkerConfig> config = LoadWorkerConfig(path);
    EXPECT_TRUE(config.ok()) << config.status().message();
    return config.ok() ? std::move(config).value() : WorkerConfig();
  }
  std::string LoadError(const std::string& path) {
    const Result<WorkerConfig> config = LoadWorkerConfig(path);
    return config.ok() ? "no error" : std::string(config.status().message());
  }

  fs::path dir_;
};

TEST_F(ConfigLoadTest, ScriptAloneIsNamedAfterItsFile) {
  const std::string path = Write("hello.mjs", "");
  Write("wrangler.toml", "name = \"other\"\n");
  const WorkerConfig config = Load(path);
  EXPECT_EQ(config.name, "hello");
  EXPECT_EQ(config.main, path);
  EXPECT_EQ(config.base_dir, dir_.string());
  EXPECT_EQ(config.source, path);
}

TEST_F(ConfigLoadTest, FolderIsSearchedInOrder) {
  Write("src/index.js", "");
  EXPECT_EQ(Load(dir_.string()).main, (dir_ / "src/index.js").string());
  Write("worker.js", "");
  EXPECT_EQ(Load(dir_.string()).main, (dir_ / "worker.js").string());
  Write("index.js", "");
  EXPECT_EQ(Load(dir_.string()).main, (dir_ / "index.js").string());
  Write("wrangler.toml", "name = \"toml\"\nmain = \"worker.js\"\n");
  EXPECT_EQ(Load(dir_.string()).name, "toml");
  EXPECT_EQ(Load(dir_.string()).main, (dir_ / "worker.js").string());
  Write("wrangler.json", "{\"name\": \"json\" /* comments are fine here too */}");
  EXPECT_EQ(Load(dir_.string()).name, "json");
  EXPECT_EQ(Load(dir_.string()).main, (dir_ / "index.js").string());
  Write("wrangler.jsonc", "{\"name\": \"jsonc\",}");
  EXPECT_EQ(Load(dir_.string()).name, "jsonc");
  EXPECT_EQ(Load((dir_ / "wrangler.toml").string()).name, "toml");
}

TEST_F(ConfigLoadTest, RelativePathsStayRelativeInMessages) {
  Write("app/wrangler.toml", "name = 1\n");
  const fs::path before = fs::current_path();
  fs::current_path(dir_);
  EXPECT_THAT(LoadError("app"), ::testing::StartsWith("app/wrangler.toml:1: name is"));
  fs::current_path(dir_ / "app");
  EXPECT_THAT(LoadError("."), ::testing::StartsWith("wrangler.toml:1: name is"));
  Write("app/wrangler.toml", "");
  Write("app/index.js", "");
  const WorkerConfig config = Load(".");
  EXPECT_EQ(config.base_dir, (dir_ / "app").string());
  EXPECT_EQ(config.main, (dir_ / "app/index.js").string());
  EXPECT_EQ(config.name, "app");
  fs::current_path(before);
}

TEST_F(ConfigLoadTest, MissingFilesAreNamed) {
  EXPECT_THAT(LoadError((dir_ / "none").string()), HasSubstr("there is no such file or folder"));
  EXPECT_THAT(LoadError(dir_.string()), HasSubstr("looked for wrangler.jsonc, wrangler.json, "
                                                  "wrangler.toml, index.js"));
  EXPECT_THAT(LoadError(Write("a.txt", "")), HasSubstr("another kind than a worker"));
  const std::string config = Write("wrangler.toml", "name = \"a\"\nmain = \"gone.js\"\n");
  EXPECT_EQ(LoadError(dir_.string()),
            config + ":2: main: there is no file " + (dir_ / "gone.js").string() +
                "\n  2 | main = \"gone.js\"");
  Write("wrangler.toml", "name = \"a\"\n");
  EXPECT_THAT(LoadError(dir_.string()), HasSubstr("main is missing, and none of index.js"));
}

TEST_F(ConfigLoadTest, TooLargeAFileIsRefused) {
  const std::string path = Write("wrangler.toml", "#" + std::string(kMaxConfigBytes, 'x'));
  EXPECT_THAT(LoadError(path), HasSubstr("more than 1048576 bytes"));
}

TEST_F(ConfigLoadTest, DevVarsComeBeforeVars) {
  Write("index.js", "");
  Write("wrangler.toml", "[vars]\nA = 1\nB = 2\n");
  Write(".dev.vars", "B=\"two\\n\"\nC=3\n");
  EXPECT_THAT(
      Load(dir_.string()).vars,
      ElementsAre(VarConfig{"A", "1"}, VarConfig{"B", "\"two\\n\""}, VarConfig{"C", "\"3\""}));
  EXPECT_THAT(Load((dir_ / "index.js").string()).vars,
              ElementsAre(VarConfig{"B", "\"two\\n\""}, VarConfig{"C", "\"3\""}));
}

TEST_F(ConfigLoadTest, DevVarsMistakesAreNamed) {
  Write("index.js", "");
  Write("wrangler.toml", "kv_namespaces = [ { binding = \"A\" } ]\n");
  const std::string vars = Write(".dev.vars", "B=1\nA=2\n");
  EXPECT_THAT(LoadError(dir_.string()), HasSubstr(vars + ":2: the name \"A\" is that of a KV"));
  Write(".dev.vars", "what\n");
  EXPECT_THAT(LoadError(dir_.string()), HasSubstr(vars + ":1: this is not NAME=VALUE"));
}

}  // namespace
}  // namespace sedge::worker
