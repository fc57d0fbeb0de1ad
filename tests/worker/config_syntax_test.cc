// SPDX-License-Identifier: Apache-2.0
// The two syntaxes as such: comments, commas, line numbers, and that both give the same tree.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/worker/config.h"
#include "runtime/worker/config_node.h"

namespace sedge::worker {
namespace {

using ::testing::HasSubstr;

std::string Json(std::string_view text) {
  const Result<ConfigNode> node = ParseJsonc(text, "f.jsonc");
  return node.ok() ? node->ToJson() : std::string(node.status().message());
}

std::string Toml(std::string_view text) {
  const Result<ConfigNode> node = ParseToml(text, "f.toml");
  return node.ok() ? node->ToJson() : std::string(node.status().message());
}

TEST(JsoncTest, TakesCommentsAndTrailingCommas) {
  EXPECT_EQ(Json("{}"), "{}");
  EXPECT_EQ(Json("\xEF\xBB\xBF{}"), "{}");
  EXPECT_EQ(Json("// a\n{ \"a\": 1, /* b */ \"b\": [1, 2,], // c\n }\n// end"),
            "{\"a\":1,\"b\":[1,2]}");
  EXPECT_EQ(Json("{\"a\": {\"b\": true, } , }"), "{\"a\":{\"b\":true}}");
  EXPECT_EQ(Json("{\"a\": [1 , // last\n /* really */ ]}"), "{\"a\":[1]}");
  EXPECT_EQ(Json("{\"a\": \"x, // not a comment ,]\", }"), "{\"a\":\"x, // not a comment ,]\"}");
  EXPECT_EQ(Json("{\"a\": \"q\\\"/* ,}\", }"), "{\"a\":\"q\\\"/* ,}\"}");
  EXPECT_EQ(Json("{\"a\": [-1.5, 1e3, null, \"\\u00fc\"]}"),
            "{\"a\":[-1.5,1000,null,\"\xC3\xBC\"]}");
  EXPECT_EQ(Json("{\"a\": 18446744073709551615}"), "{\"a\":18446744073709551616}");
}

TEST(JsoncTest, StrippingKeepsEveryTokenInItsPlace) {
  const std::string text = "{ // one\n /* two\n three */ \"a\": [1,\n],\n}";
  const Result<std::string> plain = StripJsonComments(text, "f");
  ASSERT_TRUE(plain.ok());
  EXPECT_EQ(plain->size(), text.size());
  EXPECT_EQ(*plain, "{       \n       \n          \"a\": [1 \n] \n}");
}

TEST(JsoncTest, NamesTheLineOfWhatIsWrong) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "f.jsonc:1:1: this is not JSON"},
      {"{\n\"a\": 1\n\"b\": 2}", "f.jsonc:3:3: this is not JSON"},
      {"{\n\"a\": [,]}", "f.jsonc:2:7: this is not JSON"},
      {"{\n\"a\": [1,,]}", "f.jsonc:2:9: this is not JSON"},
      {"{,}", "f.jsonc:1:2: this is not JSON"},
      {"{\n\"a\": nul}", "f.jsonc:2:9: this is not JSON"},
      {"{\n\n\"a\": \"open\n}", "f.jsonc:3:11: this is not JSON"},
      {"{\n\"a\": 1 /* open\n}", "f.jsonc:2: the comment that begins with /* has no */"},
      {"{\"a\": 1,\n\"a\": 2}", "f.jsonc:2:3: the key \"a\" is there twice; the first is on line 1"},
      {"{\"a\": \"\xFF\"}", "f.jsonc:1:8: this is not JSON"},
      {"{} {}", "f.jsonc:1:4: this is not JSON"},
      {"{\n\"a\": 1e999}", "f.jsonc:2:11: this is not JSON: number overflow"},
      {"[1]", "the file holds an array; an object, { ... }, is allowed"},
      {"\n\n3", "f.jsonc:3: the file holds a number"},
  };
  for (const auto& [text, why] : cases) EXPECT_THAT(Json(text), HasSubstr(why)) << text;
}

TEST(JsoncTest, ShowsTheLinesWhereReadingEnded) {
  EXPECT_THAT(
      Json("{\n\t\"kv\": [{ \"binding\": \"A\" }, // those\r\n\t}\n"),
      HasSubstr("\n  2 | \t\"kv\": [{ \"binding\": \"A\" }, // those\n  3 | \t}\n    | \t^"));
  EXPECT_THAT(Json("{,}"), HasSubstr("\n  1 | {,}\n    |  ^"));
  EXPECT_THAT(Json(""), HasSubstr("\n  1 | \n    | ^"));
  const std::string text = "{\n\n\n\n\n\n\n\n\"a\": 1,\n" + std::string(500, ' ') + "x}";
  EXPECT_THAT(Json(text), HasSubstr("\n   9 | \"a\": 1,\n  10 | "));
  EXPECT_THAT(Json(text), HasSubstr("..."));
  for (size_t end = 0; end < text.size(); ++end) Json(text.substr(0, end));
}

