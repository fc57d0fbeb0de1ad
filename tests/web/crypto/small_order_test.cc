// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/crypto/small_order.h"

#include <gtest/gtest.h>

#include <array>

namespace sedge::web {
namespace {

TEST(SmallOrderTest, Ed25519) {
  std::array<uint8_t, 32> point{};
  for (const uint8_t sign : {0, 0x80}) {
    for (const int low : {0, 1, 2}) {
      point.fill(0);
      point[0] = static_cast<uint8_t>(low);
      point[31] = sign;
      EXPECT_EQ(IsSmallOrder(point), low <= 1) << low;
    }
    for (const int low : {0xEB, 0xEC, 0xED, 0xEE, 0xEF}) {
      point.fill(0xFF);
      point[0] = static_cast<uint8_t>(low);
      point[31] = 0x7F | sign;
      EXPECT_EQ(IsSmallOrder(point), low >= 0xEC && low <= 0xEE) << low;
    }
  }
  point.fill(0);
  point[0] = 1;
  point[15] = 1;
  EXPECT_FALSE(IsSmallOrder(point));
}

TEST(SmallOrderTest, Ed448) {
  std::array<uint8_t, 57> point{};
  EXPECT_TRUE(IsSmallOrder(point));
  point[0] = 1;
  point[56] = 0x80;
  EXPECT_TRUE(IsSmallOrder(point));
  point[0] = 2;
  EXPECT_FALSE(IsSmallOrder(point));
  for (const int low : {0xFD, 0xFE, 0xFF}) {  // p - 2, p - 1, p
    point.fill(0xFF);
    point[0] = static_cast<uint8_t>(low);
    point[28] = 0xFE;
    point[56] = 0;
    EXPECT_EQ(IsSmallOrder(point), low != 0xFD);
  }
  point.fill(0);  // p + 1
  std::fill(point.begin() + 28, point.begin() + 56, 0xFF);
  EXPECT_TRUE(IsSmallOrder(point));
  point[56] = 1;
  EXPECT_FALSE(IsSmallOrder(point));
}

TEST(SmallOrderTest, OtherSizesAreNone) {
  EXPECT_FALSE(IsSmallOrder({}));
  EXPECT_FALSE(IsSmallOrder(std::array<uint8_t, 33>{}));
}

}  // namespace
}  // namespace sedge::web
