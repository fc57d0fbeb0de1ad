// SPDX-License-Identifier: Apache-2.0
#include "runtime/worker/suggest.h"

#include <gtest/gtest.h>

namespace sedge::worker {
namespace {

const std::vector<std::string_view> kFlags = {"--port", "--host", "--kv", "--threads", "--origin"};

TEST(SuggestTest, FindsNearMisses) {
  EXPECT_EQ(NearestWord("--prot", kFlags), "--port");
  EXPECT_EQ(NearestWord("--por", kFlags), "--port");
  EXPECT_EQ(NearestWord("--PORT", kFlags), "--port");
  EXPECT_EQ(NearestWord("--thread", kFlags), "--threads");
  EXPECT_EQ(DidYouMean("--orgin", kFlags), "; did you mean --origin?");
}

TEST(SuggestTest, FindsShortWordsWithSomethingBehindThem) {
  const std::vector<std::string_view> keys = {"binding", "id", "preview_id"};
  EXPECT_EQ(NearestWord("ids", keys), "id");
  EXPECT_EQ(NearestWord("ide", keys), "id");
  EXPECT_EQ(NearestWord("is", keys), "");
  EXPECT_EQ(NearestWord("idle", keys), "");
  EXPECT_EQ(NearestWord("xy", std::vector<std::string_view>{"x"}), "");
}

TEST(SuggestTest, SaysNothingAboutFarWords) {
  EXPECT_EQ(NearestWord("--verbose", kFlags), "");
  EXPECT_EQ(NearestWord("", kFlags), "");
  EXPECT_EQ(NearestWord("x", std::vector<std::string_view>{"y"}), "");
  EXPECT_EQ(NearestWord(std::string(1000, '-'), kFlags), "");
  EXPECT_EQ(DidYouMean("--verbose", kFlags), "");
}

}  // namespace
}  // namespace sedge::worker
