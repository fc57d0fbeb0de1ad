// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/ip_network.h"

#include <gtest/gtest.h>

namespace sedge {
namespace {

bool Contains(std::string_view network, std::string_view address) {
  return ParseIpNetwork(network).value().Contains(ParseIpAddress(address).value());
}

TEST(IpAddressTest, ReadsAndWritesBothFamilies) {
  EXPECT_EQ(ParseIpAddress("10.0.0.1").value().ToText(), "10.0.0.1");
  EXPECT_EQ(ParseIpAddress("2001:DB8:0::1").value().ToText(), "2001:db8::1");
  EXPECT_EQ(ParseIpAddress("::ffff:10.0.0.1"), ParseIpAddress("10.0.0.1"));
  EXPECT_TRUE(ParseIpAddress("::ffff:10.0.0.1")->is_v4());
  EXPECT_FALSE(ParseIpAddress("::1")->is_v4());
}

TEST(IpAddressTest, RefusesWhatIsNoAddress) {
  for (const std::string_view text :
       {"", "10.0.0", "10.0.0.256", "010.0.0.1", "[::1]", "::1%lo", "10.0.0.1:80", "localhost",
        " 10.0.0.1", "unix:", "::::", "1:2:3:4:5:6:7:8:9"}) {
    EXPECT_FALSE(ParseIpAddress(text)) << text;
  }
  EXPECT_FALSE(ParseIpAddress(std::string_view("10.0.0.1\0", 9)));
  EXPECT_FALSE(ParseIpAddress(std::string(100, '1')));
}

TEST(IpNetworkTest, HoldsItsAddresses) {
  EXPECT_TRUE(Contains("10.0.0.0/8", "10.255.0.1"));
  EXPECT_FALSE(Contains("10.0.0.0/8", "11.0.0.1"));
  EXPECT_TRUE(Contains("192.168.4.0/22", "192.168.7.255"));
  EXPECT_FALSE(Contains("192.168.4.0/22", "192.168.8.0"));
  EXPECT_TRUE(Contains("10.0.0.1", "10.0.0.1"));
  EXPECT_FALSE(Contains("10.0.0.1", "10.0.0.2"));
  EXPECT_TRUE(Contains("0.0.0.0/0", "8.8.8.8"));
  EXPECT_FALSE(Contains("0.0.0.0/0", "::1"));
  EXPECT_TRUE(Contains("::/0", "8.8.8.8"));
  EXPECT_TRUE(Contains("fd00::/8", "fdff::1"));
  EXPECT_FALSE(Contains("fd00::/8", "fe00::1"));
  EXPECT_TRUE(Contains("::1", "::1"));
  EXPECT_TRUE(Contains("10.0.0.0/8", "::ffff:10.1.2.3"));
}

TEST(IpNetworkTest, RefusesWhatIsNoNetwork) {
  for (const std::string_view text :
       {"", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "::/129", "10.0.0.0/8x", "10.0.0.1/8", "/8",
        "10.0.0.0/8/8", "fd00::1/8"}) {
    EXPECT_FALSE(ParseIpNetwork(text)) << text;
  }
}

}  // namespace
}  // namespace sedge
