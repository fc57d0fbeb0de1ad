// SPDX-License-Identifier: Apache-2.0
#include "runtime/worker/config_env.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "runtime/worker/config.h"
#include "runtime/worker/restart_needs.h"

namespace sedge::worker {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kConfig = R"(name = "api"
main = "a.js"
compatibility_date = "2026-01-01"
routes = ["example.com/*"]
kv_namespaces = [{ binding = "KV", id = "top" }]
[vars]
A = "top"
B = "top"
[limits]
cpu_ms = 50
[env.staging]
route = "staging.example.com/*"
kv_namespaces = [{ binding = "KV", id = "staging" }]
vars = { A = "staging", C = 1 }
[env.own-name]
name = "other"
main = "b.js"
[env.own-name.limits]
memory_mb = 64
[env.bare]
)";

Result<WorkerConfig> Parse(const std::string& env, const std::string& text = kConfig) {
  return ParseWorkerConfig(ConfigSyntax::kToml, text, "wrangler.toml", "/p", env);
}

std::string ErrorOf(const std::string& env, const std::string& text) {
  return std::string(Parse(env, text).status().message());
}

TEST(ConfigEnvTest, WithoutOneTheTopLevelCountsAndSectionsAreNoUnknownKey) {
  const auto config = Parse("");
  ASSERT_TRUE(config.ok());
  EXPECT_EQ(config->name, "api");
  EXPECT_EQ(config->vars.size(), 2u);
  EXPECT_THAT(config->warnings, IsEmpty());
}

TEST(ConfigEnvTest, BindingsAreTheEnvironmentsOwn) {
  const auto config = Parse("staging");
  ASSERT_TRUE(config.ok()) << config.status().message();
  EXPECT_EQ(config->name, "api-staging");
  EXPECT_EQ(config->main, "/p/a.js");
  EXPECT_EQ(config->compatibility_date, "2026-01-01");
  EXPECT_EQ(config->limits.cpu_ms, 50);
  ASSERT_EQ(config->routes.size(), 1u);
  EXPECT_EQ(config->routes[0].text, "staging.example.com/*");
  EXPECT_THAT(config->kv_namespaces,
              ElementsAre(KvNamespaceConfig{.binding = "KV", .id = "staging"}));
  EXPECT_THAT(config->vars, ElementsAre(VarConfig{"A", "\"staging\""}, VarConfig{"C", "1"}));
  EXPECT_THAT(config->warnings,
              ElementsAre(HasSubstr("wrangler.toml:14: env.staging.vars lacks B ")));
}

TEST(ConfigEnvTest, OtherKeysAreInheritedAndReplacedWhole) {
  const auto config = Parse("own-name");
  ASSERT_TRUE(config.ok());
  EXPECT_EQ(config->name, "other");
  EXPECT_EQ(config->main, "/p/b.js");
  EXPECT_EQ(config->routes[0].text, "example.com/*");
  EXPECT_EQ(config->limits.memory_bytes, 64u << 20);
  EXPECT_EQ(config->limits.cpu_ms, Limits().cpu_ms);
}

TEST(ConfigEnvTest, WhatIsNotInheritedIsWarnedOf) {
  const auto config = Parse("bare");
  ASSERT_TRUE(config.ok());
  EXPECT_THAT(config->vars, IsEmpty());
  EXPECT_THAT(config->kv_namespaces, IsEmpty());
  EXPECT_THAT(
      config->warnings,
      ElementsAre(
          HasSubstr("vars is set at the top level and not in env.bare, which does not inherit it"),
          HasSubstr("kv_namespaces is set at the top level and not in env.bare")));
}

TEST(ConfigEnvTest, AnUnknownEnvironmentIsAnErrorThatNamesThoseThereAre) {
  EXPECT_THAT(ErrorOf("stagign", kConfig),
              HasSubstr("there is no environment \"stagign\" for --env; there are: staging, "
                        "own-name, bare; did you mean staging?"));
}

TEST(ConfigEnvTest, WithoutAnySectionTheTopLevelIsTaken) {
  const auto config = Parse("staging", "name = \"a\"\nmain = \"a.js\"\nvars = { A = 1 }\n");
  ASSERT_TRUE(config.ok());
  EXPECT_EQ(config->name, "a");
  EXPECT_EQ(config->vars.size(), 1u);
  EXPECT_THAT(config->warnings, ElementsAre(HasSubstr("there is no [env.staging]")));
}

TEST(ConfigEnvTest, WhatIsWrongInASectionHasItsLine) {
  EXPECT_THAT(ErrorOf("a", "env = 3"), HasSubstr("wrangler.toml:1: env is a number"));
  EXPECT_THAT(ErrorOf("", "[env]\na = 3"), HasSubstr("wrangler.toml:2: env.a is a number"));
  EXPECT_THAT(ErrorOf("a", "main = \"a.js\"\n[env.a]\nvars = 3"),
              HasSubstr("wrangler.toml:3: vars"));
  const auto config = Parse("a", "main = \"a.js\"\n[env.a]\nkv_namespace = 3\n[env.a.dev]\nport=1");
  ASSERT_TRUE(config.ok());
  EXPECT_FALSE(config->dev_port);
  EXPECT_THAT(config->warnings,
              ElementsAre(HasSubstr("env.a.dev has no effect; it belongs to the top level"),
                          HasSubstr("kv_namespace (line 3; did you mean kv_namespaces?)")));
}

TEST(ConfigEnvTest, NamesThatWouldBePathsAreRefused) {
  EXPECT_TRUE(CheckEnvironmentName("").ok());
  EXPECT_TRUE(CheckEnvironmentName("pre-prod.2").ok());
  EXPECT_FALSE(CheckEnvironmentName("../a").ok());
}

TEST(RestartNeedsTest, NamesWhatARunningServerCannotTake) {
  const ServeOptions started;
  ServeOptions wanted = started;
  EXPECT_THAT(RestartNeeds(started, wanted), IsEmpty());
  wanted.workers.emplace_back();
  wanted.cf_json = "{}";
  wanted.limits.cpu_ms = 1;  // of each worker
  EXPECT_THAT(RestartNeeds(started, wanted), IsEmpty());
  wanted.listen[0].port = 1;
  wanted.data_dir = "/elsewhere";
  wanted.limits.connections = 1;
  EXPECT_THAT(RestartNeeds(started, wanted),
              ElementsAre("listen", "the folder of the data", "limits.connections"));
}

}  // namespace
}  // namespace sedge::worker