TEST(JsoncTest, DepthIsLimited) {
  const auto nested = [](int depth) {
    return "{\"a\":" + std::string(depth, '[') + std::string(depth, ']') + "}";
  };
  EXPECT_THAT(Json(nested(kMaxConfigDepth - 1)), HasSubstr("[[]]"));
  EXPECT_THAT(Json(nested(kMaxConfigDepth)), HasSubstr("levels of nesting"));
  EXPECT_THAT(Json(nested(100'000)), HasSubstr("levels of nesting"));
}

TEST(JsoncTest, NodesKnowTheirLines) {
  const Result<ConfigNode> node =
      ParseJsonc("{\n// one\n\"a\": 1\n,\"b\"\n:\n\"x\",\"c\": [\n1,\n2]\n}", "f");
  ASSERT_TRUE(node.ok()) << node.status().message();
  EXPECT_EQ(node->line, 1);
  EXPECT_EQ(node->members[0].line, 3);
  EXPECT_EQ(node->members[0].value.line, 3);
  EXPECT_EQ(node->members[1].line, 4);
  EXPECT_EQ(node->members[1].value.line, 6);
  EXPECT_EQ(node->members[2].value.line, 6);
  EXPECT_EQ(node->members[2].value.items[0].line, 7);
  EXPECT_EQ(node->members[2].value.items[1].line, 8);
}

TEST(TomlTest, GivesTheSameTree) {
  EXPECT_EQ(Toml("a = 1\nb = [1.5, true]\n[c]\nd = \"x\"\n[[e]]\nf = 1\n[[e]]\nf = 2\n"),
            "{\"a\":1,\"b\":[1.5,true],\"c\":{\"d\":\"x\"},\"e\":[{\"f\":1},{\"f\":2}]}");
  EXPECT_EQ(Toml("d = 2026-01-31\nt = 07:30:00\n"), "{\"d\":\"2026-01-31\",\"t\":\"07:30:00\"}");
}

TEST(TomlTest, NamesTheLineOfWhatIsWrong) {
  EXPECT_THAT(Toml("a = 1\nb = \n"), HasSubstr("f.toml:2:5: this is not TOML: "));
  EXPECT_THAT(Toml("a = 1\na = 2\n"), HasSubstr("f.toml:2:5: this is not TOML: "));
  EXPECT_THAT(Toml("a = 1\nb = nan\n"), HasSubstr("f.toml:2: nan and inf"));
  EXPECT_THAT(Toml("a = 1\nb = [ }\n"), HasSubstr("f.toml:2:7: this is not TOML: "));
  EXPECT_THAT(Toml("a = 1\nb = \xC3\xA9\n"), HasSubstr("f.toml:2:5: this is not TOML: "));
  EXPECT_THAT(Toml("[a\n"), HasSubstr("f.toml:1:3: this is not TOML: "));
}

TEST(TomlTest, ShowsTheLinesWhereReadingEnded) {
  EXPECT_THAT(Toml("a = 1\n\tc = \"\xC3\xA9\" x\r\n"),
              HasSubstr("\n  1 | a = 1\n  2 | \tc = \"\xC3\xA9\" x\n    | \t        ^"));
  EXPECT_THAT(Toml("[vars\nA = 1\n"), HasSubstr("\n  1 | [vars\n    |      ^"));
  EXPECT_THAT(Toml("a = \"" + std::string(300, 'x')), HasSubstr("x..."));
}

TEST(TomlTest, NodesKnowTheirLines) {
  const Result<ConfigNode> node = ParseToml("z = 1\n\n[b]\nc = 2\nd = [\n1,\n2]\n", "f");
  ASSERT_TRUE(node.ok());
  EXPECT_EQ(node->members[0].name, "z");
  EXPECT_EQ(node->members[0].line, 1);
  EXPECT_EQ(node->members[1].line, 3);
  const ConfigNode& b = node->members[1].value;
  EXPECT_EQ(b.Find("c")->line, 4);
  EXPECT_EQ(b.Find("d")->items[1].line, 7);
}

}  // namespace
}  // namespace sedge::worker
