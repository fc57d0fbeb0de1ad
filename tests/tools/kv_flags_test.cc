// SPDX-License-Identifier: Apache-2.0
// Which namespace flags and configuration name, and what an entry gets by flags.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>

#include "tools/cli.h"
#include "tools/kv/namespace_flags.h"
#include "tools/kv/put_flags.h"

namespace sedge::tools {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class KvFlagsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "sedge-flags-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    dir_ = fs::canonical(pattern);
    std::ofstream(dir_ / "wrangler.jsonc") << R"({
      // no main: other commands need one, this does not
      "kv_namespaces": [
        { "binding": "CACHE", "id": "id-1" },
        { "binding": "BOTH", "id": "id-2", "preview_id": "pre-2" },
        { "binding": "SAME", "id": "id-3", "preview_id": "id-3" },
        { "binding": "BARE" },
        { "binding": "ONLY", "preview_id": "pre-4" },
      ],
      "env": { "stage": { "kv_namespaces": [{ "binding": "CACHE", "id": "stage-1" }] }, "bare": {} },
    })";
  }
  void TearDown() override { fs::remove_all(dir_); }

  // The id, or what is wrong.
  std::string Choose(KvNamespaceFlags flags, std::optional<bool> preview_default = {}) {
    const auto choice = ChooseNamespace(flags, {.config = dir_.string()}, preview_default);
    return choice.ok() ? choice->id : std::string(choice.status().message());
  }

  fs::path dir_;
};

TEST_F(KvFlagsTest, ABindingIsWhatTheConfigurationSays) {
  EXPECT_EQ(Choose({.id = "any / id"}), "any / id");
  EXPECT_EQ(Choose({.binding = "CACHE"}), "id-1");
  EXPECT_EQ(Choose({.binding = "CACHE", .env = "stage"}), "stage-1");
  EXPECT_EQ(Choose({.binding = "BARE"}), "BARE") << "where `sedge serve` keeps it";
  EXPECT_EQ(Choose({.binding = "SAME"}), "id-3");
  EXPECT_EQ(Choose({.binding = "ONLY"}), "pre-4");
  EXPECT_EQ(Choose({.binding = "BOTH", .preview = true}), "pre-2");
  EXPECT_EQ(Choose({.binding = "BOTH", .preview = false}), "id-2");
  EXPECT_EQ(Choose({.binding = "BOTH"}, false), "id-2") << "a read";
  EXPECT_EQ(Choose({.binding = "BOTH", .preview = true}, false), "pre-2");
  EXPECT_EQ(ChooseNamespace({.binding = "CACHE"}, {.config = dir_.string()}, {})->name(),
            "binding: \"CACHE\" (id: \"id-1\")");
}

TEST_F(KvFlagsTest, SaysWhatIsAllowed) {
  EXPECT_THAT(Choose({}), HasSubstr("allowed is --binding or --namespace-id"));
  EXPECT_THAT(Choose({.binding = "A", .id = "b"}), HasSubstr("allowed is one of them"));
  EXPECT_THAT(Choose({.binding = "CACH"}),
              HasSubstr("has no such KV namespace; did you mean CACHE?"));
  EXPECT_THAT(Choose({.binding = "X"}), HasSubstr("there are: CACHE, BOTH, SAME, BARE, ONLY"));
  EXPECT_THAT(Choose({.binding = "BOTH"}), HasSubstr("--preview or --preview=false"));
  EXPECT_THAT(Choose({.binding = "CACHE", .preview = true}), HasSubstr("has no preview_id"));
  EXPECT_THAT(Choose({.binding = "CACHE", .env = "stag"}),
              HasSubstr("has no such environment; there are: stage, bare"));
  EXPECT_THAT(Choose({.binding = "CACHE", .env = "bare"}), HasSubstr("nor any other"));
  fs::remove(dir_ / "wrangler.jsonc");
  EXPECT_THAT(Choose({.binding = "CACHE"}), HasSubstr("there is no wrangler configuration here"));
  EXPECT_THAT(Choose({.binding = "CACHE", .env = "e"}), HasSubstr("there is no wrangler config"));
  std::ofstream(dir_ / "wrangler.toml") << "[[kv_namespaces]]\nbinding = 5\n";
  EXPECT_THAT(Choose({.binding = "CACHE"}),
              HasSubstr("wrangler.toml:2: kv_namespaces: binding is a number"));
  std::ofstream(dir_ / "wrangler.toml") << "kv_namespaces = [1]\n";
  EXPECT_THAT(Choose({.binding = "CACHE"}), HasSubstr("allowed is { binding, id }"));
  std::ofstream(dir_ / "wrangler.toml") << "kv_namespaces = 1\n";
  EXPECT_THAT(Choose({.binding = "CACHE"}), HasSubstr("allowed is an array of { binding, id }"));
}

