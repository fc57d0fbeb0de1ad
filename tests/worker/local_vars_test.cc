// SPDX-License-Identifier: Apache-2.0
#include "runtime/worker/local_vars.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace sedge::worker {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;

class LocalVarsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = fs::temp_directory_path() / "sedge-vars-XXXXXX";
    folder_ = mkdtemp(pattern.data());
    Write("index.js", "export default {};");
    Write("wrangler.toml", "main = \"index.js\"\nvars = { TOP = \"top\", A = \"top\" }\n");
  }
  void TearDown() override {
    unsetenv("CLOUDFLARE_LOAD_DEV_VARS_FROM_DOT_ENV");
    fs::remove_all(folder_);
  }
  void Write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ + "/" + name, std::ios::binary) << text;
  }
  // "A=1 B=2" of what env would have.
  std::string Vars(const std::string& env = "", const std::string& path = "") const {
    const auto config = LoadWorkerConfig(folder_ + path, env);
    if (!config.ok()) return std::string(config.status().message());
    std::string text;
    for (const VarConfig& var : config->vars) {
      text += (text.empty() ? "" : " ") + var.name + "=" + var.value;
    }
    return text;
  }

  std::string folder_;
};

TEST_F(LocalVarsTest, AddToThoseOfTheConfiguration) {
  Write(".dev.vars", "A=local\nB=local\n");
  EXPECT_EQ(Vars(), R"(A="local" B="local" TOP="top")");
  EXPECT_EQ(Vars("", "/index.js"), R"(A="local" B="local")");
}

TEST_F(LocalVarsTest, TheFileOfAnEnvironmentCountsAlone) {
  Write(".dev.vars", "A=all\nB=all\n");
  Write(".dev.vars.prod", "A=prod\n");
  EXPECT_EQ(Vars("prod"), R"(A="prod" TOP="top")");
  EXPECT_EQ(Vars("other"), R"(A="all" B="all" TOP="top")");
}

TEST_F(LocalVarsTest, DotEnvFilesAreMergedTheMostSpecificFirst) {
  Write(".env", "A=1\nB=1\nC=1\nD=1\n");
  EXPECT_EQ(Vars(), R"(A="1" B="1" C="1" D="1" TOP="top")");
  Write(".env.prod", "B=2\nC=2\nD=2\n");
  Write(".env.local", "C=3\nD=3\n");
  Write(".env.prod.local", "D=4\n");
  EXPECT_EQ(Vars(), R"(A="1" B="1" C="3" D="3" TOP="top")");
  EXPECT_EQ(Vars("prod"), R"(A="1" B="2" C="3" D="4" TOP="top")");
}

TEST_F(LocalVarsTest, DevVarsLeaveDotEnvOut) {
  Write(".env", "B=env\n");
  Write(".dev.vars", "A=vars\n");
  EXPECT_EQ(Vars(), R"(A="vars" TOP="top")");
}

TEST_F(LocalVarsTest, DotEnvMayBeSwitchedOff) {
  Write(".env", "A=env\n");
  setenv("CLOUDFLARE_LOAD_DEV_VARS_FROM_DOT_ENV", "false", 1);
  EXPECT_EQ(Vars(), R"(A="top" TOP="top")");
}

TEST_F(LocalVarsTest, ErrorsNameTheFile) {
  Write(".env", "A=1\n");
  Write(".env.local", "\n\nnothing\n");
  EXPECT_THAT(Vars(), HasSubstr(".env.local:3: this is not NAME=VALUE"));
}

TEST_F(LocalVarsTest, EveryFileThatCountsIsNamed) {
  const std::vector<std::string> files = ConfigFiles(folder_, "prod");
  std::vector<std::string> wanted;
  for (const char* name :
       {"wrangler.jsonc", "wrangler.json", "wrangler.toml", "src/index.js", ".env", ".env.local",
        ".env.prod", ".env.prod.local", ".dev.vars", ".dev.vars.prod"}) {
    wanted.push_back(folder_ + "/" + name);
  }
  EXPECT_THAT(files, IsSupersetOf(wanted));
}

std::string Expanded(const std::string& value) {
  std::vector<DevVar> vars = {{"NAME", "joe"}, {"EMPTY", ""}, {"V", value}, {"LATER", "<$NAME>"}};
  ExpandVars(vars, [](const char* name) -> const char* {
    return std::string_view(name) == "HOME" ? "/home" : nullptr;
  });
  return vars[2].value;
}

TEST(ExpandVarsTest, ReplacesReferences) {
  EXPECT_EQ(Expanded("plain"), "plain");
  EXPECT_EQ(Expanded("$NAME-${NAME}."), "joe-joe.");
  EXPECT_EQ(Expanded("${LATER}"), "<joe>");
  EXPECT_EQ(Expanded("$HOME/x"), "/home/x");
  EXPECT_EQ(Expanded("[$NONE][${NONE}]"), "[][]");
  EXPECT_EQ(Expanded("${NONE:-a $NAME}${EMPTY:-b}${NONE-c}"), "a joebc");
}

TEST(ExpandVarsTest, LeavesTheRestAlone) {
  EXPECT_EQ(Expanded("\\$NAME"), "$NAME");
  EXPECT_EQ(Expanded("a\\b"), "a\\b");
  EXPECT_EQ(Expanded("5$ $5 ${"), "5$ $5 ${");
  EXPECT_EQ(Expanded("${NAME!x}"), "${NAME!x}");
  EXPECT_EQ(Expanded("$V"), "");  // of itself
}

}  // namespace
}  // namespace sedge::worker
