// SPDX-License-Identifier: Apache-2.0
#include "runtime/worker/error_hint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sedge::worker {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

WorkerConfig Config(const std::string& source = "wrangler.toml") {
  WorkerConfig config;
  config.source = source;
  config.kv_namespaces.push_back({.binding = "CACHE", .id = "c"});
  config.vars.push_back({"MODE", "\"test\""});
  return config;
}

WorkerConfig Script() {
  WorkerConfig config;
  config.source = "w.js";
  return config;
}

std::string Reading(const std::string& property, const std::string& line,
                    const WorkerConfig& config = Config()) {
  return HintFor("TypeError: Cannot read properties of undefined (reading '" + property + "')", line, config);
}

TEST(ErrorHintTest, AMissingBindingIsNamedWithThoseThatThereAre) {
  EXPECT_EQ(Reading("get", "  const x = await env.USERS.get(\"a\");"),
            "env.USERS is undefined: the worker has no binding of this name (there are: CACHE, MODE). Add a KV "
            "namespace with --kv USERS or [[kv_namespaces]] with binding = \"USERS\" in wrangler.toml; a "
            "variable with --var USERS=VALUE or in \"vars\".");
  EXPECT_THAT(Reading("get", "env.CACH.get(1)"), HasSubstr("did you mean CACHE?"));
  EXPECT_THAT(Reading("get", "env.KV.get(1)", Script()),
              AllOf(HasSubstr("nor any other"),
                    HasSubstr("\"kv_namespaces\": [{ \"binding\": \"KV\" }] in a wrangler.jsonc")));
  EXPECT_THAT(Reading("get", "env.KV.get(1)", Config("wrangler.jsonc")), HasSubstr("in wrangler.jsonc"));
}

TEST(ErrorHintTest, EveryWayToReadABinding) {
  for (const char* line : {"c.env.KV.get('a')", "this.env.KV!.get('a')", "env['KV'].get('a')",
                           "(env.KV).get('a')", "env?.KV.get(x)", "env.KV. get()"}) {
    EXPECT_THAT(Reading("get", line), HasSubstr("env.KV is undefined")) << line;
  }
  EXPECT_THAT(Reading("put", "await env.CACHE.get(a) && env.LOG.put(b)"), HasSubstr("env.LOG is undefined"));
}

TEST(ErrorHintTest, OtherUndefinedValuesGetNone) {
  EXPECT_EQ(Reading("get", "const x = map.get(\"a\");"), "");
  EXPECT_EQ(Reading("y", "env.CACHE.x.y"), "");
  EXPECT_EQ(Reading("get", ""), "");
  EXPECT_EQ(Reading("get", std::string(100'000, 'e') + "env.KV.get()"), "");
  EXPECT_EQ(HintFor("Error: mine", "env.KV.get()", Config()), "");
  EXPECT_EQ(HintFor(std::string(100'000, 'x'), "env.KV.get()", Config()), "");
}

TEST(ErrorHintTest, AVariableIsNoNamespace) {
  EXPECT_THAT(HintFor("TypeError: env.MODE.get is not a function", "", Config()),
              HasSubstr("env.MODE is a variable"));
  EXPECT_THAT(HintFor("TypeError: env.CACHE.set is not a function", "", Config()),
              HasSubstr("has get, getWithMetadata, put, delete and list"));
}

TEST(ErrorHintTest, GlobalsThatAreNotThere) {
  EXPECT_THAT(HintFor("ReferenceError: CACHE is not defined", "", Config()), HasSubstr("env.CACHE"));
  EXPECT_THAT(HintFor("ReferenceError: process is not defined", "", Config()), HasSubstr("Node.js"));
  EXPECT_THAT(HintFor("ReferenceError: CACHES is not defined", "", Config()), HasSubstr("did you mean CACHE?"));
  EXPECT_EQ(HintFor("ReferenceError: something is not defined", "", Config()), "");
}

TEST(ErrorHintTest, WordsOfTestsAreImported) {
  const auto hint = [](const std::string& message) { return HintForTest(message, "", Config()); };
  EXPECT_EQ(hint("ReferenceError: test is not defined"),
            "Tests import their words: import { test } from \"sedge:test\";");
  EXPECT_THAT(hint("ReferenceError: require is not defined"), HasSubstr("write import instead of require"));
  EXPECT_THAT(hint("ReferenceError: process is not defined"), HasSubstr("Node.js"));
  EXPECT_THAT(hint("SyntaxError: The requested module 'vitest' does not provide an export named 'jest'"),
              HasSubstr("import { jest } from \"@jest/globals\""));
  EXPECT_THAT(hint("SyntaxError: The requested module 'vitest' does not provide an export named 'SELF'"),
              HasSubstr("import { SELF } from \"sedge:test\""));
  const auto missing = [&](const std::string& module, const std::string& name) {
    return hint("SyntaxError: The requested module '" + module +
                "' does not provide an export named '" + name + "'");
  };
  EXPECT_EQ(missing("sedge:test", "snapshot"), "docs/test-library.md lists what each module has.");
  EXPECT_THAT(missing("sedge:test", "expct"),
              HasSubstr("Did you mean expect? Write import { expect } from \"sedge:test\";"));
  EXPECT_THAT(missing("vitest", "aftrEach"),
              HasSubstr("Did you mean afterEach? Write import { afterEach } from \"vitest\";"));
  EXPECT_THAT(missing("node:test", "befor"), HasSubstr("import { before } from \"node:test\";"));
  EXPECT_THAT(missing("vitest", "Self"), HasSubstr("import { SELF } from \"sedge:test\";"));
  EXPECT_THAT(missing("cloudflare:test", "test"), HasSubstr("import { test } from \"sedge:test\";"));
  EXPECT_THAT(missing("sedge:test", "fetchMock"), HasSubstr("from \"cloudflare:test\";"));
  EXPECT_THAT(hint("ReferenceError: vi is not defined"), HasSubstr("from \"sedge:test\";"));
  EXPECT_EQ(hint("SyntaxError: The requested module './a.js' does not provide an export named 'test'"), "");
  EXPECT_EQ(HintFor("ReferenceError: test is not defined", "", Config()), "");
}

}  // namespace
}  // namespace sedge::worker
