// SPDX-License-Identifier: Apache-2.0
// Responses that clients do not take are held up to a limit for all of them; then those who are the
// slowest are cut off.
#include <deque>
#include <memory>
#include <string>

#include "tests/http/memory_stream.h"
#include "tests/http/server_fixture.h"

namespace sedge::http {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr size_t kLimit = 1'000'000;

class ServerUnsentTest : public ServerFixture {
 protected:
  ServerUnsentTest() {
    limits_.unsent_bytes = kLimit;
    server_ = std::make_unique<Server>(*loop_, limits_, this);
    Hold();
  }
  ~ServerUnsentTest() override { server_.reset(); }  // before the peers

  // Sends a request and takes nothing from then on; its exchange is the last of held_.
  MemoryStream::Peer& Ask() {
    MemoryStream::Peer& peer = peers_.emplace_back();
    server_->Accept(std::make_unique<MemoryStream>(peer), /*tls=*/false);
    peer.Give("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    peer.blocked = true;
    return peer;
  }
  void AnswerLast(size_t size) { Answer(held_.back(), std::string(size, 'x')); }
  MemoryStream::Peer& AskAndHold(size_t size) {
    MemoryStream::Peer& peer = Ask();
    AnswerLast(size);
    return peer;
  }

  std::deque<MemoryStream::Peer> peers_;
};

TEST_F(ServerUnsentTest, TheOneThatHoldsTheMostIsCutOffWhereNoneIsSlower) {
  MemoryStream::Peer& some = AskAndHold(300'000);
  MemoryStream::Peer& most = AskAndHold(500'000);
  Settle();
  EXPECT_TRUE(most.open());
  MemoryStream::Peer& last = AskAndHold(400'000);
  Settle();
  EXPECT_FALSE(most.open());
  EXPECT_TRUE(most.reset);
  for (MemoryStream::Peer* peer : {&some, &last}) {
    ASSERT_TRUE(peer->open());
    peer->Unblock();
    EXPECT_THAT(peer->received, EndsWith("x"));
  }
  EXPECT_EQ(some.received.size() - 100'000, last.received.size() - 200'000);
}

TEST_F(ServerUnsentTest, TheOneThatTookNothingForTheLongestTimeGoesFirst) {
  limits_.head_timeout_ms = 40;
  server_ = std::make_unique<Server>(*loop_, limits_, this);
  MemoryStream::Peer& slow = AskAndHold(300'000);
  // A client that says nothing: that its time is over shows that deadlines were looked at.
  MemoryStream::Peer& silent = peers_.emplace_back();
  server_->Accept(std::make_unique<MemoryStream>(silent), /*tls=*/false);
  ASSERT_TRUE(RunUntil([&] { return !silent.open(); }));
  MemoryStream::Peer& fresh = AskAndHold(500'000);
  MemoryStream::Peer& last = AskAndHold(400'000);
  Settle();
  EXPECT_FALSE(slow.open());
  EXPECT_TRUE(fresh.open());
  EXPECT_TRUE(last.open());
}

// Such as a fair reader between two pieces of a stream, beside those that have come lately for
// much.
TEST_F(ServerUnsentTest, WhoHoldsLittleIsSparedHoweverLong) {
  limits_.head_timeout_ms = 40;
  server_ = std::make_unique<Server>(*loop_, limits_, this);
  MemoryStream::Peer& little = AskAndHold(200'000);
  MemoryStream::Peer& silent = peers_.emplace_back();
  server_->Accept(std::make_unique<MemoryStream>(silent), /*tls=*/false);
  ASSERT_TRUE(RunUntil([&] { return !silent.open(); }));
  MemoryStream::Peer& much = AskAndHold(600'000);
  MemoryStream::Peer& more = AskAndHold(700'000);
  Settle();
  EXPECT_TRUE(little.open());
  EXPECT_TRUE(much.open());
  EXPECT_FALSE(more.open());
}

TEST_F(ServerUnsentTest, WhatIsTakenDoesNotCount) {
  for (int round = 0; round < 3; ++round) {
    MemoryStream::Peer& taken = AskAndHold(700'000);
    MemoryStream::Peer& closed = AskAndHold(200'000);
    Settle();
    ASSERT_TRUE(taken.open());
    taken.Unblock();
    closed.Break();
    Settle();
  }
}

TEST_F(ServerUnsentTest, OneAloneMayHoldMore) {
  MemoryStream::Peer& alone = AskAndHold(3 * kLimit);
  Settle();
  ASSERT_TRUE(alone.open());
  // It is in the way of others, small ones not.
  MemoryStream::Peer& small = AskAndHold(1'000);
  Settle();
  EXPECT_FALSE(alone.open());
  EXPECT_TRUE(small.open());
}

// Before anybody could be cut off.
TEST_F(ServerUnsentTest, ALongResponseOfTheTurnThatIsOverfullIsRefused) {
  MemoryStream::Peer& first = AskAndHold(600'000);
  MemoryStream::Peer& second = AskAndHold(600'000);
  MemoryStream::Peer& third = AskAndHold(600'000);
  MemoryStream::Peer& small = AskAndHold(ServerConnection::kFlushBytes);
  EXPECT_TRUE(first.open() && second.open());
  EXPECT_THAT(third.queued, StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(third.queued, HasSubstr("(unsent_bytes)"));
  EXPECT_THAT(small.queued, StartsWith("HTTP/1.1 200 "));
  Settle();
  EXPECT_NE(first.open(), second.open());
  EXPECT_TRUE(third.open());
  MemoryStream::Peer& later = AskAndHold(300'000);
  Settle();
  EXPECT_TRUE(later.open());
  EXPECT_THAT(later.queued, StartsWith("HTTP/1.1 200 "));
}

TEST_F(ServerUnsentTest, StreamsWaitUntilThereIsRoom) {
  const auto control = std::make_shared<ScriptedSource::Control>();
  AskAndHold(600'000);
  AskAndHold(600'000);
  MemoryStream::Peer& stream = Ask();
  stream.blocked = false;
  auto source = std::make_unique<ScriptedSource>(control, std::nullopt);
  ASSERT_TRUE(held_.back()->RespondStream({200, "", {}}, std::move(source)).ok());
  held_.back()->Release();
  EXPECT_EQ(control->reads, 0);
  Settle();
  ASSERT_EQ(control->reads, 1);
  control->Give("piece");
  control->Give("");
  Settle();
  EXPECT_THAT(stream.received, EndsWith("5\r\npiece\r\n0\r\n\r\n"));
}

// Who is told of the cut may do what it likes.
TEST_F(ServerUnsentTest, AbortCallbacksMayEndOthers) {
  int aborts = 0;
  on_request_ = [&](Exchange* exchange) {
    exchange->set_abort_callback([this, &aborts, exchange] {
      ++aborts;
      exchange->Release();
      server_->CloseAll();
    });
    EXPECT_TRUE(exchange->Respond({200, "", {}}, std::string(400'000, 'x')).ok());
  };
  for (int i = 0; i < 3; ++i) {
    MemoryStream::Peer& peer = peers_.emplace_back();
    peer.blocked = true;
    server_->Accept(std::make_unique<MemoryStream>(peer), /*tls=*/false);
    peer.Give("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  }
  Settle();
  EXPECT_EQ(aborts, 3);
  EXPECT_EQ(server_->connection_count(), 0u);
}

}  // namespace
}  // namespace sedge::http
