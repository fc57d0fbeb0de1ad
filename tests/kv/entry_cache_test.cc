// SPDX-License-Identifier: Apache-2.0
// EntryCache: what is kept, what goes, and that no read sees what a write has replaced.
#include "kv/entry_cache.h"

#include <atomic>
#include <thread>

#include "tests/kv/kv_test_util.h"

namespace sedge::kv {
namespace {

class EntryCacheTest : public testing::Test {
 protected:
  void Keep(const std::string& row_key, const std::string& value) {
    EntryCache::Ticket ticket;
    (void)cache_.Find(row_key, /*dead_since_seconds=*/0, &ticket);
    KeepWith(ticket, row_key, value);
  }
  void KeepWith(EntryCache::Ticket ticket, const std::string& row_key, const std::string& value) {
    ValueRow row;
    row.record.expiration = 5;
    row.record.metadata = "{}";
    row.value = value;
    cache_.Keep(row_key, row, ticket);
  }
  std::string Find(const std::string& row_key) {
    EntryCache::Ticket ticket;
    const auto found = cache_.Find(row_key, /*dead_since_seconds=*/0, &ticket);
    return found ? std::string(found->value.text()) : "(none)";
  }

  EntryCache cache_{1u << 20};
};

TEST_F(EntryCacheTest, GivesWhatItKeeps) {
  EXPECT_EQ(Find("a"), "(none)");
  Keep("a", "value");
  Keep("b", "");
  EXPECT_EQ(Find("a"), "value");
  EXPECT_EQ(Find("b"), "");
  EntryCache::Ticket ticket;
  const auto found = cache_.Find("a", /*dead_since_seconds=*/0, &ticket);
  EXPECT_EQ(found->info.expiration, 5);
  EXPECT_EQ(found->info.metadata, "{}");
}

// The database may have dropped its rows; a clock that is set back must not bring back half of it.
TEST_F(EntryCacheTest, WhatExpiredLongAgoIsTheDatabasesToSay) {
  Keep("a", "value");
  EntryCache::Ticket ticket;
  EXPECT_TRUE(cache_.Find("a", 4, &ticket));
  EXPECT_FALSE(cache_.Find("a", 5, &ticket));
  EXPECT_EQ(Find("a"), "(none)");
}

TEST_F(EntryCacheTest, AWriteTakesItsRow) {
  Keep("a", "old");
  Keep("b", "other");
  cache_.BeginWrite("a");
  EXPECT_EQ(Find("a"), "(none)");
  Keep("a", "old");  // read before the write is seen
  EXPECT_EQ(Find("a"), "(none)");
  cache_.EndWrite("a");
  Keep("a", "new");
  EXPECT_EQ(Find("a"), "new");
  EXPECT_EQ(Find("b"), "other");
}

TEST_F(EntryCacheTest, AReadFromBeforeAWriteIsNotKept) {
  EntryCache::Ticket ticket;
  (void)cache_.Find("a", /*dead_since_seconds=*/0, &ticket);
  cache_.BeginWrite("a");
  cache_.EndWrite("a");
  KeepWith(ticket, "a", "old");
  EXPECT_EQ(Find("a"), "(none)");
  cache_.BeginWriteOfAll();
  (void)cache_.Find("a", /*dead_since_seconds=*/0, &ticket);
  KeepWith(ticket, "a", "old");
  EXPECT_EQ(Find("a"), "(none)");
  cache_.EndWriteOfAll();
  KeepWith(ticket, "a", "old");
  EXPECT_EQ(Find("a"), "(none)");
  Keep("a", "new");
  EXPECT_EQ(Find("a"), "new");
}

TEST_F(EntryCacheTest, AWriteOfAllTakesEverything) {
  for (int i = 0; i < 100; ++i) Keep(std::to_string(i), "value");
  cache_.BeginWriteOfAll();
  cache_.EndWriteOfAll();
  for (int i = 0; i < 100; ++i) EXPECT_EQ(Find(std::to_string(i)), "(none)");
}

TEST_F(EntryCacheTest, TheOldestGoWhenItIsFull) {
  const std::string value(1000, 'v');
  Keep("first", value);
  for (int i = 0; i < 10'000; ++i) {
    Keep(std::to_string(i), value);
    ASSERT_EQ(Find("first"), value) << i;  // is found again and again, so it stays
  }
  EXPECT_EQ(Find("0"), "(none)");
  EXPECT_EQ(Find("9999"), value);
  size_t kept = 0;
  for (int i = 0; i < 10'000; ++i) kept += Find(std::to_string(i)) != "(none)";
  EXPECT_LT(kept * 1200, 1u << 20);
  EXPECT_GT(kept * 1200, 1u << 19);
}

TEST_F(EntryCacheTest, LongValuesAreNotKept) {
  Keep("a", std::string(EntryCache::kMaxValueBytes, 'v'));
  EXPECT_EQ(Find("a").size(), EntryCache::kMaxValueBytes);
  Keep("b", std::string(EntryCache::kMaxValueBytes + 1, 'v'));
  EXPECT_EQ(Find("b"), "(none)");
}

TEST(EntryCacheOfNothing, KeepsNothing) {
  EntryCache cache(0);
  EntryCache::Ticket ticket;
  (void)cache.Find("a", /*dead_since_seconds=*/0, &ticket);
  cache.Keep("a", {}, ticket);
  EXPECT_FALSE(cache.Find("a", /*dead_since_seconds=*/0, &ticket));
}

// Each reader sees a key's values in the order in which one writer wrote them, and what was
// acknowledged is seen by whoever reads next.
TEST_F(StoreTest, ReadsNeverGoBackBesideAWriter) {
  Put("ns", "key", "0");
  std::atomic<int> acknowledged = 0;
  std::atomic<bool> stop = false;
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      int last = 0;
      while (!stop) {
        const int at_least = acknowledged;
        const auto got = store_->Get("ns", "key");
        ASSERT_TRUE(got.ok() && *got);
        const int seen = std::stoi(std::string((*got)->value.text()));
        ASSERT_GE(seen, at_least);
        ASSERT_GE(seen, last);
        last = seen;
      }
    });
  }
  for (int i = 1; i < 5000; ++i) {
    ASSERT_TRUE(store_->Put("ns", "key", AsBytes(std::to_string(i)), {}).ok());
    acknowledged = i;
  }
  stop = true;
  for (std::thread& reader : readers) reader.join();
}

