// SPDX-License-Identifier: Apache-2.0
#include "runtime/script/source_map.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/script/stack_text.h"

namespace sedge::script {
namespace {

using ::testing::HasSubstr;

std::shared_ptr<const SourceMap> Parse(const std::string& json) {
  auto map = SourceMap::Parse(json, "/w/dist");
  EXPECT_TRUE(map.ok()) << map.status().message();
  return map.ok() ? *map : nullptr;
}

std::string At(const SourceMap& map, int line, int column) {
  const auto place = map.Find(line, column);
  if (!place) return "none";
  return place->source + ":" + std::to_string(place->line) + ":" + std::to_string(place->column);
}

std::string WhyNot(const std::string& json) {
  auto map = SourceMap::Parse(json, "/w");
  return map.ok() ? "" : std::string(map.status().message());
}

TEST(SourceMapTest, FindsTheSegmentAtOrBeforeAPlace) {
  // Line 1: columns 0 -> a.ts 1:1, 4 -> a.ts 1:9, 8 -> nothing. Line 3: column 2 -> b.ts 11:3.
  const auto map = Parse(
      R"({"version":3,"sources":["../src/a.ts","../src/b.ts"],"names":["f"],)"
      R"("mappings":"AAAA,IAAQA,I;;ECUE","sourcesContent":["first\r\nsecond","b"]})");
  EXPECT_EQ(At(*map, 1, 1), "/w/src/a.ts:1:1");
  EXPECT_EQ(At(*map, 1, 4), "/w/src/a.ts:1:1");
  EXPECT_EQ(At(*map, 1, 5), "/w/src/a.ts:1:9");
  EXPECT_EQ(At(*map, 1, 9), "none");
  EXPECT_EQ(At(*map, 2, 1), "none");
  EXPECT_EQ(At(*map, 3, 2), "none");
  EXPECT_EQ(At(*map, 3, 100), "/w/src/b.ts:11:11");
  EXPECT_EQ(At(*map, 4, 1), "none");
  EXPECT_EQ(At(*map, 0, 0), "none");
  EXPECT_EQ(map->LineOf("/w/src/a.ts", 1), "first");
  EXPECT_EQ(map->LineOf("/w/src/a.ts", 2), "second");
  EXPECT_EQ(map->LineOf("/w/src/a.ts", 3), "");
  EXPECT_EQ(map->LineOf("/w/src/none.ts", 1), "");
}

TEST(SourceMapTest, LongAndNegativeNumbers) {
  // gB is 16, hB is -16, 2H is 123, +/////D is the largest that fits.
  const auto map = Parse(R"({"sources":["a"],"mappings":"AAgBA,2HAhBA"})");
  EXPECT_EQ(At(*map, 1, 1), "/w/dist/a:17:1");
  EXPECT_EQ(At(*map, 1, 124), "/w/dist/a:1:1");
  EXPECT_THAT(WhyNot(R"({"sources":["a"],"mappings":"AADA"})"), HasSubstr("points nowhere"));
  EXPECT_THAT(WhyNot(R"({"sources":["a"],"mappings":"AAggggggggA"})"), HasSubstr("cannot be read"));
}

TEST(SourceMapTest, NamesOfSources) {
  const auto name = [](const std::string& root, const std::string& source) {
    const auto map = Parse(R"({"sourceRoot":")" + root + R"(","sources":[")" + source +
                           R"("],"mappings":"AAAA"})");
    return map->Find(1, 1)->source;
  };
  EXPECT_EQ(name("", "a.ts"), "/w/dist/a.ts");
  EXPECT_EQ(name("../src", "a.ts"), "/w/src/a.ts");
  EXPECT_EQ(name("/tmp/out/", "../../home/me/a.ts"), "/home/me/a.ts");
  EXPECT_EQ(name("", "/abs/a.ts"), "/abs/a.ts");
  EXPECT_EQ(name("", "file:///abs/a.ts"), "/abs/a.ts");
  EXPECT_EQ(name("", "webpack://app/./src/a.ts"), "src/a.ts");
  EXPECT_EQ(name("", "https://x.example/a.ts"), "https://x.example/a.ts");
}

TEST(SourceMapTest, IndexMapsAreFlattened) {
  const auto map = Parse(
      R"({"version":3,"sections":[)"
      R"({"offset":{"line":0,"column":0},"map":{"sources":["a.js"],"mappings":"AAAA"}},)"
      R"({"offset":{"line":0,"column":10},"map":{"sources":["b.js"],"mappings":"AAAA;AACA"}},)"
      R"({"offset":{"line":5,"column":3},"map":{"sources":["c.js"],"mappings":"CAAC","sourcesContent":["text"]}}]})");
  EXPECT_EQ(At(*map, 1, 1), "/w/dist/a.js:1:1");
  EXPECT_EQ(At(*map, 1, 11), "/w/dist/b.js:1:1");
  EXPECT_EQ(At(*map, 2, 1), "/w/dist/b.js:2:1");  // the column's offset is for the first line alone
  EXPECT_EQ(At(*map, 6, 4), "none");
  EXPECT_EQ(At(*map, 6, 5), "/w/dist/c.js:1:2");
  EXPECT_EQ(map->LineOf("/w/dist/c.js", 1), "text");
}

