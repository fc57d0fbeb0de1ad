// SPDX-License-Identifier: Apache-2.0
// The command line from words to exit status: what it prints, and where.
#include "tools/cli.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <memory>

#include "tools/check_command.h"
#include "tools/serve_flags.h"

namespace sedge::tools {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Outcome {
  int status = -1;
  std::string out;
  std::string err;
  ServeFlags flags;  // of the last serve
  bool served = false;
};

Outcome RunSedge(std::vector<const char*> words) {
  Outcome outcome;
  const AddCommand serve = [&outcome](CLI::App& root, CommandRun& run) {
    CLI::App* command = root.add_subcommand("serve", "Serve workers over HTTP");
    AddServeFlags(*command, outcome.flags);
    command->callback([&] {
      run = [&] {
        outcome.served = true;
        return 0;
      };
    });
  };
  const AddCommand check = CheckCommand([](const worker::WorkerConfig& config) {
    std::ifstream file(config.main);
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    return text == "bad" ? InvalidArgument(config.main + ":1:1: SyntaxError") : Status();
  });
  words.insert(words.begin(), "sedge");
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  outcome.status =
      RunCli(static_cast<int>(words.size()), words.data(), {serve, check, AddVersionCommand});
  outcome.out = ::testing::internal::GetCapturedStdout();
  outcome.err = ::testing::internal::GetCapturedStderr();
  return outcome;
}

TEST(CliTest, VersionIsAResult) {
  for (const char* word : {"version", "--version"}) {
    const Outcome outcome = RunSedge({word});
    EXPECT_EQ(outcome.status, 0);
    EXPECT_THAT(outcome.out, ::testing::MatchesRegex("sedge [0-9]+\\.[0-9]+\\.[0-9]+\n"));
    EXPECT_EQ(outcome.err, "");
  }
}

TEST(CliTest, HelpNamesEveryFlag) {
  const Outcome outcome = RunSedge({"serve", "--help"});
  EXPECT_EQ(outcome.status, 0);
  for (const char* flag :
       {"--host", "--port", "--threads", "--kv", "--var", "--data-dir", "--origin", "--map", "--ca",
        "--cf", "--log-level", "--log-format", "PATH"}) {
    EXPECT_THAT(outcome.out, HasSubstr(flag));
  }
  EXPECT_THAT(RunSedge({"--help"}).out,
              HasSubstr("Exit status: 0 fine, 1 the work failed, 2 wrong"));
  EXPECT_THAT(RunSedge({"check", "-h"}).out, HasSubstr("sedge check api/ web/"));
}

TEST(CliTest, NothingIsWrongUsage) {
  const Outcome outcome = RunSedge({});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_EQ(outcome.out, "");
  EXPECT_THAT(outcome.err, HasSubstr("sedge serve"));
}

TEST(CliTest, ServeTakesPathsAnywhereAmongFlags) {
  const Outcome outcome =
      RunSedge({"serve", "a", "--kv", "CACHE", "b", "--kv", "DRAFTS=d", "--var=X=1", "--port", "0",
                "c", "--map", "h=http://x", "--ca", "f", "--port", "1"});
  EXPECT_EQ(outcome.err, "");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_TRUE(outcome.served);
  EXPECT_THAT(outcome.flags.paths, ElementsAre("a", "b", "c"));
  EXPECT_THAT(outcome.flags.kv, ElementsAre("CACHE", "DRAFTS=d"));
  EXPECT_THAT(outcome.flags.vars, ElementsAre("X=1"));
  EXPECT_THAT(outcome.flags.maps, ElementsAre("h=http://x"));
  EXPECT_THAT(outcome.flags.ca_files, ElementsAre("f"));
  EXPECT_EQ(outcome.flags.port, "1");
  EXPECT_THAT(RunSedge({"serve"}).flags.paths, IsEmpty());
  EXPECT_TRUE(RunSedge({"serve"}).served);
}

TEST(CliTest, ValuesAreTakenAsTheyAre) {
  const Outcome outcome =
      RunSedge({"serve", "--var", "LIST=[1,2]", "--var", "TEXT=a b", "--var", "E="});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(outcome.flags.vars, ElementsAre("LIST=[1,2]", "TEXT=a b", "E="));
}

TEST(CliTest, UnknownWordsNameThemselvesAndTheNearest) {
  const std::pair<std::vector<const char*>, const char*> cases[] = {
      {{"serve", "--prot", "80"}, "sedge serve: unknown flag --prot; did you mean --port?"},
      {{"serve", "--prot=80"}, "sedge serve: unknown flag --prot; did you mean --port?"},
      {{"serve", "--verbose"}, "unknown flag --verbose; there are: "},
      {{"serve", "-x"}, "unknown flag -x; there are: "},
      {{"srve"}, "sedge: unknown command srve; did you mean serve?"},
      {{"deploy"}, "unknown command deploy; there are: serve, check, version"},
      {{"version", "now"}, "unexpected argument \"now\""},
      {{"serve", "--port"}, "--port needs a value"},
      {{"serve", "a", "--kv"}, "--kv needs a value"},
  };
  for (const auto& [words, why] : cases) {
    const Outcome outcome = RunSedge(words);
    EXPECT_EQ(outcome.status, 2) << why;
    EXPECT_THAT(outcome.err, HasSubstr(why));
    EXPECT_THAT(outcome.err, HasSubstr("--help"));
    EXPECT_EQ(outcome.out, "");
    EXPECT_FALSE(outcome.served);
  }
}

class CheckTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "sedge-check-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    dir_ = fs::canonical(pattern);
  }
  void TearDown() override { fs::remove_all(dir_); }
  std::string Write(const std::string& name, const std::string& text) {
    fs::create_directories((dir_ / name).parent_path());
    std::ofstream(dir_ / name) << text;
    return (dir_ / name).string();
  }
  fs::path dir_;
};

TEST_F(CheckTest, SaysWhatIsFine) {
  const std::string path = Write("good.js", "good");
  const Outcome outcome = RunSedge({"check", path.c_str()});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.out, path + ": ok (good, 0 routes, 0 KV namespaces, 0 variables)\n");
  EXPECT_EQ(outcome.err, "");
}

TEST_F(CheckTest, SaysWhatIsWrongWithEach) {
  const std::string bad = Write("bad.js", "bad");
  const std::string config = Write("wrangler.toml", "name = 1\n");
  const std::string warned = Write("w/wrangler.toml", "account_id = \"1\"\nroute = \"a.com/\"\n");
  Write("w/index.js", "");
  const Outcome outcome = RunSedge({"check", bad.c_str(), config.c_str(), warned.c_str()});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.err, HasSubstr("sedge: " + bad + ":1:1: SyntaxError\n"));
  EXPECT_THAT(outcome.err, HasSubstr("sedge: " + config + ":1: name is the number 1"));
  EXPECT_THAT(outcome.err, HasSubstr("sedge: warning: " + warned + ": these keys are unknown"));
  EXPECT_EQ(outcome.out, warned + ": ok (w, 1 route, 0 KV namespaces, 0 variables)\n");
}

TEST_F(CheckTest, SeesThatWorkersCollide) {
  const std::string a = Write("a.js", ""), b = Write("b.js", "");
  const Outcome outcome = RunSedge({"check", a.c_str(), b.c_str()});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.err, HasSubstr("both workers are without routes"));
}

}  // namespace
}  // namespace sedge::tools
