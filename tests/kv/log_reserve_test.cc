// SPDX-License-Identifier: Apache-2.0
#include "kv/log_reserve.h"

#include <sys/resource.h>

#include <thread>

#include "tests/kv/small_disk.h"

namespace sedge::kv {
namespace {

constexpr size_t kMb = 1u << 20;

class LogReserveTest : public SmallDiskFixture {
 protected:
  // A full disk is asked ten times in a second.
  static bool TakeSoon(LogReserve& reserve, size_t bytes) {
    for (int i = 0; i < 1'500; ++i) {
      if (reserve.Take(bytes)) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return false;
  }
};

TEST_F(LogReserveTest, HoldsWhatIsTakenAndNoMoreForLong) {
  const uintmax_t all = Free();
  LogReserve reserve(disk_);
  EXPECT_EQ(Free(), all);
  {
    const auto share = reserve.Take(4 * kMb);
    ASSERT_TRUE(share);
    const auto another = reserve.Take(4 * kMb);
    ASSERT_TRUE(another);
    EXPECT_LE(Free() + 8 * kMb + LogReserve::kMarginBytes, all);
    EXPECT_FALSE(reserve.Take(4 * kMb));
    EXPECT_TRUE(reserve.Take(100));
  }
  EXPECT_GE(Free() + LogReserve::kMaxIdleBytes, all);
  EXPECT_TRUE(TakeSoon(reserve, 4 * kMb));
  for (const std::filesystem::path& file : FilesBelow(disk_)) ADD_FAILURE() << file;
}

TEST_F(LogReserveTest, IsGivenUpInSteps) {
  LogReserve reserve(disk_);
  EXPECT_FALSE(reserve.GiveUp());
  const auto share = reserve.Take(3 * kMb);
  ASSERT_TRUE(share);
  FillButFor(0);
  EXPECT_TRUE(reserve.Take(100));
  EXPECT_FALSE(reserve.Take(5 * kMb));
  EXPECT_TRUE(reserve.GiveUp());
  EXPECT_GE(Free(), LogReserve::kStepBytes);
  while (reserve.GiveUp()) {
  }
  EXPECT_GE(Free(), 3 * kMb + LogReserve::kMarginBytes);
  std::ofstream(disk_ + "/log") << std::string(12 * kMb, 'x');
  EXPECT_FALSE(reserve.Take(100));
  std::filesystem::remove(disk_ + "/log");
  MakeSpace();
  EXPECT_TRUE(TakeSoon(reserve, 100));
  EXPECT_TRUE(reserve.GiveUp());
}

TEST_F(LogReserveTest, ARefusedLargeWriteKeepsNoOtherOut) {
  LogReserve reserve(disk_);
  EXPECT_FALSE(reserve.Take(20 * kMb));
  EXPECT_TRUE(reserve.Take(4 * kMb));
}

// Such as when the process may open no more files.
TEST_F(LogReserveTest, AnErrorThatPassesIsForgotten) {
  LogReserve reserve(disk_);
  rlimit files = {};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &files), 0);
  rlimit none = files;
  none.rlim_cur = 0;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  EXPECT_TRUE(reserve.Take(100));
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &files), 0);
  EXPECT_FALSE(reserve.GiveUp());
  for (int i = 0; i < 1'500 && reserve.Take(100 * kMb); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  EXPECT_FALSE(reserve.Take(100 * kMb));
  EXPECT_TRUE(reserve.Take(100));
  EXPECT_TRUE(reserve.GiveUp());
}

TEST_F(LogReserveTest, ManyThreadsTakeAndGive) {
  LogReserve reserve(disk_);
  std::vector<std::thread> threads;
  for (size_t t = 0; t < 4; ++t) {
    threads.emplace_back([&reserve, t] {
      for (size_t i = 0; i < 2'000; ++i) {
        const auto share = reserve.Take(i % 100 == t ? 3 * kMb : 100 * t);
        if (i % 500 == t) (void)reserve.GiveUp();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(TakeSoon(reserve, 4 * kMb));
  while (reserve.GiveUp()) {
  }
  EXPECT_GE(Free(), 11 * kMb);
}

}  // namespace
}  // namespace sedge::kv