TEST_F(StoreTest, WhatIsReadTwiceFollowsWritesOfEveryKind) {
  const auto twice = [&](const char* ns, const char* key) {
    const std::string first = Value(ns, key);
    EXPECT_EQ(Value(ns, key), first);
    return first;
  };
  Put("ns", "key", "1", {.expiration = kStartSeconds + 60, .metadata = "1"});
  EXPECT_EQ(twice("ns", "key"), "1");
  std::vector<Change> changes;
  changes.push_back({.key = "key", .value = Bytes::Copy(std::string_view("2"))});
  ASSERT_TRUE(store_->Write("ns", changes).ok());
  EXPECT_EQ(twice("ns", "key"), "2");
  EXPECT_EQ((*store_->Get("ns", "key"))->info.metadata, std::nullopt);
  changes[0].value.reset();
  ASSERT_TRUE(store_->Write("ns", changes).ok());
  EXPECT_EQ(twice("ns", "key"), "(none)");
  Put("ns", "key", "3", {.expiration = kStartSeconds + 60});
  EXPECT_EQ(twice("ns", "key"), "3");
  clock_.AdvanceMs(60'000);
  EXPECT_EQ(twice("ns", "key"), "(none)");
  Put("ns", "key", "4");
  EXPECT_EQ(twice("ns", "key"), "4");
  ASSERT_TRUE(store_->DeleteNamespace("ns").ok());
  EXPECT_EQ(twice("ns", "key"), "(none)");
  Put("ns", "key", "5");
  EXPECT_EQ(twice("ns", "key"), "5");
  ASSERT_TRUE(store_->Delete("ns", "key").ok());
  EXPECT_EQ(twice("ns", "key"), "(none)");
}

}  // namespace
}  // namespace sedge::kv