TEST(SourceMapTest, BrokenMapsSayWhy) {
  EXPECT_THAT(WhyNot("nonsense"), HasSubstr("no JSON"));
  EXPECT_THAT(WhyNot("[]"), HasSubstr("no JSON object"));
  EXPECT_THAT(WhyNot("{}"), HasSubstr("no \"mappings\""));
  EXPECT_THAT(WhyNot(R"({"mappings":"AAAA"})"), HasSubstr("points nowhere"));
  EXPECT_THAT(WhyNot(R"({"sources":["a"],"mappings":"A!"})"), HasSubstr("cannot be read at character 1"));
  EXPECT_THAT(WhyNot(R"({"sources":["a"],"mappings":"AA"})"), HasSubstr("points nowhere"));
  EXPECT_THAT(WhyNot(R"({"sources":["a"],"mappings":"AAAAAA"})"), HasSubstr("cannot be read"));
  EXPECT_THAT(WhyNot(R"({"sections":{}})"), HasSubstr("\"sections\""));
  EXPECT_THAT(WhyNot(R"({"sections":[{"offset":{"line":-1,"column":0},"map":{"mappings":""}}]})"),
              HasSubstr("no place"));
  EXPECT_EQ(WhyNot(R"({"sources":[null],"mappings":"AAAA"})"), "");
  EXPECT_EQ(WhyNot(")]}'\n{\"sources\":[],\"mappings\":\"\"}"), "");
}

TEST(SourceMapTest, SegmentsOutOfOrderAreSorted) {
  const auto map = Parse(R"({"sources":["a"],"mappings":"UAAA,JAAU"})");
  EXPECT_EQ(At(*map, 1, 11), "/w/dist/a:1:1");
}

TEST(SourceMapTest, TheUrlOfAMap) {
  EXPECT_EQ(SourceMapUrl("code\n//# sourceMappingURL=a.js.map\n"), "a.js.map");
  EXPECT_EQ(SourceMapUrl("//# sourceMappingURL=first\n//# sourceMappingURL=a.js.map"), "a.js.map");
  EXPECT_EQ(SourceMapUrl("//@ sourceMappingURL=old.map\n// more\n\n"), "old.map");
  EXPECT_EQ(SourceMapUrl("const s = '//# sourceMappingURL=a';\ncode();"), "");
  EXPECT_EQ(SourceMapUrl("code"), "");
}

TEST(SourceMapTest, DataUrls) {
  EXPECT_EQ(DecodeDataUrl("data:application/json;base64,e30="), "{}");
  EXPECT_EQ(DecodeDataUrl("data:application/json;charset=utf-8;base64,e30"), "{}");
  EXPECT_EQ(DecodeDataUrl("data:application/json,%7B%7D"), std::nullopt);
  EXPECT_EQ(DecodeDataUrl("a.js.map"), std::nullopt);
  EXPECT_EQ(DecodeDataUrl("data:application/json;base64,e!"), std::nullopt);
}

TEST(StackTextTest, FramesAreRewrittenAndNothingElse) {
  const auto map = [](StackPlace& place) {
    if (place.file != "out.js") return false;
    place = {"src/in.ts", place.line + 10, place.column + 1};
    return true;
  };
  EXPECT_EQ(RewriteFrames("Error: out.js:1:2\n"
                          "    at f (out.js:1:2)\n"
                          "    at async out.js:3:4\n"
                          "    at async g (out.js:3:4)\n"
                          "    at Object.a b [as c] (out.js:5:6) {\n"
                          "    at other.js:1:2\n"
                          "    at out.js:x:2\n"
                          "at f (out.js:1:2)\n"
                          "    at <anonymous>\n",
                          map),
            "Error: out.js:1:2\n"
            "    at f (src/in.ts:11:3)\n"
            "    at async src/in.ts:13:5\n"
            "    at async g (src/in.ts:13:5)\n"
            "    at Object.a b [as c] (src/in.ts:15:7) {\n"
            "    at other.js:1:2\n"
            "    at out.js:x:2\n"
            "at f (out.js:1:2)\n"
            "    at <anonymous>\n");
  EXPECT_EQ(RewriteFrames("", map), "");
  EXPECT_EQ(RewriteFrames("    at out.js:1:2 {", map), "    at src/in.ts:11:3 {");
  EXPECT_EQ(RewriteFrames("    at out.js:99999999999999:2", map), "    at out.js:99999999999999:2");
}

}  // namespace
}  // namespace sedge::script
