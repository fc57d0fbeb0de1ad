// SPDX-License-Identifier: Apache-2.0
// `sedge kv` as a family: words of words, their help, what is said about wrong ones, and the place
// that flags and environment name.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "tools/kv/place.h"
#include "tools/kv_command.h"

namespace sedge::tools {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

struct Outcome {
  int status = -1;
  std::string out;
  std::string err;
};

// Two words, one of them with words of its own.
Outcome RunKv(std::vector<const char*> words) {
  const AddCommand key = [](CLI::App& kv, CommandRun& run) {
    CLI::App* group = kv.add_subcommand("key", "Individually manage keys");
    CLI::App* get = group->add_subcommand("get", "Read a value");
    static std::string name;
    get->add_option("key", name, "The key")->required();
    get->add_flag("--text");
    get->callback([&run] { run = [] { return std::puts(name.c_str()), 0; }; });
    group->add_subcommand("put", "Write a value")->callback([&run] { run = [] { return 0; }; });
  };
  const AddCommand check = [](CLI::App& kv, CommandRun& run) {
    kv.add_subcommand("check", "Check the store")->callback([&run] {
      run = [] { return PrintUsageError("sedge kv check", "not like this"); };
    });
    kv.add_subcommand("fall", "Throw")->callback([&run] {
      run = []() -> int { throw std::runtime_error("what a library threw"); };
    });
  };
  words.insert(words.begin(), {"sedge", "kv"});
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  Outcome outcome;
  outcome.status = RunCli(static_cast<int>(words.size()), words.data(), {KvCommand({key, check})});
  outcome.out = ::testing::internal::GetCapturedStdout();
  outcome.err = ::testing::internal::GetCapturedStderr();
  return outcome;
}

TEST(KvFrameTest, EveryLevelHasItsHelp) {
  EXPECT_THAT(RunKv({"--help"}).out, HasSubstr("Individually manage keys"));
  EXPECT_THAT(RunKv({"--help"}).out, HasSubstr("Check the store"));
  EXPECT_THAT(RunKv({"key", "--help"}).out, HasSubstr("Read a value"));
  EXPECT_THAT(RunKv({"key", "get", "-h"}).out, HasSubstr("--text"));
  for (const auto& words : {std::vector<const char*>{}, {"key"}}) {
    const Outcome outcome = RunKv(words);
    EXPECT_EQ(outcome.status, 2);
    EXPECT_EQ(outcome.out, "");
    EXPECT_THAT(outcome.err,
                HasSubstr(words.empty() ? "Usage: sedge kv [" : "Usage: sedge kv key ["));
  }
}

TEST(KvFrameTest, RunsWhatIsNamed) {
  const Outcome outcome = RunKv({"key", "get", "a/b", "--text"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "a/b\n");
  // A number below zero is no flag, and after -- nothing is.
  EXPECT_EQ(RunKv({"key", "get", "-5"}).out, "-5\n");
  EXPECT_EQ(RunKv({"key", "get", "--", "--text"}).out, "--text\n");
}

TEST(KvFrameTest, WrongWordsNameTheirLevelAndTheNearest) {
  const std::pair<std::vector<const char*>, const char*> cases[] = {
      {{"kye"}, "sedge kv: unknown command kye; did you mean key?"},
      {{"frobnicate"}, "sedge kv: unknown command frobnicate; there are: key, check, fall"},
      {{"key", "gte", "x"}, "sedge kv key: unknown command gte; did you mean get?"},
      {{"key", "get", "x", "--txet"},
       "sedge kv key get: unknown flag --txet; did you mean --text?"},
      {{"key", "get", "x", "y"}, "sedge kv key get: unexpected argument \"y\""},
      {{"key", "get"}, "sedge kv key get: key is required"},
      {{"check"}, "sedge kv check: not like this\nTry: sedge kv check --help"},
  };
  for (const auto& [words, why] : cases) {
    const Outcome outcome = RunKv(words);
    EXPECT_EQ(outcome.status, 2) << why;
    EXPECT_THAT(outcome.err, HasSubstr(why));
    EXPECT_EQ(outcome.out, "");
  }
}

TEST(KvFrameTest, AnExceptionIsAFailureWithItsReason) {
  const Outcome outcome = RunKv({"fall"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.out, "");
  EXPECT_THAT(outcome.err, HasSubstr("sedge: this failed in a way that is not foreseen: what a "
                                     "library threw; please report it"));
}

class KvPlaceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "sedge-place-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    dir_ = fs::canonical(pattern);
    for (const char* name : {"SEDGE_ADMIN_TOKEN", "CLOUDFLARE_API_TOKEN", "CLOUDFLARE_ACCOUNT_ID",
                             "CLOUDFLARE_API_BASE_URL"}) {
      unsetenv(name);
    }
  }
  void TearDown() override { fs::remove_all(dir_); }
  std::string Write(const std::string& name, const std::string& text) {
    fs::create_directories((dir_ / name).parent_path());
    std::ofstream(dir_ / name) << text;
    return (dir_ / name).string();
  }
  fs::path dir_;
};

TEST_F(KvPlaceTest, TheFolderIsThatOfServe) {
  const std::string config = Write("app/wrangler.toml", "");
  EXPECT_EQ(FindKvPlace({.config = config})->data_dir, (dir_ / "app/.sedge").string());
  EXPECT_EQ(FindKvPlace({.config = (dir_ / "app").string()})->data_dir,
            (dir_ / "app/.sedge").string());
  EXPECT_EQ(FindKvPlace({.data_dir = dir_.string() + "/x/../y/"})->data_dir, (dir_ / "y").string());
  EXPECT_EQ(FindKvPlace({})->data_dir, (fs::current_path() / ".sedge").string());
  EXPECT_EQ(FindKvPlace({.config = config, .local = true})->name(), (dir_ / "app/.sedge").string());
}

TEST_F(KvPlaceTest, AServerIsNamedByItsUrl) {
  KvPlace place = *FindKvPlace({.url = "http://127.0.0.1:8788"});
  EXPECT_FALSE(place.is_folder());
  EXPECT_EQ(place.base_path, "/client/v4");
  EXPECT_EQ(place.account, "local");
  EXPECT_EQ(place.token, "");
  EXPECT_EQ(place.name(), "http://127.0.0.1:8788");
  setenv("CLOUDFLARE_API_BASE_URL", "https://[::1]:9/api/v1/", 1);
  setenv("CLOUDFLARE_API_TOKEN", "cf", 1);
  setenv("CLOUDFLARE_ACCOUNT_ID", "abc", 1);
  EXPECT_TRUE(FindKvPlace({})->is_folder()) << "only --remote asks for it";
  place = *FindKvPlace({.remote = true});
  EXPECT_EQ(place.base_path, "/api/v1");
  EXPECT_EQ(place.name(), "https://[::1]:9");
  EXPECT_EQ(place.account, "abc");
  EXPECT_EQ(place.token, "cf");
  setenv("SEDGE_ADMIN_TOKEN", "own", 1);
  EXPECT_EQ(FindKvPlace({.url = "http://a"})->token, "own");
  const std::string file = Write("token", " from-file\n");
  EXPECT_EQ(FindKvPlace({.url = "http://a", .token_file = file})->token, "from-file");
}

TEST_F(KvPlaceTest, SaysWhatIsWrong) {
  const std::pair<KvPlaceFlags, const char*> cases[] = {
      {{.local = true, .remote = true}, "--local and --remote: they contradict"},
      {{.remote = true}, "--remote: which server is not said; allowed is --url URL"},
      {{.data_dir = "d", .url = "http://a"}, "--data-dir and --url: the data is either"},
      {{.url = "http://a", .local = true}, "--local and --url: "},
      {{.url = "ftp://a"}, "--url ftp://a: "},
      {{.url = "http://a/b?c"}, "--url http://a/b?c: the path is not that of an API"},
      {{.token_file = "t"}, "--token-file: a folder needs no token"},
      {{.url = "http://a", .token_file = Write("sp", "a b")},
       "holds a character that no token has"},
      {{.config = "/nowhere/x.toml"}, "--config /nowhere/x.toml: there is no such file"},
      {{.data_dir = Write("f", "")}, "/f: this is a file; allowed is a folder"},
  };
  for (const auto& [flags, why] : cases) {
    const Result<KvPlace> place = FindKvPlace(flags);
    ASSERT_FALSE(place.ok()) << why;
    EXPECT_EQ(place.status().code(), StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(place.status().message()), HasSubstr(why));
  }
  const KvPlaceFlags no_file{.url = "http://a", .token_file = "/nowhere/t"};
  EXPECT_EQ(FindKvPlace(no_file).status().code(), StatusCode::kIo);
  const KvPlaceFlags empty{.url = "http://a", .token_file = Write("e", "\n")};
  EXPECT_THAT(std::string(FindKvPlace(empty).status().message()), HasSubstr("holds no token"));
  const KvPlaceFlags long_file{.url = "http://a", .token_file = Write("l", std::string(5000, 'a'))};
  EXPECT_THAT(std::string(FindKvPlace(long_file).status().message()),
              HasSubstr("longer than a token"));
}

}  // namespace
}  // namespace sedge::tools
