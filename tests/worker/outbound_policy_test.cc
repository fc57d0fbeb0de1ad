// SPDX-License-Identifier: Apache-2.0
#include "runtime/worker/outbound_policy.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include <string>
#include <vector>

namespace sedge::worker {
namespace {

using ::testing::HasSubstr;

constexpr OutboundPolicyNames kNames = {"outbound.allow", "outbound.deny"};

std::vector<OutboundRule> Rules(const std::vector<std::string>& texts) {
  std::vector<OutboundRule> rules;
  for (const std::string& text : texts) {
    const Result<OutboundRule> rule = ParseOutboundRule(text);
    EXPECT_TRUE(rule.ok()) << rule.status().ToString();
    if (rule.ok()) rules.push_back(*rule);
  }
  return rules;
}

sockaddr_storage Address(const std::string& ip) {
  sockaddr_storage address = {};
  auto* v4 = reinterpret_cast<sockaddr_in*>(&address);
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&address);
  if (inet_pton(AF_INET, ip.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
  } else {
    EXPECT_EQ(inet_pton(AF_INET6, ip.c_str(), &v6->sin6_addr), 1) << ip;
    v6->sin6_family = AF_INET6;
  }
  return address;
}

std::string Why(const OutboundPolicy& policy, const std::string& host, const std::string& ip) {
  const sockaddr_storage address = Address(ip);
  const Status status =
      CheckAddress(policy, kNames, host, reinterpret_cast<const sockaddr&>(address));
  return status.ok() ? "fine" : std::string(status.message());
}

bool Denies(const std::string& rule, const std::string& ip) {
  return Why({{}, Rules({rule})}, "name.test", ip) != "fine";
}

TEST(OutboundPolicyTest, NetworksAndAddresses) {
  struct Case {
    const char* rule;
    const char* ip;
    bool denied;
  };
  for (const Case& c : {
           Case{"10.0.0.0/8", "10.255.0.1", true},
           Case{"10.0.0.0/8", "11.0.0.0", false},
           Case{"10.0.0.0/9", "10.127.255.255", true},
           Case{"10.0.0.0/9", "10.128.0.0", false},
           Case{"0.0.0.0/0", "203.0.113.1", true},
           Case{"0.0.0.0/0", "2001:db8::1", false},
           Case{"::/0", "2001:db8::1", true},
           Case{"::/0", "10.0.0.1", false},
           Case{"::ffff:0:0/96", "10.0.0.1", true},
           Case{"192.0.2.7", "192.0.2.7", true},
           Case{"192.0.2.7", "192.0.2.6", false},
           Case{"192.0.2.6/31", "192.0.2.7", true},
           Case{"fc00::/7", "fdff::1", true},
           Case{"fc00::/7", "fe00::1", false},
           Case{"2001:db8::1", "2001:db8::1", true},
           Case{"[2001:db8::1]", "2001:db8::1", true},
           Case{"2001:db8::1", "2001:db8::2", false},
           Case{"none", "10.0.0.1", false},
           Case{"*", "10.0.0.1", true},
       }) {
    EXPECT_EQ(Denies(c.rule, c.ip), c.denied) << c.rule << " " << c.ip;
  }
}

// One address under another's name.
TEST(OutboundPolicyTest, AddressesThatStandForOthers) {
  struct Case {
    const char* rule;
    const char* ip;
  };
  for (const Case& c : {
           Case{"10.0.0.0/8", "::ffff:10.1.2.3"},      // mapped
           Case{"::ffff:10.0.0.0/104", "10.1.2.3"},    // a rule that is
           Case{"10.0.0.0/8", "64:ff9b::10.1.2.3"},    // NAT64
           Case{"10.0.0.0/8", "2002:0a01:0203::1"},    // 6to4
           Case{"10.0.0.0/8", "::10.1.2.3"},           // compatible
           Case{"64:ff9b::/96", "64:ff9b::10.1.2.3"},  // and as they are
           Case{"127.0.0.0/8", "0.0.0.0"},             // Linux connects to itself
           Case{"127.0.0.0/8", "::ffff:0.0.0.0"},
           Case{"127.0.0.1", "::"},
           Case{"::1", "::"},
           Case{"loopback", "0.0.0.0"},
           Case{"loopback", "::ffff:127.0.0.1"},
           Case{"loopback", "::1"},
           Case{"loopback", "127.9.9.9"},
           Case{"link-local", "169.254.169.254"},
           Case{"link-local", "::ffff:169.254.169.254"},
           Case{"link-local", "64:ff9b::169.254.169.254"},
           Case{"link-local", "fe80::1"},
       }) {
    EXPECT_TRUE(Denies(c.rule, c.ip)) << c.rule << " " << c.ip;
  }
  EXPECT_FALSE(Denies("loopback", "10.0.0.1"));
  EXPECT_FALSE(Denies("0.0.0.0/8", "::1"));
}

TEST(OutboundPolicyTest, PublicIsWhatIsNotPrivate) {
  for (const char* ip : {"0.0.0.0",
                         "0.1.2.3",
                         "10.0.0.1",
                         "100.64.0.1",
                         "100.127.255.255",
                         "127.0.0.1",
                         "169.254.169.254",
                         "172.16.0.1",
                         "172.31.255.255",
                         "192.0.0.1",
                         "192.0.2.1",
                         "192.168.1.1",
                         "198.18.0.1",
                         "198.19.255.255",
                         "198.51.100.1",
                         "203.0.113.9",
                         "224.0.0.1",
                         "239.1.1.1",
                         "240.0.0.1",
                         "255.255.255.255",
                         "::",
                         "::1",
                         "::ffff:10.0.0.1",
                         "64:ff9b::10.0.0.1",
                         "64:ff9b:1::8.8.8.8",
                         "2002:7f00:1::1",
                         "100::1",
                         "2001::1",
                         "2001:db8::1",
                         "3fff::1",
                         "5f00::1",
                         "fc00::1",
                         "fd00:ec2::254",
                         "fe80::1",
                         "fec0::1",
                         "ff02::1",
                         "::127.0.0.1"}) {
    EXPECT_TRUE(Denies("private", ip)) << ip;
    EXPECT_FALSE(Denies("public", ip)) << ip;
  }
  for (const char* ip : {"1.1.1.1",           "9.255.255.255",
                         "11.0.0.1",          "100.63.255.255",
                         "100.128.0.1",       "126.255.255.255",
                         "128.0.0.1",         "172.15.255.255",
                         "172.32.0.1",        "192.0.1.1",
                         "192.167.1.1",       "198.17.0.1",
                         "198.20.0.1",        "223.255.255.255",
                         "::ffff:1.1.1.1",    "64:ff9b::8.8.8.8",
                         "2002:0808:0808::1", "2001:4860:4860::8888",
                         "2606:4700::1111",   "2a00::1"}) {
    EXPECT_FALSE(Denies("private", ip)) << ip;
    EXPECT_TRUE(Denies("public", ip)) << ip;
  }
}

TEST(OutboundPolicyTest, Hosts) {
  const auto denied = [](const std::string& rule, const std::string& host) {
    const OutboundPolicy policy = {{}, Rules({rule})};
    EXPECT_EQ(Why(policy, host, "1.1.1.1") != "fine", !CheckHost(policy, kNames, host).ok());
    return !CheckHost(policy, kNames, host).ok();
  };
  EXPECT_TRUE(denied("api.example.com", "api.example.com"));
  EXPECT_TRUE(denied("API.Example.com", "api.example.com"));
  EXPECT_TRUE(denied("api.example.com", "api.example.com."));
  EXPECT_TRUE(denied("api.example.com.", "api.example.com"));
  EXPECT_FALSE(denied("api.example.com", "xapi.example.com"));
  EXPECT_FALSE(denied("example.com", "api.example.com"));
  EXPECT_TRUE(denied("*.example.com", "api.example.com"));
  EXPECT_TRUE(denied("*.example.com", "a.b.example.com."));
  EXPECT_FALSE(denied("*.example.com", "example.com"));
  EXPECT_FALSE(denied("*.example.com", "notexample.com"));
  EXPECT_FALSE(denied("*.example.com", ".example.com"));
  EXPECT_TRUE(
      denied("b\xC3\xBC"
             "cher.example",
             "xn--bcher-kva.example"));
  EXPECT_TRUE(denied("localhost", "localhost"));
  EXPECT_TRUE(denied("*", "anything"));
}

TEST(OutboundPolicyTest, DenyComesFirstAndAllowListsAreComplete) {
  const OutboundPolicy policy = {Rules({"public", "10.0.0.5", "*.lan.example"}),
                                 Rules({"bad.example", "10.0.0.0/8"})};
  EXPECT_EQ(Why(policy, "good.example", "1.1.1.1"), "fine");
  EXPECT_EQ(Why(policy, "printer.lan.example", "192.168.1.1"), "fine");
  EXPECT_EQ(Why(policy, "good.example", "192.168.1.1"), "allowed by no rule of outbound.allow");
  EXPECT_EQ(Why(policy, "bad.example", "1.1.1.1"),
            "denied by the rule \"bad.example\" of outbound.deny");
  EXPECT_EQ(Why(policy, "10.0.0.5", "10.0.0.5"),
            "denied by the rule \"10.0.0.0/8\" of outbound.deny");
  EXPECT_EQ(Why(policy, "printer.lan.example", "10.0.0.5"),
            "denied by the rule \"10.0.0.0/8\" of outbound.deny");
}

// Before the lookup only what no address could change is decided.
TEST(OutboundPolicyTest, HostsAreCheckedFirst) {
  const OutboundPolicy by_name = {Rules({"*.example.com", "none"}), {}};
  EXPECT_TRUE(CheckHost(by_name, kNames, "api.example.com").ok());
  EXPECT_EQ(CheckHost(by_name, kNames, "else.test").message(),
            "allowed by no rule of outbound.allow");
  const OutboundPolicy mixed = {Rules({"*.example.com", "10.0.0.0/8"}), Rules({"private"})};
  EXPECT_TRUE(CheckHost(mixed, kNames, "else.test").ok());
  const OutboundPolicy nothing = {Rules({"none"}), {}};
  EXPECT_FALSE(CheckHost(nothing, kNames, "else.test").ok());
  EXPECT_TRUE(CheckHost({}, kNames, "else.test").ok());
  EXPECT_EQ(Why({}, "else.test", "127.0.0.1"), "fine");
}

TEST(OutboundPolicyTest, WrongRulesSayWhatIsAllowed) {
  struct Case {
    const char* rule;
    const char* why;
  };
  for (const Case& c : {
           Case{"", "the host is missing"},
           Case{"10.0.0.1/8", "is no network"},
           Case{"2001:db8::1/32", "is no network"},
           Case{"10.0.0.0/33", "is no network"},
           Case{"10.0.0.0/", "is no network"},
           Case{"10.0.0.0/8x", "is no network"},
           Case{"10.0.0.0/-1", "is no network"},
           Case{"::/129", "is no network"},
           Case{"example.com/8", "is no network"},
           Case{"/8", "is no network"},
           Case{"http://example.com", "is no network"},
           Case{"10.0.0", "is neither an address nor a host"},
           Case{"10.0.0.256", "is neither an address nor a host"},
           Case{".example.com", "is neither an address nor a host"},
           Case{"example.com:80", "is wrong"},
           Case{"a.*.example", "is wrong"},
           Case{"*.", "is wrong"},
           Case{"fe80::1%eth0", "is wrong"},
       }) {
    const Result<OutboundRule> rule = ParseOutboundRule(c.rule);
    ASSERT_FALSE(rule.ok()) << c.rule;
    EXPECT_THAT(rule.status().message(), HasSubstr(c.why)) << c.rule;
    EXPECT_THAT(rule.status().message(), HasSubstr("allowed is a network such as 10.0.0.0/8"));
  }
}

}  // namespace
}  // namespace sedge::worker
