// SPDX-License-Identifier: Apache-2.0
#include "runtime/admin/api_target.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sedge::admin {
namespace {

using testing::ElementsAre;

TEST(ApiTargetTest, SplitsBeforeItDecodes) {
  EXPECT_THAT(ApiTarget("/a/b%2Fc/?x=1").segments(), ElementsAre("a", "b%2Fc", ""));
  EXPECT_THAT(ApiTarget("/").segments(), ElementsAre(""));
  EXPECT_THAT(ApiTarget("/a//b").segments(), ElementsAre("a", "", "b"));
  EXPECT_THAT(ApiTarget("*").segments(), ElementsAre());
  EXPECT_THAT(ApiTarget("").segments(), ElementsAre());
  EXPECT_THAT(ApiTarget("/a?b/c").segments(), ElementsAre("a"));
}

TEST(ApiTargetTest, ReadsParametersAsAFormHasThem) {
  const ApiTarget target("/?a=1&b=x+y%2B%zz&c&=e&a=2&&d=p=q#f=1");
  EXPECT_EQ(target.Parameter("a"), "1");
  EXPECT_EQ(target.Parameter("b"), "x y+%zz");
  EXPECT_EQ(target.Parameter("c"), "");
  EXPECT_EQ(target.Parameter("d"), "p=q");
  EXPECT_EQ(target.Parameter("f"), std::nullopt);
  EXPECT_EQ(ApiTarget("/?").Parameter("a"), std::nullopt);
}

TEST(ApiTargetTest, DecodesWhatItEncodes) {
  std::string all;
  for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
  EXPECT_EQ(PercentDecode(PercentEncode(all)), all);
  EXPECT_EQ(PercentEncode("a/b c~"), "a%2Fb%20c~");
  EXPECT_EQ(PercentDecode("%4"), std::nullopt);
  EXPECT_EQ(PercentDecode("%"), std::nullopt);
  EXPECT_EQ(PercentDecode("%4g"), std::nullopt);
  EXPECT_EQ(PercentDecode("+%41"), "+A");
}

}  // namespace
}  // namespace sedge::admin
