// SPDX-License-Identifier: Apache-2.0
// From a configuration's text to a WorkerConfig: every key, every wrong value.
#include "runtime/worker/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/worker/limit_keys.h"

namespace sedge::worker {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Result<WorkerConfig> FromToml(std::string_view text) {
  return ParseWorkerConfig(ConfigSyntax::kToml, text, "wrangler.toml", "/srv/shop");
}
Result<WorkerConfig> FromJsonc(std::string_view text) {
  return ParseWorkerConfig(ConfigSyntax::kJsonc, text, "wrangler.jsonc", "/srv/shop");
}
std::string TomlError(std::string_view text) {
  const Result<WorkerConfig> config = FromToml(text);
  return config.ok() ? "no error" : std::string(config.status().message());
}

constexpr std::string_view kToml = R"(name = "shop"
main = "src/../src/index.js"
compatibility_date = "2026-01-31"
compatibility_flags = ["nodejs_compat"]
routes = [
  "example.com/*",
  { pattern = "*.example.com/images/*", zone_name = "example.com" },
  { pattern = "shop.example.com", custom_domain = true },
]

kv_namespaces = [
  { binding = "CACHE", id = "0f2ac74b498b48028cb68387c421e279" },
  { binding = "DRAFTS" },
]

[vars]
TEXT = "a \"quoted\" text"
NUMBER = 1.5
WHOLE = 3
LIST = [1, "two", true]
[vars.OBJECT]
inner = { deep = "yes" }

[dev]
port = 9000
ip = "0.0.0.0"

[limits]
cpu_ms = 50
memory_mb = 64
body_bytes = 1000
)";

constexpr std::string_view kJsonc = R"({
  // the same in the other syntax
  "$schema": "node_modules/wrangler/config-schema.json",
  "name": "shop",
  "main": "src/../src/index.js",
  "compatibility_date": "2026-01-31",
  "compatibility_flags": ["nodejs_compat",],
  "routes": [
    "example.com/*",
    { "pattern": "*.example.com/images/*", "zone_name": "example.com" },
    { "pattern": "shop.example.com", "custom_domain": true },
  ],
  "kv_namespaces": [
    { "binding": "CACHE", "id": "0f2ac74b498b48028cb68387c421e279" },
    { "binding": "DRAFTS" },
  ],
  "vars": {
    "TEXT": "a \"quoted\" text",
    "NUMBER": 1.5,
    "WHOLE": 3,
    "LIST": [1, "two", true],
    "OBJECT": { "inner": { "deep": "yes" } }, /* trailing */
  },
  "dev": { "port": 9000, "ip": "0.0.0.0" },
  "limits": { "cpu_ms": 50, "memory_mb": 64, "body_bytes": 1000 },
})";

