// SPDX-License-Identifier: Apache-2.0
// Expired entries: unseen at once, gone from the disk after a compaction.
#include <gmock/gmock.h>

#include "kv/expiry_filter.h"
#include "tests/kv/kv_test_util.h"

namespace sedge::kv {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr int64_t kTtlSeconds = 60;
const PutOptions kExpiring{.expiration = kStartSeconds + kTtlSeconds, .metadata = {}};

TEST_F(StoreTest, ExpiredEntriesAreUnseenFromTheirSecondOn) {
  Put("ns", "key", "value", kExpiring);
  clock_.AdvanceMs(kTtlSeconds * 1000 - 1);
  EXPECT_EQ(Value("ns", "key"), "value");
  EXPECT_THAT(Names(List("ns")), ElementsAre("key"));
  clock_.AdvanceMs(1);
  EXPECT_EQ(Value("ns", "key"), "(none)");
  EXPECT_THAT(Names(List("ns")), IsEmpty());
  const auto tried = store_->TryGet("ns", "key");
  ASSERT_TRUE(tried && tried->ok());
  EXPECT_FALSE(**tried);
}

TEST_F(StoreTest, CompactionDropsExpiredRowsOfEverySize) {
  Put("ns", "small", "value", kExpiring);
  Put("ns", "large", std::string(kMinBlobBytes, 'v'), kExpiring);
  Put("ns", "lasting", "value");
  Put("ns", "lasting large", std::string(kMinBlobBytes, 'v'));
  ASSERT_TRUE(store_->Compact().ok());
  EXPECT_EQ(*store_->CountRows(), 8u);
  clock_.AdvanceMs((kTtlSeconds + kExpiryGraceSeconds) * 1000 - 1);
  ASSERT_TRUE(store_->Compact().ok());
  EXPECT_EQ(*store_->CountRows(), 8u) << "the grace period counts";
  clock_.AdvanceMs(1);
  ASSERT_TRUE(store_->Compact().ok());
  EXPECT_EQ(*store_->CountRows(), 4u);
  EXPECT_THAT(Names(List("ns")), ElementsAre("lasting", "lasting large"));
  EXPECT_EQ(Value("ns", "lasting large").size(), kMinBlobBytes);
}

TEST_F(StoreTest, AnExpiredRowDoesNotUncoverAnOlderOne) {
  for (const size_t size : {size_t{5}, size_t{kMinBlobBytes}}) {
    const std::string key = std::to_string(size);
    Put("ns", key, std::string(size, 'o'));  // without an expiry
    ASSERT_TRUE(store_->Compact().ok());
    Put("ns", key, std::string(size, 'n'), kExpiring);
  }
  clock_.AdvanceMs((kTtlSeconds + kExpiryGraceSeconds) * 1000);
  ASSERT_TRUE(store_->Compact().ok());
  EXPECT_EQ(*store_->CountRows(), 0u);
  EXPECT_EQ(Value("ns", "5"), "(none)");
}

TEST_F(StoreTest, AnEntryWrittenAgainOutlivesItsOldExpiry) {
  const std::string large(kMinBlobBytes, 'v');
  Put("ns", "key", large, kExpiring);
  ASSERT_TRUE(store_->Compact().ok());
  clock_.AdvanceMs((kTtlSeconds + kExpiryGraceSeconds) * 1000);
  Put("ns", "key", large);
  ASSERT_TRUE(store_->Compact().ok());
  EXPECT_EQ(Value("ns", "key"), large);
}

TEST_F(StoreTest, AClockThatIsSetBackBringsBackNoHalfOfAnEntry) {
  Put("ns", "key", "value", kExpiring);
  EXPECT_EQ(Value("ns", "key"), "value");
  clock_.AdvanceMs((kTtlSeconds + kExpiryGraceSeconds) * 1000);
  ASSERT_TRUE(store_->Compact().ok());
  EXPECT_EQ(*store_->CountRows(), 0u);
  EXPECT_EQ(Value("ns", "key"), "(none)");
  clock_.AdvanceMs(-(kTtlSeconds + kExpiryGraceSeconds) * 1000);
  EXPECT_EQ(Value("ns", "key"), "(none)");
  EXPECT_FALSE(store_->GetInfo("ns", "key")->has_value());
}

TEST_F(StoreTest, TheReaperSparesWhatIsWrittenWhileItRuns) {
  const std::string large(kMinBlobBytes, 'v');
  constexpr int kKeys = 50;
  for (int i = 0; i < kKeys; ++i) Put("ns", std::to_string(i), large, kExpiring);
  ASSERT_TRUE(store_->Compact().ok());
  clock_.AdvanceMs((kTtlSeconds + kExpiryGraceSeconds) * 1000);
  std::thread writer([&] {
    for (int i = 0; i < kKeys; ++i) Put("ns", std::to_string(i), large);
  });
  ASSERT_TRUE(store_->Compact().ok());
  writer.join();
  ASSERT_TRUE(store_->Compact().ok());
  EXPECT_EQ(ListAll("ns", "", 1000).size(), static_cast<size_t>(kKeys));
  for (int i = 0; i < kKeys; ++i) EXPECT_EQ(Value("ns", std::to_string(i)), large);
}

}  // namespace
}  // namespace sedge::kv
