// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/status.h"

#include <gtest/gtest.h>

namespace sedge {
namespace {

Result<int> Half(int n) {
  if (n % 2 != 0) return InvalidArgument(std::to_string(n) + " is odd");
  return n / 2;
}

Result<int> Quarter(int n) {
  SEDGE_ASSIGN_OR_RETURN(const int half, Half(n));
  return Half(half);
}

TEST(StatusTest, OkHasNoMessage) {
  EXPECT_TRUE(Status().ok());
  EXPECT_EQ(Status().ToString(), "ok");
}

TEST(StatusTest, FailureNamesItsKindAndReason) {
  EXPECT_EQ(NotFound("key \"a\"").ToString(), "not found: key \"a\"");
  EXPECT_EQ(NotFound("a").WithPrefix("get").message(), "get: a");
}

TEST(ResultTest, CarriesTheValueOrTheFirstFailure) {
  EXPECT_EQ(*Quarter(8), 2);
  EXPECT_EQ(Quarter(6).status().message(), "3 is odd");
  EXPECT_EQ(Quarter(5).status().code(), StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace sedge
