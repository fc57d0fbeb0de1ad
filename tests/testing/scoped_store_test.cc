// SPDX-License-Identifier: Apache-2.0
// What tests write to KV is taken back, whatever they wrote, and files see nothing of one another.
#include "runtime/testing/scoped_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "runtime/testing/seed_file.h"

namespace sedge::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ScopedStoreTest : public ::testing::Test {
 protected:
  void Put(const std::string& key, const std::string& value, kv::PutOptions options = {}) {
    ASSERT_TRUE(store_.Put("ns", key, AsBytes(value), options).ok());
  }
  std::string Get(const std::string& key) { return GetFrom(store_, key); }
  static std::string GetFrom(kv::Store& store, const std::string& key) {
    const auto entry = store.Get("ns", key);
    if (!entry.ok()) return "failed: " + std::string(entry.status().message());
    return *entry ? std::string((*entry)->value.text()) : "(none)";
  }
  std::vector<std::string> Keys(kv::ListOptions options = {}) {
    std::vector<std::string> keys;
    auto page = store_.List("ns", options);
    EXPECT_TRUE(page.ok());
    for (const kv::ListedKey& key : page->keys) keys.push_back(key.name);
    return keys;
  }
  // Everything there is: key -> value, expiration, metadata.
  std::map<std::string, std::string> Contents(const std::string& ns) {
    std::map<std::string, std::string> all;
    kv::ListOptions options;
    for (;;) {
      auto page = store_.List(ns, options);
      EXPECT_TRUE(page.ok());
      for (const kv::ListedKey& key : page->keys) {
        auto entry = store_.Get(ns, key.name);
        all[key.name] = std::string((*entry)->value.text()) + "|" +
                        std::to_string((*entry)->info.expiration.value_or(0)) + "|" +
                        (*entry)->info.metadata.value_or("-");
      }
      if (!page->cursor) return all;
      options.cursor = *page->cursor;
    }
  }

