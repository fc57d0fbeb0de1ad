// SPDX-License-Identifier: Apache-2.0
// Reads that see writes late: how late, in which order, and that a seed decides it.
#include "kv/eventual_reads.h"

#include "tests/kv/kv_test_util.h"

namespace sedge::kv {
namespace {

class EventualReadsTest : public StoreTest {
 protected:
  static constexpr int64_t kAge = EventualReads::kMaxDelaySeconds;

  void Write(const std::string& key, const std::string& value, const PutOptions& options = {}) {
    ASSERT_TRUE(reads_.PutBytes("ns", key, Bytes::Copy(value), options).ok());
  }
  std::string Read(const std::string& key, int64_t max_age_seconds = kAge) {
    const auto got = reads_.Get("ns", key, max_age_seconds);
    if (!got.ok()) return got.status().ToString();
    return *got ? std::string((*got)->value.text()) : "(none)";
  }
  // After how many seconds a read sees another value than now; 61: never.
  int64_t SecondsUntilSeen(const std::string& key, int64_t max_age_seconds = kAge) {
    const std::string before = Read(key, max_age_seconds);
    for (int64_t seconds = 0; seconds <= kAge; ++seconds) {
      if (Read(key, max_age_seconds) != before) return seconds;
      clock_.AdvanceMs(1000);
    }
    return kAge + 1;
  }

  EventualReads reads_{*store_, clock_};
};

TEST_F(EventualReadsTest, WritesAreSeenWithinAMinute) {
  std::vector<int64_t> delays;
  for (int i = 0; i < 20; ++i) {
    Write("key", std::to_string(i));
    delays.push_back(SecondsUntilSeen("key"));
    EXPECT_LE(delays.back(), kAge);
    clock_.AdvanceMs(kAge * 1000);
    EXPECT_EQ(Read("key"), std::to_string(i));
  }
  std::sort(delays.begin(), delays.end());
  EXPECT_LT(delays.front(), 20);
  EXPECT_GT(delays.back(), 40);
}

TEST_F(EventualReadsTest, ASeedNamesOneSchedule) {
  std::vector<std::vector<int64_t>> schedules;
  for (const uint64_t seed : {1, 1, 2}) {
    reads_.SetSeed("ns", seed);
    std::vector<int64_t>& schedule = schedules.emplace_back();
    for (int i = 0; i < 5; ++i) {
      Write("key", std::to_string(i));
      schedule.push_back(SecondsUntilSeen("key"));
      clock_.AdvanceMs(kAge * 1000);
    }
  }
  EXPECT_EQ(schedules[0], schedules[1]);
  EXPECT_NE(schedules[0], schedules[2]);
}

TEST_F(EventualReadsTest, AReadIsNeverOlderThanItAllows) {
  for (int i = 0; i < 20; ++i) {
    Write("key", std::to_string(i));
    EXPECT_LE(SecondsUntilSeen("key", 30), 30);
    EXPECT_EQ(Read("key", 0), std::to_string(i));
    clock_.AdvanceMs(kAge * 1000);
  }
}

TEST_F(EventualReadsTest, WritesOfAKeyAreSeenInTheirOrder) {
  for (int i = 0; i < 30; ++i) {
    Write("key", std::to_string(i));
    clock_.AdvanceMs(3000);
  }
  int last = -1;
  for (int i = 0; i < 120; ++i) {
    const std::string value = Read("key");
    const int seen = value == "(none)" ? -1 : std::stoi(value);
    EXPECT_GE(seen, last);
    last = seen;
    clock_.AdvanceMs(500);
  }
  EXPECT_EQ(last, 29);
}

TEST_F(EventualReadsTest, MissesAndDeletionsAreLateToo) {
  Put("ns", "there", "old");
  ASSERT_TRUE(reads_.Delete("ns", "there").ok());
  EXPECT_EQ(Read("there"), "old");
  EXPECT_EQ(Value("ns", "there"), "(none)");
  Write("new", "value");
  EXPECT_EQ(Read("new"), "(none)");
  const std::vector<std::string> keys = {"there", "new", "none"};
  const auto many = reads_.GetMany("ns", keys, 100, kAge);
  ASSERT_TRUE(many.ok());
  EXPECT_EQ((*many)[0]->value.text(), "old");
  EXPECT_FALSE((*many)[1] || (*many)[2]);
  EXPECT_EQ(reads_.GetMany("ns", keys, 2, kAge).status().code(), StatusCode::kOutOfRange);
  clock_.AdvanceMs(kAge * 1000);
  EXPECT_EQ(Read("there"), "(none)");
  EXPECT_EQ(Read("new"), "value");
}

TEST_F(EventualReadsTest, ExpiryIsHonouredInOldAnswers) {
  Put("ns", "key", "old", {.expiration = kStartSeconds + 5, .metadata = "1"});
  Write("key", "new");
  EXPECT_EQ(Read("key"), "old");
  EXPECT_EQ((*reads_.Get("ns", "key", kAge))->info.metadata, "1");
  clock_.AdvanceMs(5000);
  EXPECT_NE(Read("key"), "old");
}

TEST_F(EventualReadsTest, FailuresChangeNothing) {
  EXPECT_FALSE(reads_.PutBytes("ns", std::string(kMaxKeyBytes + 1, 'k'), {}, {}).ok());
  EXPECT_FALSE(reads_.Get("ns", "", kAge).ok());
}

}  // namespace
}  // namespace sedge::kv
