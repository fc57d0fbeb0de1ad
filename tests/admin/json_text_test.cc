// SPDX-License-Identifier: Apache-2.0
#include "runtime/admin/json_text.h"

#include <gtest/gtest.h>

namespace sedge::admin {
namespace {

TEST(JsonTextTest, ReplacesWhatIsNoUtf8AsTextDecoderDoes) {
  EXPECT_EQ(JsonString("a\"\\\n\x01\u20AC"), "\"a\\\"\\\\\\n\\u0001\u20AC\"");
  EXPECT_EQ(JsonString("\xFF"), "\"\uFFFD\"");
  EXPECT_EQ(JsonString("\xE2\x82z"), "\"\uFFFDz\"");
  EXPECT_EQ(JsonString("\xF0\x9F\x98"), "\"\uFFFD\"");
  EXPECT_EQ(JsonString("\xED\xA0\x80"), "\"\uFFFD\uFFFD\uFFFD\"");
  EXPECT_EQ(JsonString("\xC0\xAF"), "\"\uFFFD\uFFFD\"");
  EXPECT_EQ(JsonString("\xF4\x90\x80\x80"), "\"\uFFFD\uFFFD\uFFFD\uFFFD\"");
}

TEST(JsonTextTest, KnowsHowLongAStringBecomes) {
  std::string all;
  for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
  for (const std::string& text :
       {std::string(), all, std::string("\n\r\t\b\f\"\\/\x7f"),
        std::string("\u20AC\xE2\x82z\xF0\x9F"), std::string(100, '\n'), std::string(100, '\xFF')}) {
    EXPECT_EQ(JsonStringBytes(text), JsonString(text).size()) << text;
  }
}

TEST(JsonTextTest, KnowsUtf8) {
  for (const char* good : {"", "a", "\u00E9", "\u20AC", "\U0001F600", "\U0010FFFF"}) {
    EXPECT_TRUE(IsUtf8(good)) << good;
  }
  for (const char* bad :
       {"\x80", "\xC3", "\xE0\x9F\xBF", "\xED\xBF\xBF", "\xF5\x80\x80\x80", "a\xFF"}) {
    EXPECT_FALSE(IsUtf8(bad)) << bad;
  }
}

// JSON.stringify of a string that slice() cut.
TEST(JsonTextTest, TakesHalfACharacterForTheReplacementCharacter) {
  const auto mend = [](std::string_view text) {
    std::string storage;
    return std::string(WithoutLoneSurrogates(text, storage));
  };
  EXPECT_EQ(mend(R"("\ud83d")"), R"("\ufffd")");
  EXPECT_EQ(mend(R"("\ude00\ud83d\ude00\uD83D")"), R"("\ufffd\ud83d\ude00\ufffd")");
  EXPECT_EQ(mend(R"("\\ud83d \u00e9 \"\ud83dx")"), R"("\\ud83d \u00e9 \"\ufffdx")");
  for (const char* same : {"", "\\", "\\u", "\\ud83", R"("\ud83d\ude00")", R"("\\ud83d")"}) {
    EXPECT_EQ(mend(same), same);
  }
  EXPECT_TRUE(IsJson(R"(["\ud83d"])"));
  bool too_long = false;
  EXPECT_EQ(CompactJson(R"( "\udfff" )", 100, too_long), "\"\uFFFD\"");
}

TEST(JsonTextTest, MakesJsonCompact) {
  const auto compact = [](std::string_view text, size_t max = 1000) -> std::string {
    bool too_long = false;
    const auto found = CompactJson(text, max, too_long);
    return found ? *found : too_long ? "(too long)" : "(no JSON)";
  };
  EXPECT_EQ(compact(" { \"a\" : [ 1 , -2, 1.50, 1e3, true, false, null, {} ], \"b\": [] } "),
            R"({"a":[1,-2,1.50,1e3,true,false,null,{}],"b":[]})");
  EXPECT_EQ(compact("\"\\u00e9\\ud83d\\ude00\""), "\"\u00E9\U0001F600\"");
  EXPECT_EQ(compact("123456789012345678901234567890"), "123456789012345678901234567890");
  EXPECT_EQ(compact("[1,2]", 5), "[1,2]");
  EXPECT_EQ(compact("[1,2]", 4), "(too long)");
  for (const char* bad : {"", "{", "[1,]", "nul", "1 2", "{'a':1}", "\xFF", "1e999"}) {
    EXPECT_EQ(compact(bad), "(no JSON)") << bad;
  }
}

}  // namespace
}  // namespace sedge::admin
