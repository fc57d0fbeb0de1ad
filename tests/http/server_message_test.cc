// SPDX-License-Identifier: Apache-2.0
// Messages are lent again as if they were new, and those that nobody needs go.
#include "runtime/http/server_message.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace sedge::http {
namespace {

constexpr bool kKeeps = ServerMessages::kMaxKept > 0;

TEST(ServerMessageTest, ComesBackAsIfItWereNew) {
  const Limits limits;
  ServerMessage message(limits);
  const std::string text = "POST / HTTP/1.0\r\nHost: a\r\nContent-Length: 4\r\n\r\nab";
  ByteSpan input = AsBytes(text);
  ASSERT_EQ(message.parser.Next(&input), RequestParser::Event::kHead);
  EXPECT_FALSE(message.empty());
  message.backlog.assign(100'000, 0);
  message.out.Append("x");
  message.client_address = "::1";
  message.abort_callback = [] {};
  message.head_since_ms = message.slow_since_ms = message.sent_bytes = message.asks = 1;
  message.Reset();
  EXPECT_TRUE(message.empty());
  EXPECT_LE(message.backlog.capacity(), ServerMessage::kKeptBacklogBytes);
  EXPECT_EQ(message.parser.head().minor_version, 1);
  EXPECT_EQ(message.client_address, "");
  EXPECT_FALSE(message.abort_callback);
  EXPECT_EQ(message.head_since_ms + message.slow_since_ms, 0u);
  EXPECT_EQ(message.sent_bytes + message.asks, 0);
  const std::string next = "GET /next HTTP/1.1\r\nHost: b\r\n\r\n";
  input = AsBytes(next);
  ASSERT_EQ(message.parser.Next(&input), RequestParser::Event::kHead);
  EXPECT_EQ(message.parser.head().path, "/next");
}

TEST(ServerMessageTest, IsResetAfterAnError) {
  const Limits limits;
  ServerMessage message(limits);
  const std::string bad = "\n";
  ByteSpan input = AsBytes(bad);
  ASSERT_EQ(message.parser.Next(&input), RequestParser::Event::kError);
  EXPECT_FALSE(message.empty());
  message.Reset();
  EXPECT_TRUE(message.empty());
}

TEST(ServerMessagesTest, LendsWhatCameBackLast) {
  if (!kKeeps) GTEST_SKIP() << "nothing is kept under this sanitizer";
  const Limits limits;
  ServerMessages messages;
  auto first = messages.Take(limits);
  auto second = messages.Take(limits);
  EXPECT_EQ(messages.lent(), 2u);
  const ServerMessage* last = second.get();
  messages.Give(std::move(first));
  messages.Give(std::move(second));
  EXPECT_EQ(messages.lent(), 0u);
  EXPECT_EQ(messages.Take(limits).get(), last);
}

TEST(ServerMessagesTest, DropsWhatNobodyNeeds) {
  const Limits limits;
  ServerMessages messages;
  std::vector<std::unique_ptr<ServerMessage>> lent;
  const auto lend = [&](size_t count) {
    while (lent.size() < count) lent.push_back(messages.Take(limits));
    while (!lent.empty()) {
      messages.Give(std::move(lent.back()));
      lent.pop_back();
    }
  };
  lend(ServerMessages::kMaxKept + 10);
  EXPECT_EQ(messages.kept(), ServerMessages::kMaxKept);
  messages.DropUnused();  // all were needed
  EXPECT_EQ(messages.kept(), ServerMessages::kMaxKept);
  lend(10);
  messages.DropUnused();
  EXPECT_EQ(messages.kept(), kKeeps ? 10u : 0u);
  messages.DropAll();
  EXPECT_EQ(messages.kept(), 0u);
}

}  // namespace
}  // namespace sedge::http
