// SPDX-License-Identifier: Apache-2.0
// The rules of flags and configuration together, and where connections are made.
#include "runtime/worker/outbound_filter.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include <atomic>
#include <optional>

#include "tests/loop/run_until.h"

namespace sedge::worker {
namespace {

sockaddr_storage Address(const std::string& ip) {
  sockaddr_storage address = {};
  auto* v4 = reinterpret_cast<sockaddr_in*>(&address);
  v4->sin_family = AF_INET;
  EXPECT_EQ(inet_pton(AF_INET, ip.c_str(), &v4->sin_addr), 1);
  return address;
}

void Add(std::vector<OutboundRule>& rules, const std::string& text) {
  rules.push_back(ParseOutboundRule(text).value());
}

class OutboundFilterTest : public ::testing::Test {
 protected:
  std::string Why(const std::string& host, const std::string& ip) {
    const OutboundFilter filter(options_, config_);
    if (const Status status = filter.CheckHost(host); !status.ok()) {
      return std::string(status.message());
    }
    const sockaddr_storage address = Address(ip);
    const Status status = filter.Check(host, reinterpret_cast<const sockaddr&>(address));
    return status.ok() ? "fine" : std::string(status.message());
  }

  ServeOptions options_;
  WorkerConfig config_;
};

TEST_F(OutboundFilterTest, LinkLocalAddressesAreDeniedByDefault) {
  EXPECT_EQ(Why("name.test", "127.0.0.1"), "fine");
  EXPECT_EQ(Why("name.test", "169.254.169.254"),
            "denied by the rule \"link-local\" of outbound.deny (its default)");
  Add(config_.outbound.deny, "none");
  EXPECT_EQ(Why("name.test", "169.254.169.254"), "fine");
}

TEST_F(OutboundFilterTest, RulesAboutOtherThingsLeaveTheDefault) {
  const std::string denied = "denied by the rule \"link-local\" of outbound.deny (its default)";
  Add(options_.outbound.deny, "10.0.0.0/8");
  Add(config_.outbound.allow, "name.test");
  EXPECT_EQ(Why("name.test", "127.0.0.1"), "fine");
  EXPECT_EQ(Why("name.test", "169.254.169.254"), denied);
  Add(config_.outbound.allow, "169.254.169.0/24");
  EXPECT_EQ(Why("name.test", "169.254.169.254"), "fine");
  EXPECT_EQ(Why("name.test", "169.254.1.1"), denied);
  Add(config_.outbound.allow, "*");
  EXPECT_EQ(Why("name.test", "169.254.1.1"), "fine");
}

TEST_F(OutboundFilterTest, RulesOfFlagsAndOfConfigurationHoldBoth) {
  Add(options_.outbound.allow, "10.0.0.0/8");
  Add(config_.outbound.deny, "10.0.0.1");
  Add(config_.outbound.deny, "bad.test");
  EXPECT_EQ(Why("name.test", "10.0.0.2"), "fine");
  EXPECT_EQ(Why("name.test", "10.0.0.1"), "denied by the rule \"10.0.0.1\" of outbound.deny");
  EXPECT_EQ(Why("name.test", "1.1.1.1"), "allowed by no rule of --outbound-allow");
  EXPECT_EQ(Why("bad.test", "10.0.0.2"),
            "connect EACCES bad.test: denied by the rule \"bad.test\" of outbound.deny");
}

// A name that means a public address when it is looked at, and the machine itself when it is used.
TEST_F(OutboundFilterTest, ANameThatChangesItsMeaningIsRefused) {
  Add(config_.outbound.deny, "127.0.0.1");
  const OutboundFilter filter(options_, config_);
  std::atomic<int> lookups = 0;
  loop::Resolver resolver([&](const std::string&) {
    return loop::Resolver::Answer{"", {Address(++lookups == 1 ? "127.0.0.9" : "127.0.0.1")}};
  });
  const auto loop = loop::Loop::Create().value();
  const auto connect = [&] {
    std::optional<std::string> outcome;
    const auto attempt = loop::Connect(
        *loop, "rebind.test", 9, {.filter = &filter, .resolver = &resolver},
        [&](Result<std::unique_ptr<loop::Stream>> stream) {
          outcome = stream.ok() ? "connected" : std::string(stream.status().message());
        });
    EXPECT_TRUE(loop::RunUntil(*loop, [&] { return outcome.has_value(); }));
    return outcome.value_or("");
  };
  EXPECT_EQ(connect(), "connect ECONNREFUSED 127.0.0.9:9 (rebind.test)");
  EXPECT_EQ(connect(),
            "connect EACCES 127.0.0.1:9 (rebind.test): denied by the rule \"127.0.0.1\" of "
            "outbound.deny");
}

}  // namespace
}  // namespace sedge::worker
