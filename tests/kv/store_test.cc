// SPDX-License-Identifier: Apache-2.0
// What the Store contract promises, on RocksStore.
#include <gmock/gmock.h>

#include "tests/kv/kv_test_util.h"

namespace sedge::kv {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST_F(StoreTest, GetsWhatWasPut) {
  Put("ns", "key", "value");
  EXPECT_EQ(Value("ns", "key"), "value");
  Put("ns", "key", "");
  EXPECT_EQ(Value("ns", "key"), "");
  Put("ns", "key", std::string("\0\xff\n", 3));
  EXPECT_EQ(Value("ns", "key"), std::string("\0\xff\n", 3));
  EXPECT_EQ(Value("ns", "Key"), "(none)");
  EXPECT_EQ(Value("other", "key"), "(none)");
}

TEST_F(StoreTest, KeepsExpirationAndMetadata) {
  Put("ns", "key", "v", {.expiration = kStartSeconds + 60, .metadata = "{\"a\":1}"});
  const auto got = store_->Get("ns", "key");
  ASSERT_TRUE(got.ok() && *got);
  EXPECT_EQ((*got)->info.expiration, kStartSeconds + 60);
  EXPECT_EQ((*got)->info.metadata, "{\"a\":1}");
  const ListPage page = List("ns");
  ASSERT_EQ(page.keys.size(), 1u);
  EXPECT_EQ(page.keys[0].info.expiration, kStartSeconds + 60);
  EXPECT_EQ(page.keys[0].info.metadata, "{\"a\":1}");
  Put("ns", "key", "v");  // a put replaces all of it
  EXPECT_EQ((*store_->Get("ns", "key"))->info.metadata, std::nullopt);
  EXPECT_EQ(List("ns").keys[0].info.expiration, std::nullopt);
}

TEST_F(StoreTest, DeleteIsFineTwice) {
  Put("ns", "key", "value");
  EXPECT_TRUE(store_->Delete("ns", "key").ok());
  EXPECT_EQ(Value("ns", "key"), "(none)");
  EXPECT_THAT(Names(List("ns")), IsEmpty());
  EXPECT_TRUE(store_->Delete("ns", "key").ok());
}

TEST_F(StoreTest, ValuesOfEverySizeSurviveFilesAndRestarts) {
  const std::vector<size_t> sizes = {
      0, 1, kMinBlobBytes - 15, kMinBlobBytes - 14, kMinBlobBytes, 1u << 20, kMaxValueBytes};
  for (const size_t size : sizes) Put("ns", std::to_string(size), std::string(size, 'v'));
  ASSERT_TRUE(store_->Compact().ok());
  for (int round = 0; round < 2; ++round) {
    for (const size_t size : sizes) {
      EXPECT_TRUE(Value("ns", std::to_string(size)) == std::string(size, 'v')) << size;
    }
    Reopen();
  }
}

TEST_F(StoreTest, LimitsNameSizeAndBound) {
  const std::string long_key(kMaxKeyBytes + 1, 'k');
  const Status key = store_->Put("ns", long_key, {}, {});
  EXPECT_EQ(key.code(), StatusCode::kOutOfRange);
  EXPECT_THAT(std::string(key.message()), HasSubstr("key of 513 bytes; the limit is 512"));
  EXPECT_EQ(store_->Get("ns", long_key).status().code(), StatusCode::kOutOfRange);
  EXPECT_EQ(store_->Delete("ns", long_key).code(), StatusCode::kOutOfRange);
  EXPECT_EQ(store_->Put("ns", "", {}, {}).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(store_->Put("", "key", {}, {}).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(store_->Put(std::string(513, 'n'), "key", {}, {}).code(), StatusCode::kOutOfRange);
  const Bytes big = Bytes::Allocate(kMaxValueBytes + 1);
  EXPECT_EQ(store_->Put("ns", "key", big, {}).code(), StatusCode::kOutOfRange);
  EXPECT_EQ(
      store_->Put("ns", "key", {}, {.expiration = {}, .metadata = std::string(1025, 'm')}).code(),
      StatusCode::kOutOfRange);
  EXPECT_EQ(store_->List("ns", {.prefix = "", .limit = 0, .cursor = ""}).status().code(),
            StatusCode::kOutOfRange);
  EXPECT_EQ(store_->List("ns", {.prefix = "", .limit = 1001, .cursor = ""}).status().code(),
            StatusCode::kOutOfRange);
  EXPECT_EQ(store_->List("ns", {.prefix = long_key, .limit = 1, .cursor = ""}).status().code(),
            StatusCode::kOutOfRange);
  EXPECT_THAT(Names(List("ns")), IsEmpty());
}

TEST_F(StoreTest, TryGetAnswersFromMemoryAlone) {
  Put("ns", "small", "value");
  Put("ns", "large", std::string(kMinBlobBytes, 'v'));
  auto fresh = store_->TryGet("ns", "small");  // in the write buffer
  ASSERT_TRUE(fresh && fresh->ok() && **fresh);
  EXPECT_EQ((**fresh)->value.text(), "value");
  ASSERT_TRUE(store_->Compact().ok());
  Reopen();
  for (const char* key : {"small", "large"}) {
    EXPECT_FALSE(store_->TryGet("ns", key)) << key << " cannot be in memory";
    EXPECT_NE(Value("ns", key), "(none)");
    EXPECT_TRUE(store_->TryGet("ns", key)) << key << " was just read";
  }
}

TEST_F(StoreTest, NamespacesThatArePrefixesOfEachOtherStayApart) {
  Put("a", "b:1", "in a");
  Put("ab", ":1", "in ab");
  Put("ab:", "1", "in ab:");
  EXPECT_EQ(Value("a", "b:1"), "in a");
  EXPECT_EQ(Value("ab", ":1"), "in ab");
  EXPECT_THAT(Names(List("a")), ElementsAre("b:1"));
  EXPECT_THAT(Names(List("a", {.prefix = "b"})), ElementsAre("b:1"));
  EXPECT_THAT(Names(List("ab")), ElementsAre(":1"));
  ASSERT_TRUE(store_->Delete("a", "b:1").ok());
  EXPECT_EQ(Value("ab", ":1"), "in ab");
}

TEST_F(StoreTest, ListsNamespacesInOrder) {
  EXPECT_THAT(store_->Namespaces()->size(), 0u);
  Put("bb", "k", "v");
  Put("c", "k", "v");
  Put("c", "l", "v");
  Put("a\xff\xff", "k", "v");
  Put("gone", "k", "v", {.expiration = kStartSeconds + 60, .metadata = {}});
  clock_.AdvanceMs(60'000);
  const auto found = store_->Namespaces();
  ASSERT_TRUE(found.ok());
  std::vector<std::string> ids;
  for (const NamespaceInfo& info : *found) ids.push_back(info.id);
  EXPECT_THAT(ids, ElementsAre("a\xff\xff", "bb", "c"));
}

TEST_F(StoreTest, AReadNeverMixesTwoVersions) {
  PutOptions options;
  const auto write = [&](int i) {
    options.metadata = std::to_string(i);
    Put("ns", "key", std::string(i % 2 == 0 ? 10 : kMinBlobBytes, static_cast<char>('a' + i % 26)),
        options);
  };
  write(0);
  std::atomic<bool> stop = false;
  std::thread reader([&] {
    while (!stop) {
      const auto got = store_->Get("ns", "key");
      ASSERT_TRUE(got.ok() && *got);
      const int i = std::stoi(*(*got)->info.metadata);
      EXPECT_EQ((*got)->value.size(), i % 2 == 0 ? 10 : kMinBlobBytes);
      EXPECT_EQ((*got)->value.data()[0], 'a' + i % 26);
    }
  });
  for (int i = 1; i < 500; ++i) write(i);
  stop = true;
  reader.join();
}

TEST_F(StoreTest, ConcurrentWritersLoseNothing) {
  constexpr int kThreads = 4;
  constexpr int kKeys = 200;
  std::vector<std::thread> writers;
  for (int t = 0; t < kThreads; ++t) {
    writers.emplace_back([this, t] {
      for (int i = 0; i < kKeys; ++i) {
        const std::string own = std::to_string(t) + "/";
        Put("ns", own + std::to_string(i), std::to_string(i));
        if (i % 2 == 0) continue;
        EXPECT_TRUE(store_->Delete("ns", own + std::to_string(i - 1)).ok());
        List("ns", {.prefix = own, .limit = 10});
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(ListAll("ns", "", 7).size(), static_cast<size_t>(kThreads * kKeys / 2));
  EXPECT_EQ(Value("ns", "3/199"), "199");
  EXPECT_EQ(Value("ns", "3/198"), "(none)");
}

// Of a database with many tables only some are open at first.
TEST_F(StoreTest, TryGetIsNotWrongWhereATableIsNotOpen) {
  options_.memory_bytes = 4u << 20;
  Reopen();
  const auto key_of = [](int i) { return std::to_string(100'000 + i); };
  const std::string value(1000, 'v');
  for (int i = 0; i < 30'000; ++i) Put("ns", key_of(i), value);
  Reopen();
  int unknown = 0;
  for (int i = 0; i < 30'000; i += 50) {
    const auto tried = store_->TryGet("ns", key_of(i));
    unknown += !tried;
    if (!tried) continue;
    ASSERT_TRUE(tried->ok()) << tried->status().ToString();
    ASSERT_TRUE(**tried) << i;
    ASSERT_EQ((**tried)->value.text(), value);
  }
  EXPECT_GT(unknown, 0);
  for (int i = 0; i < 30'000; i += 500) EXPECT_EQ(Value("ns", key_of(i)), value);
}

}  // namespace
}  // namespace sedge::kv
