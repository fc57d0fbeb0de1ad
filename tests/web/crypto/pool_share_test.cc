// SPDX-License-Identifier: Apache-2.0
// PoolShare: threads are taken, waited for in turn, and passed on by those who go.
#include "runtime/web/crypto/pool_share.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <thread>
#include <vector>

#include "runtime/base/pool_size.h"

namespace sedge::web {
namespace {

TEST(PoolShareTest, ThoseWhoWaitGetTheirTurn) {
  PoolShare share(1);
  int a_woken = 0;
  int b_woken = 0;
  PoolShare::Waiter a(share, [&] { ++a_woken; });
  PoolShare::Waiter b(share, [&] { ++b_woken; });
  EXPECT_TRUE(a.Take());
  EXPECT_FALSE(a.Take());
  EXPECT_FALSE(b.Take());
  EXPECT_FALSE(a.Take());  // keeps its place, and has one only
  share.GiveBack();
  EXPECT_EQ(a_woken, 1);
  EXPECT_TRUE(a.Take());
  EXPECT_FALSE(a.Take());  // behind b
  share.GiveBack();
  EXPECT_EQ(b_woken, 1);
  EXPECT_TRUE(b.Take());
  share.GiveBack();
  EXPECT_EQ(a_woken, 2);
}

TEST(PoolShareTest, CryptographyLeavesMostOfThePool) {
  const auto threads = [](const char* size) {
    setenv("UV_THREADPOOL_SIZE", size, 1);
    return CryptoThreads();
  };
  EXPECT_EQ(threads("16"), 4);
  EXPECT_EQ(threads("4"), 1);
  EXPECT_EQ(threads("1"), 1);
  EXPECT_EQ(threads("0"), 1);
  EXPECT_EQ(threads("many"), 1);
  EXPECT_EQ(threads("9999"), 256);
  unsetenv("UV_THREADPOOL_SIZE");
  EXPECT_EQ(CryptoThreads(), 1);
}

TEST(PoolShareTest, WhoGoesPassesOnWhatWasKeptForIt) {
  PoolShare share(1);
  int woken = 0;
  PoolShare::Waiter last(share, [&] { ++woken; });
  {
    PoolShare::Waiter first(share, [] {});
    PoolShare::Waiter second(share, [] {});
    EXPECT_TRUE(first.Take());
    EXPECT_FALSE(first.Take());
    EXPECT_FALSE(second.Take());
    EXPECT_FALSE(last.Take());
    share.GiveBack();
  }
  EXPECT_EQ(woken, 1);
  last.Leave();
  EXPECT_TRUE(last.Take());
}

TEST(PoolShareTest, ThreadsShareIt) {
  constexpr int kThreads = 4;
  constexpr int kRounds = 2000;
  PoolShare share(2);
  std::atomic<int> busy = 0;
  std::atomic<int> most = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      std::atomic<bool> woken = false;
      PoolShare::Waiter waiter(share, [&] { woken = true; });
      for (int round = 0; round < kRounds; ++round) {
        while (!waiter.Take()) {
          while (!woken) std::this_thread::yield();
          woken = false;
        }
        const int now = ++busy;
        if (now > most) most = now;
        --busy;
        share.GiveBack();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(most, 2);
}

}  // namespace
}  // namespace sedge::web
