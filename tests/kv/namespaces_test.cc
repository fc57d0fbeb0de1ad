// SPDX-License-Identifier: Apache-2.0
// Namespaces that are created, renamed and deleted; batches; and reads of many keys at once.
#include <gmock/gmock.h>

#include <chrono>
#include <thread>

#include "tests/kv/kv_test_util.h"

namespace sedge::kv {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::MatchesRegex;

Change PutOf(std::string key, std::string_view value) {
  return {.key = std::move(key), .value = Bytes::Copy(value)};
}
Change DeleteOf(std::string key) { return {.key = std::move(key), .value = std::nullopt}; }

TEST_F(StoreTest, CreatedNamespacesOutliveRestarts) {
  const auto made = store_->CreateNamespace("my title");
  ASSERT_TRUE(made.ok()) << made.status().ToString();
  EXPECT_THAT(made->id, MatchesRegex("[0-9a-f]{32}"));
  const Status taken = store_->CreateNamespace("my title").status();
  EXPECT_EQ(taken.code(), StatusCode::kAlreadyExists);
  EXPECT_THAT(std::string(taken.message()), HasSubstr(made->id));
  Put("unnamed", "key", "value");
  ASSERT_TRUE(store_->EnsureNamespace("~of-a-config", "CACHE").ok());
  ASSERT_TRUE(store_->EnsureNamespace("~of-a-config", "other").ok());
  Reopen();
  EXPECT_THAT(*store_->Namespaces(),
              ElementsAre(NamespaceInfo{made->id, "my title"}, NamespaceInfo{"unnamed", "unnamed"},
                          NamespaceInfo{"~of-a-config", "CACHE"}));
}

TEST_F(StoreTest, RenamingTakesAFreeTitle) {
  const auto made = store_->CreateNamespace("a");
  ASSERT_TRUE(made.ok());
  ASSERT_TRUE(store_->CreateNamespace("b").ok());
  EXPECT_EQ(store_->RenameNamespace(made->id, "b").code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(store_->RenameNamespace(made->id, "").code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(store_->RenameNamespace(made->id, std::string(513, 't')).code(),
            StatusCode::kOutOfRange);
  EXPECT_EQ(store_->RenameNamespace("none", "c").code(), StatusCode::kNotFound);
  EXPECT_TRUE(store_->RenameNamespace(made->id, "a").ok());
  EXPECT_TRUE(store_->RenameNamespace(made->id, "c").ok());
  EXPECT_TRUE(store_->CreateNamespace("a").ok());
  Put("by-use", "key", "value");
  EXPECT_TRUE(store_->RenameNamespace("by-use", "named").ok());
  EXPECT_EQ(Value("by-use", "key"), "value");
}

TEST_F(StoreTest, DeletingANamespaceLeavesItsNeighbours) {
  for (const char* ns : {"a", "b", "bb"}) {
    Put(ns, "key", "value");
    Put(ns, "large", std::string(kMinBlobBytes, 'v'));
  }
  ASSERT_TRUE(store_->DeleteNamespace("b").ok());
  EXPECT_EQ(store_->DeleteNamespace("b").code(), StatusCode::kNotFound);
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(Value("b", "key"), "(none)");
    EXPECT_EQ(Value("b", "large"), "(none)");
    EXPECT_EQ(Value("a", "key"), "value");
    EXPECT_EQ(Value("bb", "key"), "value");
    EXPECT_EQ(store_->Namespaces()->size(), 2u);
    Reopen();
  }
  ASSERT_TRUE(store_->Compact().ok());
  EXPECT_EQ(*store_->CountRows(), 8u);
  Put("b", "key", "again");
  EXPECT_EQ(Value("b", "key"), "again");
}

uint64_t DataBytes(const std::string& folder) {
  uint64_t bytes = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder + "/db")) {
    const auto extension = file.path().extension();
    std::error_code gone;
    if (extension != ".sst" && extension != ".blob") continue;
    const uint64_t size = file.file_size(gone);
    if (!gone) bytes += size;
  }
  return bytes;
}

