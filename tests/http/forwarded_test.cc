// SPDX-License-Identifier: Apache-2.0
#include "runtime/http/forwarded.h"

#include <gtest/gtest.h>

namespace sedge::http {
namespace {

TrustedProxies Trusted(std::initializer_list<const char*> networks, bool unix_sockets = false) {
  TrustedProxies trusted;
  for (const char* network : networks) EXPECT_TRUE(trusted.Add(network).ok());
  trusted.unix_sockets = unix_sockets;
  return trusted;
}

struct Case {
  const char* what;
  std::vector<HeaderField> fields;
  const char* peer;
  const char* client;
  const char* chain;
};

void Check(const Case& c, const TrustedProxies* trusted) {
  RequestHead head;
  head.headers = c.fields;
  const ForwardedFor read = ReadForwardedFor(head, c.peer, trusted);
  EXPECT_EQ(read.client, c.client) << c.what;
  EXPECT_EQ(read.chain, c.chain) << c.what;
}

TEST(ForwardedForTest, AnUntrustedPeerIsTheClient) {
  Check({"alone", {}, "192.0.2.1", "192.0.2.1", "192.0.2.1"}, nullptr);
  Check({"with claims",
         {{"X-Forwarded-For", "1.1.1.1, 2.2.2.2"}, {"CF-Connecting-IP", "3.3.3.3"}},
         "192.0.2.1",
         "192.0.2.1",
         "192.0.2.1"},
        nullptr);
  Check({"a Unix socket", {{"X-Forwarded-For", "1.1.1.1"}}, "unix:", "", ""}, nullptr);
}

TEST(ForwardedForTest, GoesLeftwardsThroughTrustedProxies) {
  const TrustedProxies trusted = Trusted({"10.0.0.0/8", "fd00::/8"}, true);
  const Case cases[] = {
      {"no header", {}, "10.0.0.1", "10.0.0.1", "10.0.0.1"},
      {"one", {{"X-Forwarded-For", "192.0.2.1"}}, "10.0.0.1", "192.0.2.1", "192.0.2.1, 10.0.0.1"},
      {"what the client made up is left out",
       {{"X-Forwarded-For", "127.0.0.1, 192.0.2.1"}},
       "10.0.0.1",
       "192.0.2.1",
       "192.0.2.1, 10.0.0.1"},
      {"two proxies",
       {{"X-Forwarded-For", "8.8.8.8,192.0.2.1 ,\t10.1.1.1"}},
       "10.0.0.1",
       "192.0.2.1",
       "192.0.2.1, 10.1.1.1, 10.0.0.1"},
      {"several fields",
       {{"x-forwarded-for", "8.8.8.8, 192.0.2.1"},
        {"Accept", "*"},
        {"X-FORWARDED-FOR", "10.2.2.2"}},
       "10.0.0.1",
       "192.0.2.1",
       "192.0.2.1, 10.2.2.2, 10.0.0.1"},
      {"all trusted",
       {{"X-Forwarded-For", "10.3.3.3, fd00::1"}},
       "10.0.0.1",
       "10.3.3.3",
       "10.3.3.3, fd00::1, 10.0.0.1"},
      {"no address ends it",
       {{"X-Forwarded-For", "192.0.2.1, unknown, 10.1.1.1"}},
       "10.0.0.1",
       "10.1.1.1",
       "10.1.1.1, 10.0.0.1"},
      {"an empty element ends it",
       {{"X-Forwarded-For", "192.0.2.1, "}},
       "10.0.0.1",
       "10.0.0.1",
       "10.0.0.1"},
      {"ports",
       {{"X-Forwarded-For", "[2001:db8::1]:5000, 10.1.1.1:80"}},
       "10.0.0.1",
       "2001:db8::1",
       "2001:db8::1, 10.1.1.1, 10.0.0.1"},
      {"a Unix socket", {{"X-Forwarded-For", "192.0.2.1"}}, "unix:", "192.0.2.1", "192.0.2.1"},
      {"CF-Connecting-IP where there is nothing else",
       {{"CF-Connecting-IP", "192.0.2.1"}},
       "10.0.0.1",
       "192.0.2.1",
       "192.0.2.1, 10.0.0.1"},
      {"X-Forwarded-For goes before it",
       {{"CF-Connecting-IP", "1.1.1.1"}, {"X-Forwarded-For", "192.0.2.1"}},
       "10.0.0.1",
       "192.0.2.1",
       "192.0.2.1, 10.0.0.1"},
  };
  for (const Case& c : cases) Check(c, &trusted);
}

TEST(ForwardedProtoTest, TheNearestProxysWordCounts) {
  const auto https = [](std::vector<HeaderField> fields) {
    RequestHead head;
    head.headers = fields;
    return ForwardedHttps(head);
  };
  EXPECT_EQ(https({}), std::nullopt);
  EXPECT_EQ(https({{"X-Forwarded-Proto", "https"}}), true);
  EXPECT_EQ(https({{"X-Forwarded-Proto", "HTTP"}}), false);
  EXPECT_EQ(https({{"X-Forwarded-Proto", "https, http"}}), false);
  EXPECT_EQ(https({{"X-Forwarded-Proto", "http"}, {"x-forwarded-proto", "https"}}), true);
  EXPECT_EQ(https({{"X-Forwarded-Proto", "wss"}}), std::nullopt);
}

}  // namespace
}  // namespace sedge::http