TEST_F(KvFlagsTest, FindsTheBindingsOfAllEnvironments) {
  const auto all = ReadAllKvBindings({.config = (dir_ / "wrangler.jsonc").string()});
  ASSERT_TRUE(all.ok());
  ASSERT_EQ(all->size(), 6u);
  EXPECT_EQ(all->back(), (KvBinding{"CACHE", "stage-1", ""}));
  // The configuration of a script's folder is that of the script.
  EXPECT_EQ(ReadAllKvBindings({.config = (dir_ / "index.js").string()})->size(), 6u);
}

// What `--preview` and the words around it are taken for.
std::string Preview(std::vector<const char*> words) {
  std::string seen;
  const AddCommand get = [&](CLI::App& root, CommandRun& run) {
    CLI::App* command = root.add_subcommand("get", "");
    const auto preview = std::make_shared<std::optional<bool>>();
    const auto key = std::make_shared<std::string>();
    AddPreviewFlag(*command, *preview);
    command->add_option("key", *key);
    command->callback([&, preview, key] {
      seen = (*preview ? (**preview ? "yes " : "no ") : "unsaid ") + *key;
      run = [] { return 0; };
    });
  };
  words.insert(words.begin(), {"sedge", "get"});
  EXPECT_EQ(RunCli(static_cast<int>(words.size()), words.data(), {get}), 0);
  return seen;
}

TEST(KvPreviewFlagTest, IsReadAsWranglerReadsIt) {
  EXPECT_EQ(Preview({"k"}), "unsaid k");
  EXPECT_EQ(Preview({"--preview", "k"}), "yes k");
  EXPECT_EQ(Preview({"k", "--preview"}), "yes k");
  EXPECT_EQ(Preview({"--preview", "true", "k"}), "yes k");
  EXPECT_EQ(Preview({"k", "--preview", "false"}), "no k");
  EXPECT_EQ(Preview({"--preview=false", "k"}), "no k");
  EXPECT_EQ(Preview({"--no-preview", "k"}), "no k");
  EXPECT_EQ(Preview({"--", "true"}), "unsaid true");
}

TEST(KvPutFlagsTest, AreNumbersAndJson) {
  const KvPutOptions options =
      *ReadKvPutFlags({.ttl = "60", .expiration = "1795717592", .metadata = " {\"a\": [1] } "});
  EXPECT_EQ(options.ttl, 60);
  EXPECT_EQ(options.expiration, 1795717592);
  EXPECT_EQ(options.metadata, "{\"a\":[1]}");
  EXPECT_EQ(ReadKvPutFlags({.metadata = "null"})->metadata, "");
  EXPECT_EQ(ReadKvPutFlags({})->ttl, std::nullopt);
  const std::pair<KvPutFlags, const char*> cases[] = {
      {{.ttl = "1h"}, "--ttl 1h: allowed is a whole number of seconds, at least 60"},
      {{.ttl = "60.5"}, "--ttl 60.5: "},
      {{.expiration = "tomorrow"}, "--expiration tomorrow: allowed is a whole number"},
      {{.metadata = "{a:1}"}, "--metadata: it is not valid JSON"},
      {{.metadata = "\"" + std::string(1023, 'm') + "\""}, "longer than the 1024 bytes"},
  };
  for (const auto& [flags, why] : cases) {
    const auto result = ReadKvPutFlags(flags);
    ASSERT_FALSE(result.ok()) << why;
    EXPECT_THAT(std::string(result.status().message()), HasSubstr(why));
  }
}

}  // namespace
}  // namespace sedge::tools
