// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/slot_map.h"

#include <gtest/gtest.h>

#include <memory>

namespace sedge {
namespace {

TEST(SlotMapTest, FindsWhatWasInserted) {
  SlotMap<std::unique_ptr<int>> map;
  const SlotId a = map.Insert(std::make_unique<int>(1));
  const SlotId b = map.Insert(std::make_unique<int>(2));
  ASSERT_NE(a, 0u);
  EXPECT_EQ(**map.Find(a), 1);
  EXPECT_EQ(**map.Find(b), 2);
  EXPECT_EQ(map.size(), 2u);
}

TEST(SlotMapTest, AStaleIdFindsNothingWhenItsSlotIsReused) {
  SlotMap<int> map;
  const SlotId old = map.Insert(1);
  EXPECT_EQ(map.Remove(old), 1);
  const SlotId fresh = map.Insert(2);
  EXPECT_NE(old, fresh);
  EXPECT_EQ(map.Find(old), nullptr);
  EXPECT_EQ(map.Remove(old), std::nullopt);
  EXPECT_EQ(*map.Find(fresh), 2);
}

TEST(SlotMapTest, IdsThatWereNeverGivenOutFindNothing) {
  SlotMap<int> map;
  EXPECT_EQ(map.Find(0), nullptr);
  EXPECT_EQ(map.Find(~SlotId{0}), nullptr);
}

TEST(SlotMapTest, IdsFitADouble) {
  SlotMap<int> map;
  SlotId id = map.Insert(0);
  for (int i = 0; i < 1000; ++i) {
    map.Remove(id);
    id = map.Insert(i);
  }
  EXPECT_EQ(static_cast<SlotId>(static_cast<double>(id)), id);
  EXPECT_LT(id, SlotId{1} << 53);
}

}  // namespace
}  // namespace sedge