  ManualClock clock_{1'000'000'000};
  SharedStore shared_;
  ScopedStore store_{shared_, clock_};
};

TEST_F(ScopedStoreTest, OpensNoDatabaseUntilSomethingIsWritten) {
  store_.OpenFrame();
  EXPECT_EQ(Get("a"), "(none)");
  EXPECT_THAT(Keys(), IsEmpty());
  EXPECT_TRUE(store_.Delete("ns", "a").ok());
  EXPECT_TRUE(store_.CloseFrame().ok());
  EXPECT_EQ(shared_.opened(), nullptr);
}

TEST_F(ScopedStoreTest, TakesBackWhatWasWrittenWhereNothingWas) {
  store_.OpenFrame();
  Put("a", "1");
  Put("b", "2");
  EXPECT_TRUE(store_.Delete("ns", "b").ok());
  EXPECT_THAT(Keys(), ElementsAre("a"));
  EXPECT_TRUE(store_.changed());
  ASSERT_TRUE(store_.CloseFrame().ok());
  EXPECT_EQ(Get("a"), "(none)");
  EXPECT_THAT(Keys(), IsEmpty());
}

TEST_F(ScopedStoreTest, GivesBackWhatWasOverwritten) {
  Put("a", "1", {.expiration = 2'000'000, .metadata = "{\"m\":1}"});
  Put("b", "2");
  const auto before = Contents("ns");
  store_.OpenFrame();
  Put("a", "changed");
  Put("a", "changed again");
  Put("c", "new");
  EXPECT_TRUE(store_.Delete("ns", "b").ok());
  EXPECT_THAT(Keys(), ElementsAre("a", "c"));
  ASSERT_TRUE(store_.CloseFrame().ok());
  EXPECT_EQ(Contents("ns"), before);
}

TEST_F(ScopedStoreTest, FramesNest) {
  store_.OpenFrame();
  Put("suite", "1");
  store_.OpenFrame();
  Put("test", "2");
  Put("suite", "changed");
  ASSERT_TRUE(store_.CloseFrame().ok());
  EXPECT_THAT(Keys(), ElementsAre("suite"));
  EXPECT_EQ(Get("suite"), "1");
  ASSERT_TRUE(store_.CloseFrame().ok());
  EXPECT_THAT(Keys(), IsEmpty());
}

TEST_F(ScopedStoreTest, TakesBackManyWritesAtOnce) {
  Put("key 5", "seed");
  store_.OpenFrame();
  std::vector<kv::Change> changes;
  for (int i = 0; i < 12'000; ++i) {
    changes.push_back({"key " + std::to_string(i), Bytes::Copy("v"), {}});
  }
  ASSERT_TRUE(store_.Write("ns", changes).ok());
  ASSERT_TRUE(store_.Write("other", changes).ok());
  ASSERT_TRUE(store_.CloseFrame().ok());
  EXPECT_THAT(Keys(), ElementsAre("key 5"));
  EXPECT_EQ(Get("key 5"), "seed");
  EXPECT_EQ(Contents("other").size(), 0u);
}

// Random frames against a map that is copied.
TEST_F(ScopedStoreTest, IsExactForAnyOrderOfWritesAndFrames) {
  std::mt19937 random(7);
  const auto pick = [&](int below) {
    return static_cast<int>(random() % static_cast<unsigned>(below));
  };
  using Model = std::map<std::string, std::string>;
  std::vector<Model> models(1);
  for (int step = 0; step < 4'000; ++step) {
    const int what = pick(10);
    if (what == 0 && models.size() < 5) {
      store_.OpenFrame();
      models.push_back(models.back());
    } else if (what == 1 && models.size() > 1) {
      ASSERT_TRUE(store_.CloseFrame().ok());
      models.pop_back();
    } else if (what < 7) {
      const std::string key = std::to_string(pick(20));
      const std::string value = std::to_string(step);
      Put(key, value);
      models.back()[key] = value + "|0|-";
    } else {
      const std::string key = std::to_string(pick(20));
      ASSERT_TRUE(store_.Delete("ns", key).ok());
      models.back().erase(key);
    }
    if (step % 10 == 0) {
      ASSERT_EQ(Contents("ns"), models.back()) << "step " << step;
    }
  }
}

TEST_F(ScopedStoreTest, ExpiresByTheClockOfItsFile) {
  Put("a", "1", {.expiration = 1'000'060});
  Put("b", "2");
  EXPECT_EQ(Get("a"), "1");
  clock_.AdvanceMs(60'000);
  EXPECT_EQ(Get("a"), "(none)");
  EXPECT_FALSE((*store_.TryGet("ns", "a"))->has_value());
  EXPECT_FALSE(store_.GetInfo("ns", "a")->has_value());
  const std::string keys[] = {"a", "b"};
  const auto many = store_.GetMany("ns", keys, 100);
  ASSERT_TRUE(many.ok());
  EXPECT_FALSE((*many)[0].has_value());
  EXPECT_TRUE((*many)[1].has_value());
  EXPECT_THAT(Keys(), ElementsAre("b"));
}

TEST_F(ScopedStoreTest, ListsWholePagesAroundExpiredKeys) {
  for (int i = 0; i < 30; ++i) {
    kv::PutOptions options;
    if (i % 3 != 0) options.expiration = 1'000'060;
    Put("key " + std::to_string(100 + i), "v", options);
  }
  clock_.AdvanceMs(60'000);
  kv::ListOptions options;
  options.limit = 4;
  std::vector<std::string> all;
  int pages = 0;
  for (;;) {
    auto page = store_.List("ns", options);
    ASSERT_TRUE(page.ok());
    ++pages;
    for (const kv::ListedKey& key : page->keys) all.push_back(key.name);
    if (!page->cursor) break;
    EXPECT_EQ(page->keys.size(), 4u);
    options.cursor = *page->cursor;
  }
  EXPECT_EQ(all.size(), 10u);
  EXPECT_EQ(pages, 3);
}

TEST_F(ScopedStoreTest, FilesDoNotShare) {
  ManualClock later{5'000'000'000};
  ScopedStore other(shared_, later);
  Put("a", "1", {.expiration = 2'000'000});
  EXPECT_EQ(GetFrom(other, "a"), "(none)");
  ASSERT_TRUE(other.Put("ns", "a", AsBytes("2"), {}).ok());
  EXPECT_EQ(Get("a"), "1");
  EXPECT_EQ(GetFrom(other, "a"), "2");
}

TEST_F(ScopedStoreTest, SeedsAreWranglersBulkFormat) {
  const auto count = SeedStore(store_, "ns",
                               R"([{"key":"a","value":"1","metadata":{"m":1}},
                                   {"key":"b","value":"aGk=","base64":true,"expiration_ttl":60}])",
                               clock_.WallSeconds(), "seed.json");
  ASSERT_TRUE(count.ok()) << count.status().message();
  EXPECT_EQ(*count, 2);
  EXPECT_THAT(Contents("ns"),
              ElementsAre(std::pair("a", "1|0|{\"m\":1}"), std::pair("b", "hi|1000060|-")));
}

TEST_F(ScopedStoreTest, ASeedThatIsNoJsonSaysTheLine) {
  const std::pair<const char*, const char*> cases[] = {
      {"// shop/seed.json\n[]", "s.json:1: JSON has no comments: this one has to go. A seed is"},
      {"[\n  /* a */ {}]", "s.json:2: JSON has no comments"},
      {"[\n\n  { \"key\": \"a\", } ]", "s.json:3: this is not valid JSON."},
      {"[", "s.json:1: this is not valid JSON."},
      {"", "s.json:1: this is not valid JSON."},
      {"[{\"key\":\"http://a\" \"value\":1}]", "s.json:1: this is not valid JSON."},
  };
  for (const auto& [text, why] : cases) {
    const auto count = SeedStore(store_, "ns", text, 0, "s.json");
    ASSERT_FALSE(count.ok()) << text;
    EXPECT_THAT(std::string(count.status().message()), ::testing::HasSubstr(why)) << text;
  }
}

TEST_F(ScopedStoreTest, AWrongSeedSaysWhatAndWhere) {
  const auto count = SeedStore(store_, "ns", R"({"a":1})", 0, "kv/seed.json");
  ASSERT_FALSE(count.ok());
  EXPECT_THAT(count.status().message(), ::testing::HasSubstr("kv/seed.json: "));
  EXPECT_THAT(Keys(), IsEmpty());
}

}  // namespace
}  // namespace sedge::test
