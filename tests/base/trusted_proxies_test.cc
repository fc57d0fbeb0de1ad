// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/trusted_proxies.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sedge {
namespace {

using ::testing::HasSubstr;

TEST(TrustedProxiesTest, KnowsWhomToTrust) {
  TrustedProxies trusted;
  EXPECT_TRUE(trusted.empty());
  EXPECT_FALSE(trusted.Trusts("10.0.0.1"));
  EXPECT_FALSE(trusted.Trusts("unix:"));
  ASSERT_TRUE(trusted.Add("10.0.0.0/8").ok());
  ASSERT_TRUE(trusted.Add("::1").ok());
  EXPECT_FALSE(trusted.empty());
  EXPECT_TRUE(trusted.Trusts("10.9.9.9"));
  EXPECT_TRUE(trusted.Trusts("::1"));
  EXPECT_FALSE(trusted.Trusts("11.0.0.1"));
  EXPECT_FALSE(trusted.Trusts("unix:"));
  EXPECT_FALSE(trusted.Trusts(""));
}

TEST(TrustedProxiesTest, UnixSocketsAreASetOfTheirOwn) {
  TrustedProxies trusted;
  ASSERT_TRUE(trusted.Add("unix").ok());
  EXPECT_TRUE(trusted.Trusts("unix:"));
  EXPECT_FALSE(trusted.Trusts("127.0.0.1"));
}

TEST(TrustedProxiesTest, SaysWhatIsWrong) {
  TrustedProxies trusted;
  EXPECT_THAT(std::string(trusted.Add("10.0.0.1/8").message()),
              HasSubstr("has bits behind that prefix; allowed is an address, a network or unix"));
  EXPECT_THAT(std::string(trusted.Add("proxy.example.com").message()),
              HasSubstr("this is neither an address nor a network; allowed is"));
  EXPECT_TRUE(trusted.empty());
}

}  // namespace
}  // namespace sedge
