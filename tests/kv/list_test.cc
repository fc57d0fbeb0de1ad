// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <algorithm>

#include "tests/kv/kv_test_util.h"

namespace sedge::kv {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST_F(StoreTest, ListIsInByteOrder) {
  for (const char* key : {"b", "a", "B", "aa", "\xf0\x9f\x98\x80", "\xef\xbf\xbd", "10", "9"}) {
    Put("ns", key, "v");
  }
  // UTF-8 order: U+FFFD before U+1F600, though their UTF-16 order is the other way round.
  EXPECT_THAT(Names(List("ns")),
              ElementsAre("10", "9", "B", "a", "aa", "b", "\xef\xbf\xbd", "\xf0\x9f\x98\x80"));
}

TEST_F(StoreTest, PagesOfEveryLimitAddUp) {
  std::vector<std::string> all;
  for (int i = 0; i < 25; ++i) {
    all.push_back("k" + std::to_string(i));
    Put("ns", all.back(), "v");
  }
  std::sort(all.begin(), all.end());
  for (size_t limit = 1; limit <= 26; ++limit) EXPECT_EQ(ListAll("ns", "", limit), all) << limit;
}

TEST_F(StoreTest, AFullPageWithNothingBehindItIsComplete) {
  Put("ns", "a", "v");
  Put("ns", "b", "v");
  Put("ns", "c", "v", {.expiration = kStartSeconds + 60, .metadata = {}});
  EXPECT_TRUE(List("ns", {.prefix = "", .limit = 2}).cursor);
  clock_.AdvanceMs(60'000);
  EXPECT_FALSE(List("ns", {.prefix = "", .limit = 2}).cursor);
}

TEST_F(StoreTest, PrefixesOfTheLastByteValue) {
  Put("ns", "a", "v");
  Put("ns", "a\xff", "v");
  Put("ns", "a\xff\xff", "v");
  Put("ns", "a\xff\xff\x01", "v");
  Put("ns", "b", "v");
  Put("ns", "\xff\xff", "v");
  EXPECT_THAT(Names(List("ns", {.prefix = "a\xff\xff"})),
              ElementsAre("a\xff\xff", "a\xff\xff\x01"));
  EXPECT_THAT(Names(List("ns", {.prefix = "\xff"})), ElementsAre("\xff\xff"));
  EXPECT_THAT(Names(List("ns", {.prefix = "a\xff\xff\xff"})), IsEmpty());
  EXPECT_EQ(ListAll("ns", "a", 1).size(), 4u);
  EXPECT_EQ(ListAll("ns", "", 1).size(), 6u);
}

TEST_F(StoreTest, ACursorOutlivesWritesAndRestarts) {
  for (const char* key : {"a", "b", "c", "d"}) Put("ns", key, "v");
  const ListPage first = List("ns", {.prefix = "", .limit = 2});
  ASSERT_THAT(Names(first), ElementsAre("a", "b"));
  ASSERT_TRUE(first.cursor);
  ASSERT_TRUE(store_->Delete("ns", "b").ok());  // the key it names
  Put("ns", "bb", "v");
  Put("ns", "aa", "v");  // behind it
  Reopen();
  EXPECT_THAT(Names(List("ns", {.prefix = "", .limit = 9, .cursor = *first.cursor})),
              ElementsAre("bb", "c", "d"));
}

TEST_F(StoreTest, ADamagedCursorIsRefused) {
  Put("ns", "pa", "v");
  Put("ns", "pb", "v");
  const ListPage page = List("ns", {.prefix = "p", .limit = 1});
  ASSERT_TRUE(page.cursor);
  const auto code = [&](std::string prefix, std::string cursor) {
    return store_->List("ns", {.prefix = prefix, .limit = 1, .cursor = cursor}).status().code();
  };
  EXPECT_EQ(code("p", *page.cursor), StatusCode::kOk);
  EXPECT_EQ(code("p", "x" + *page.cursor), StatusCode::kInvalidArgument);
  EXPECT_EQ(code("q", *page.cursor), StatusCode::kInvalidArgument);
}

TEST_F(StoreTest, ALongRunOfExpiredRowsEndsThePage) {
  const PutOptions expiring{.expiration = kStartSeconds + 60, .metadata = {}};
  for (size_t i = 0; i < RocksStore::kMaxSkippedPerPage + 1; ++i) {
    Put("ns", "dead" + std::to_string(i), "", expiring);
  }
  Put("ns", "live", "v");
  clock_.AdvanceMs(60'000);
  const ListPage first = List("ns");
  EXPECT_THAT(first.keys, IsEmpty());
  ASSERT_TRUE(first.cursor);
  const ListPage second = List("ns", {.prefix = "", .limit = 1000, .cursor = *first.cursor});
  EXPECT_THAT(Names(second), ElementsAre("live"));
  EXPECT_FALSE(second.cursor);
}

}  // namespace
}  // namespace sedge::kv