TEST_F(StoreTest, TheSpaceOfADeletedNamespaceComesBackByItself) {
  options_.memory_bytes = 4u << 20;
  Reopen();
  for (int i = 0; i < 600; ++i) {
    std::string noise;
    for (int n = 0; noise.size() < 10'000; ++n) noise += std::to_string((n + i) * 7919 % 100'003);
    const bool compact = i == 6;  // a file of its own
    ASSERT_TRUE(!compact || store_->Compact().ok());
    Put(i < 6 ? "stays" : "gone", std::to_string(i), noise);
  }
  Reopen();
  const auto bytes = [&] { return DataBytes(options_.path); };
  ASSERT_TRUE(store_->DeleteNamespace("gone").ok());
  Put("gone", "new", "value");  // of a new life
  // Whether or not a restart comes in between.
  Reopen();
  for (int i = 0; i < 1'000 && bytes() > 600'000; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_LT(bytes(), 600'000u);
  EXPECT_EQ(Value("gone", "new"), "value");
  EXPECT_EQ(ListAll("stays", "", 100).size(), 6u);
}

TEST_F(StoreTest, ThereIsABoundOfNamespaces) {
  for (size_t i = 0; i < kMaxNamespaces; ++i) {
    ASSERT_TRUE(store_->EnsureNamespace(std::to_string(i), std::to_string(i)).ok());
  }
  const Status full = store_->CreateNamespace("one more").status();
  EXPECT_EQ(full.code(), StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(full.message()), HasSubstr("1000 KV namespaces"));
  EXPECT_TRUE(store_->RenameNamespace("0", "renamed").ok());
  ASSERT_TRUE(store_->DeleteNamespace("1").ok());
  EXPECT_TRUE(store_->CreateNamespace("one more").ok());
}

TEST_F(StoreTest, ABatchIsAllOrNothing) {
  Put("ns", "old", "v");
  std::vector<Change> changes;
  changes.push_back(PutOf("a", "1"));
  changes.push_back(PutOf("a", "2"));
  changes.push_back(DeleteOf("old"));
  changes.push_back(PutOf("b", "1"));
  changes.push_back(DeleteOf("b"));
  ASSERT_TRUE(store_->Write("ns", changes).ok());
  EXPECT_EQ(Value("ns", "a"), "2");
  EXPECT_EQ(Value("ns", "b"), "(none)");
  EXPECT_EQ(Value("ns", "old"), "(none)");
  changes.clear();
  changes.push_back(PutOf("c", "1"));
  changes.push_back(PutOf(std::string(kMaxKeyBytes + 1, 'k'), "1"));
  EXPECT_EQ(store_->Write("ns", changes).code(), StatusCode::kOutOfRange);
  EXPECT_EQ(Value("ns", "c"), "(none)");
}

TEST_F(StoreTest, ManyKeysAreReadAtOneMoment) {
  Put("ns", "a", "1", {.expiration = {}, .metadata = "{}"});
  Put("ns", "b", std::string(kMinBlobBytes, 'v'));
  const std::vector<std::string> keys = {"b", "none", "a", "b"};
  const auto got = store_->GetMany("ns", keys, kMaxValueBytes);
  ASSERT_TRUE(got.ok()) << got.status().ToString();
  ASSERT_EQ(got->size(), keys.size());
  EXPECT_EQ((*got)[0]->value.size(), kMinBlobBytes);
  EXPECT_FALSE((*got)[1]);
  EXPECT_EQ((*got)[2]->value.text(), "1");
  EXPECT_EQ((*got)[2]->info.metadata, "{}");
  EXPECT_EQ((*got)[3]->value.size(), kMinBlobBytes);
  EXPECT_EQ(store_->GetMany("ns", keys, 2 * kMinBlobBytes).status().code(),
            StatusCode::kOutOfRange);
}

TEST_F(StoreTest, ReadsWhatIsKnownOfAnEntryWithoutItsValue) {
  Put("ns", "a", "1", {.expiration = kStartSeconds + 60, .metadata = "[1]"});
  const auto got = store_->GetInfo("ns", "a");
  ASSERT_TRUE(got.ok() && *got);
  EXPECT_EQ((*got)->expiration, kStartSeconds + 60);
  EXPECT_EQ((*got)->metadata, "[1]");
  EXPECT_FALSE(*store_->GetInfo("ns", "none"));
  clock_.AdvanceMs(60'000);
  EXPECT_FALSE(*store_->GetInfo("ns", "a"));
}

}  // namespace
}  // namespace sedge::kv
