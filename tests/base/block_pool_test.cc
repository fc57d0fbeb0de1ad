// SPDX-License-Identifier: Apache-2.0
// Blocks are lent again, up to a number of free ones, and containers take them where they fit.
#include "runtime/base/block_pool.h"

#include <gtest/gtest.h>

#include <cstring>
#include <thread>
#include <vector>

namespace sedge {
namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kKeeps = false;
#else
constexpr bool kKeeps = true;
#endif

// In a thread of its own: its pool is empty.
template <typename Check>
void InFreshThread(Check check) {
  std::thread(check).join();
}

TEST(BlockPoolTest, LendsWhatCameBackLast) {
  if (!kKeeps) GTEST_SKIP() << "nothing is kept under this sanitizer";
  InFreshThread([] {
    void* first = BlockPool::Take();
    void* second = BlockPool::Take();
    std::memset(first, 1, BlockPool::kBlockBytes);
    std::memset(second, 2, BlockPool::kBlockBytes);
    BlockPool::Give(first);
    BlockPool::Give(second);
    EXPECT_EQ(BlockPool::kept(), 2u);
    EXPECT_EQ(BlockPool::Take(), second);
    EXPECT_EQ(BlockPool::Take(), first);
    BlockPool::Give(first);
    BlockPool::Give(second);
  });
}

TEST(BlockPoolTest, KeepsABoundedNumber) {
  InFreshThread([] {
    std::vector<void*> blocks;
    for (size_t i = 0; i < BlockPool::kMaxKept + 10; ++i) blocks.push_back(BlockPool::Take());
    for (void* block : blocks) BlockPool::Give(block);
    EXPECT_EQ(BlockPool::kept(), kKeeps ? BlockPool::kMaxKept : 0);
  });
}

TEST(BlockPoolTest, TakesBlocksOfOtherThreads) {
  void* block = nullptr;
  InFreshThread([&] { block = BlockPool::Take(); });
  InFreshThread([&] { BlockPool::Give(block); });
}

TEST(BlockAllocatorTest, GrowsOutOfABlockAndGivesItBack) {
  InFreshThread([] {
    using Numbers = std::vector<uint64_t, BlockAllocator<uint64_t>>;
    constexpr size_t kFits = BlockAllocator<uint64_t>::kInBlock;
    Numbers numbers;
    numbers.reserve(kFits);
    for (uint64_t i = 0; i < kFits; ++i) numbers.push_back(i);
    EXPECT_EQ(BlockPool::kept(), 0u);
    numbers.push_back(kFits);
    EXPECT_EQ(BlockPool::kept(), kKeeps ? 1u : 0u);
    for (uint64_t i = 0; i <= kFits; ++i) EXPECT_EQ(numbers[i], i);
    Numbers().swap(numbers);
    EXPECT_EQ(BlockPool::kept(), kKeeps ? 1u : 0u);
  });
}

}  // namespace
}  // namespace sedge