TEST(ConfigTest, ReadsEveryKey) {
  const Result<WorkerConfig> config = FromToml(kToml);
  ASSERT_TRUE(config.ok()) << config.status().message();
  EXPECT_EQ(config->name, "shop");
  EXPECT_EQ(config->main, "/srv/shop/src/index.js");
  EXPECT_EQ(config->main_line, 2);
  EXPECT_EQ(config->base_dir, "/srv/shop");
  EXPECT_EQ(config->compatibility_date, "2026-01-31");
  EXPECT_THAT(config->compatibility_flags, ElementsAre("nodejs_compat"));
  EXPECT_THAT(config->kv_namespaces,
              ElementsAre(KvNamespaceConfig{"CACHE", "0f2ac74b498b48028cb68387c421e279"},
                          KvNamespaceConfig{"DRAFTS", "DRAFTS"}));
  EXPECT_THAT(config->vars,
              ElementsAre(VarConfig{"LIST", R"([1,"two",true])"}, VarConfig{"NUMBER", "1.5"},
                          VarConfig{"OBJECT", R"({"inner":{"deep":"yes"}})"},
                          VarConfig{"TEXT", R"("a \"quoted\" text")"}, VarConfig{"WHOLE", "3"}));
  ASSERT_EQ(config->routes.size(), 3u);
  EXPECT_EQ(config->routes[1].pattern.ToString(), "*.example.com/images/*");
  EXPECT_EQ(config->routes[1].line, 7);
  EXPECT_TRUE(config->routes[2].pattern.custom_domain);
  EXPECT_EQ(config->dev_port, 9000);
  EXPECT_EQ(config->dev_ip, "0.0.0.0");
  EXPECT_EQ(config->limits.cpu_ms, 50);
  EXPECT_EQ(config->limits.memory_bytes, 64u << 20);
  EXPECT_EQ(config->limits.body_bytes, 1000u);
  EXPECT_EQ(config->limit_lines.at("body_bytes"), 31);
  EXPECT_THAT(config->warnings, IsEmpty());
}

TEST(ConfigTest, ANamespaceMayBeEventuallyConsistent) {
  const auto read = [](const std::string& rest) {
    return FromToml("main = \"a.js\"\n[[kv_namespaces]]\nbinding = \"A\"\n" + rest);
  };
  EXPECT_FALSE(read("")->kv_namespaces[0].eventual);
  EXPECT_FALSE(read("consistency = \"strong\"")->kv_namespaces[0].eventual);
  EXPECT_TRUE(read("consistency = \"eventual\"")->kv_namespaces[0].eventual);
  EXPECT_EQ(
      read("consistency = \"eventual\"\nconsistency_seed = 7")->kv_namespaces[0].eventual_seed, 7u);
  EXPECT_THAT(std::string(read("consistency = \"weak\"").status().message()),
              HasSubstr(":4: kv_namespaces[0].consistency is \"weak\"; allowed is \"strong\" or "
                        "\"eventual\""));
  EXPECT_THAT(std::string(read("consistency_seed = 1").status().message()),
              HasSubstr("consistency_seed needs consistency = \"eventual\""));
  EXPECT_THAT(
      std::string(read("consistency = \"eventual\"\nconsistency_seed = -1").status().message()),
      HasSubstr("allowed is a number from 0"));
}

TEST(ConfigTest, TestsHaveSeedsAndMoreWorkers) {
  const auto config = FromToml(
      "main = \"a.js\"\n[[kv_namespaces]]\nbinding = \"A\"\nseed = \"kv/a.json\"\n"
      "[test]\nworkers = [\"../auth\"]\n");
  ASSERT_TRUE(config.ok()) << config.status().message();
  EXPECT_EQ(config->kv_namespaces[0].seed, config->base_dir + "/kv/a.json");
  ASSERT_EQ(config->test_workers.size(), 1u);
  EXPECT_THAT(config->test_workers[0], ::testing::EndsWith("/auth"));
  EXPECT_THAT(config->warnings, IsEmpty());
  EXPECT_THAT(std::string(FromToml("main = \"a.js\"\n[test]\nworkers = [1]\n").status().message()),
              HasSubstr("test.workers"));
}

TEST(ConfigTest, TomlAndJsoncSayTheSame) {
  const Result<WorkerConfig> toml = FromToml(kToml), json = FromJsonc(kJsonc);
  ASSERT_TRUE(toml.ok()) << toml.status().message();
  ASSERT_TRUE(json.ok()) << json.status().message();
  EXPECT_EQ(toml->name, json->name);
  EXPECT_EQ(toml->main, json->main);
  EXPECT_EQ(toml->compatibility_date, json->compatibility_date);
  EXPECT_EQ(toml->compatibility_flags, json->compatibility_flags);
  EXPECT_EQ(toml->kv_namespaces, json->kv_namespaces);
  EXPECT_EQ(toml->vars, json->vars);
  EXPECT_EQ(toml->routes, json->routes);
  EXPECT_EQ(toml->dev_port, json->dev_port);
  EXPECT_EQ(toml->dev_ip, json->dev_ip);
  for (const LimitKey& key : LimitKeys()) {
    EXPECT_EQ(key.get(toml->limits), key.get(json->limits)) << key.name;
  }
  EXPECT_THAT(json->warnings, IsEmpty());
}

TEST(ConfigTest, EmptyConfigurationHasDefaults) {
  const Result<WorkerConfig> config = FromToml("");
  ASSERT_TRUE(config.ok());
  EXPECT_EQ(config->name, "shop");  // of the folder
  EXPECT_EQ(config->main, "");
  EXPECT_FALSE(config->dev_port.has_value());
  EXPECT_EQ(config->limits.cpu_ms, Limits().cpu_ms);
}

TEST(ConfigTest, OneRouteInEitherForm) {
  for (const char* text : {"route = \"example.com/*\"", "route = { pattern = \"example.com/*\" }",
                           "[route]\npattern = \"example.com/*\"\nzone_id = \"1\""}) {
    const Result<WorkerConfig> config = FromToml(text);
    ASSERT_TRUE(config.ok()) << config.status().message();
    ASSERT_EQ(config->routes.size(), 1u);
    EXPECT_EQ(config->routes[0].pattern.ToString(), "example.com/*");
  }
}

TEST(ConfigTest, UnknownKeysMakeOneWarningThatNamesThemAll) {
  const Result<WorkerConfig> config = FromToml(
      "name = \"a\"\naccount_id = \"1\"\nkv_namespace = []\n"
      "kv_namespaces = [ { binding = \"A\", title = \"x\" } ]\n"
      "[observability]\nenabled = true\n[limits]\ncpu_mss = 1\n[dev]\nprot = 1\n");
  ASSERT_TRUE(config.ok()) << config.status().message();
  EXPECT_THAT(config->warnings,
              ElementsAre("wrangler.toml: these keys are unknown to sedge and have no effect: "
                          "account_id (line 2), "
                          "kv_namespace (line 3; did you mean kv_namespaces?), "
                          "kv_namespaces[0].title (line 4) and the namespace, without an id, is "
                          "\"A\", observability (line 5), "
                          "limits.cpu_mss (line 8; did you mean cpu_ms?), "
                          "dev.prot (line 10; did you mean port?)"));
}

TEST(ConfigTest, AMistypedIdIsToldWithTheNamespaceThatItLeaves) {
  const Result<WorkerConfig> config =
      FromToml("[[kv_namespaces]]\nbinding = \"RATES\"\nids = \"rates\"\n");
  ASSERT_TRUE(config.ok()) << config.status().message();
  EXPECT_THAT(config->warnings,
              ElementsAre("wrangler.toml: these keys are unknown to sedge and have no effect: "
                          "kv_namespaces[0].ids (line 3; did you mean id?) and the namespace, "
                          "without an id, is \"RATES\""));
}

TEST(ConfigTest, WrongValuesNameLineWhatAndAllowed) {
  const std::pair<const char*, const char*> cases[] = {
      {"\nname = 3", "wrangler.toml:2: name is the number 3; allowed is a string"},
      {"name = \"\"", "wrangler.toml:1: name is \"\"; allowed is a text of 1 to 255 bytes"},
      {"main = true", "main is a boolean; allowed is the path of a script"},
      {"main = \"\"", "main is \"\"; allowed is the path of a script"},
      {"main = \"src/index.py\"", "main is \"src/index.py\"; allowed is"},
      {"compatibility_date = \"today\"", "allowed is a date YYYY-MM-DD"},
      {"compatibility_date = \"2026-13-01\"", "allowed is a date YYYY-MM-DD"},
      {"compatibility_date = 20260131", "the number 20260131; allowed is a date in quotes"},
      {"compatibility_flags = \"a\"", "compatibility_flags is a string; allowed is an array"},
      {"compatibility_flags = [1]", "compatibility_flags is the number 1; allowed is strings"},
      {"vars = \"a\"", "vars is a string; allowed is an object"},
      {"vars = []", "vars is an array; allowed is an object"},
      {"vars = { \"\" = 1 }", "vars has the name \"\""},
      {"kv_namespaces = \"CACHE\"", "kv_namespaces is a string; allowed is an array"},
      {"kv_namespaces = [\"CACHE\"]", "kv_namespaces[0] is a string; allowed is an object"},
      {"kv_namespaces = [{ id = \"a\" }]", "kv_namespaces[0].binding is missing"},
      {"kv_namespaces = [{ binding = 1 }]", "kv_namespaces[0].binding is the number 1; allowed is"},
      {"kv_namespaces = [{ binding = \"\" }]", "kv_namespaces[0].binding is \"\"; allowed is"},
      {"kv_namespaces = [{ binding = \"A\", id = 1 }]", "kv_namespaces[0].id is the number 1"},
      {"kv_namespaces = [{ binding = \"A\", id = \"\" }]", "kv_namespaces[0].id is \"\"; allowed"},
      {"kv_namespaces = [\n{ binding = \"A\" },\n{ binding = \"A\" }]",
       "wrangler.toml:3: the name \"A\" is already taken in line 2"},
      {"kv_namespaces = [{ binding = \"A\" }]\nvars = { A = 1 }",
       "wrangler.toml:2: the name \"A\" is already taken in line 1"},
      {"routes = \"example.com/*\"", "routes is a string; allowed is an array of patterns"},
      {"routes = [\n\"example.com/*.jpg\"]",
       "wrangler.toml:2: routes[0]: the route \"example.com/*.jpg\" has a wildcard inside its "
       "path"},
      {"routes = [1]", "routes[0] is the number 1; allowed is a pattern"},
      {"routes = [{ zone_name = \"a\" }]", "routes[0].pattern is missing"},
      {"routes = [{ pattern = 1 }]", "routes[0].pattern is the number 1"},
      {"routes = [{ pattern = \"a.com\", zone_name = 1 }]", "routes[0].zone_name is the number 1"},
      {"routes = [{ pattern = \"a.com\", custom_domain = 1 }]", "allowed is true or false"},
      {"routes = [{ pattern = \"a.com/*\", custom_domain = true }]",
       "the custom domain \"a.com/*\""},
      {"route = 1", "route is the number 1; allowed is a pattern"},
      {"route = \"a.com\"\nroutes = []",
       "wrangler.toml:1: route and routes (line 2) are both there"},
      {"dev = 1", "dev is the number 1; allowed is an object"},
      {"dev = { port = \"80\" }", "dev.port is a string; allowed is a number from 0 to 65535"},
      {"dev = { port = 70000 }", "dev.port is 70000; allowed is a number from 0"},
      {"dev = { ip = 1 }", "dev.ip is the number 1; allowed is an address"},
      {"dev = { ip = \"\" }", "dev.ip is empty"},
      {"limits = 1", "limits is the number 1; allowed is an object"},
      {"[limits]\ncpu_ms = 0",
       "wrangler.toml:2: limits.cpu_ms is 0; allowed is a whole number from 1"},
      {"[limits]\ncpu_ms = 1.5", "limits.cpu_ms is the number 1.5; allowed is a whole number"},
      {"[limits]\nmemory_mb = 1", "limits.memory_mb is 1; allowed is a whole number from 16"},
      {"[limits]\nhead_bytes = \"1k\"", "limits.head_bytes is a string; allowed is a whole number"},
  };
  for (const auto& [text, why] : cases) EXPECT_THAT(TomlError(text), HasSubstr(why)) << text;
}

TEST(ConfigTest, EveryLimitHasAKeyThatTakesItsDefault) {
  // A new field of Limits without a key changes the size and fails here.
  EXPECT_EQ(sizeof(Limits), LimitKeys().size() * sizeof(int64_t));
  for (const LimitKey& key : LimitKeys()) {
    const int64_t standard = key.get(Limits());
    EXPECT_LE(key.min, standard) << key.name;
    EXPECT_GE(key.max, standard) << key.name;
    const std::string text = "[limits]\n" + std::string(key.name) + " = " + std::to_string(key.max);
    const Result<WorkerConfig> config = FromToml(text);
    ASSERT_TRUE(config.ok()) << config.status().message();
    EXPECT_EQ(key.get(config->limits), key.max) << key.name;
  }
}

TEST(ConfigTest, OutboundRulesAndAuthorities) {
  const auto config = FromToml(
      "[outbound]\nallow = [\"public\", \"10.0.0.5\"]\ndeny = [\"*.internal.example\"]\n"
      "ca = [\"certs/ca.pem\", \"/etc/ca.pem\"]\n");
  ASSERT_TRUE(config.ok()) << config.status().ToString();
  ASSERT_EQ(config->outbound.allow.size(), 2u);
  EXPECT_EQ(config->outbound.allow[1].text, "10.0.0.5");
  ASSERT_EQ(config->outbound.deny.size(), 1u);
  EXPECT_EQ(config->outbound.deny[0].host, "internal.example");
  EXPECT_THAT(config->ca_files, ElementsAre("/srv/shop/certs/ca.pem", "/etc/ca.pem"));
  EXPECT_THAT(config->warnings, IsEmpty());
  const auto same = FromJsonc(
      "{ \"outbound\": { \"allow\": [\"public\", \"10.0.0.5\"], "
      "\"deny\": [\"*.internal.example\"], \"ca\": [] } }");
  ASSERT_TRUE(same.ok()) << same.status().ToString();
  EXPECT_EQ(same->outbound, config->outbound);
  EXPECT_THAT(TomlError("[outbound]\n\ndeny = [\n\"10.0.0.1/8\"]"),
              HasSubstr("wrangler.toml:4: outbound.deny: the rule \"10.0.0.1/8\" is no network"));
  EXPECT_THAT(
      TomlError("[outbound]\ndeny = \"private\""),
      HasSubstr("wrangler.toml:2: outbound.deny is a string; allowed is an array of rules"));
  EXPECT_THAT(TomlError("[outbound]\nallow = [1]"), HasSubstr("outbound.allow is the number 1"));
  EXPECT_THAT(TomlError("[outbound]\nca = [\"\"]"), HasSubstr("outbound.ca has an empty path"));
  EXPECT_THAT(TomlError("outbound = []"), HasSubstr("an object with allow, deny and ca"));
  EXPECT_THAT(FromToml("[outbound]\nalow = []")->warnings,
              ElementsAre(HasSubstr("outbound.alow (line 2; did you mean allow?)")));
}

TEST(ConfigTest, LaterBindingsTakeThePlaceOfEarlierOnes) {
  WorkerConfig config;
  SetVar(config, "B", "1");
  SetVar(config, "A", "2");
  SetVar(config, "B", "3");
  EXPECT_THAT(config.vars, ElementsAre(VarConfig{"A", "2"}, VarConfig{"B", "3"}));
  SetKvNamespace(config, "B", "one");
  SetKvNamespace(config, "B", "two");
  EXPECT_THAT(config.vars, ElementsAre(VarConfig{"A", "2"}));
  EXPECT_THAT(config.kv_namespaces, ElementsAre(KvNamespaceConfig{"B", "two"}));
  SetVar(config, "B", "4");
  EXPECT_THAT(config.kv_namespaces, IsEmpty());
}

}  // namespace
}  // namespace sedge::worker
