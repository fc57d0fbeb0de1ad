// SPDX-License-Identifier: Apache-2.0
// The deadlines of a server's connection: idle clients, half-closed ones, those that linger.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "runtime/http/server_connection.h"
#include "tests/http/memory_stream.h"

namespace sedge::http {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

std::string Get(std::string_view path) {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n\r\n";
}
std::string PostHead(size_t length) {
  return "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(length) + "\r\n\r\n";
}

// A connection in memory, and a clock that the test moves.
class ServerDeadlinesTest : public testing::Test, public RequestHandler {
 protected:
  void Open(std::string_view request) {
    connection_.reset();  // it gives back what the context lent
    context_ = std::make_unique<ServerContext>(
        ServerContext{.loop = *loop_,
                      .limits = limits_,
                      .handler = this,
                      .date = DateCache(),
                      .trusted_proxies = {},
                      .on_connection_closed = [this](ServerConnection*) { closed_ = true; }});
    connection_ = std::make_unique<ServerConnection>(
        *context_, std::make_unique<MemoryStream>(peer_), /*tls=*/false);
    connection_->Start();
    peer_.Give(request);
  }
  void OpenHalfClosed(std::string_view request) {
    Open(request);
    peer_.End();
  }
  void OnRequest(Exchange* exchange) override {
    exchange_ = exchange;
    exchange->set_abort_callback([this] {
      aborted_ = true;
      std::exchange(exchange_, nullptr)->Release();
    });
  }
  void Answer(std::string_view body) {
    ASSERT_TRUE(exchange_->Respond({200, "", {}}, body).ok());
    std::exchange(exchange_, nullptr)->Release();
  }
  void Wait(uint64_t ms) {
    waited_ms_ += ms;
    connection_->CheckDeadlines(loop_->now_ms() + waited_ms_);
  }
  // Begins a stream of one piece, whose end the test may give.
  void Stream(std::optional<uint64_t> length) {
    struct Source final : BodySource {
      explicit Source(ServerDeadlinesTest& test) : test(test) {}
      void Read(ReadCallback done) override { test.reader_ = std::move(done); }
      void Cancel() override { test.reader_ = nullptr; }
      std::optional<uint64_t> length() const override { return size; }
      ServerDeadlinesTest& test;
      std::optional<uint64_t> size;
    };
    auto source = std::make_unique<Source>(*this);
    source->size = length;
    ASSERT_TRUE(exchange_->RespondStream({200, "", {}}, std::move(source)).ok());
    Give("piece");
  }
  void Give(std::string_view text) {
    std::exchange(reader_, nullptr)(Bytes::Copy(text));
    Turn();
  }
  // What was put off to the turn's end is done; moves the loop's clock.
  void Turn() { uv_run(loop_->uv(), UV_RUN_NOWAIT); }

  std::unique_ptr<loop::Loop> loop_ = std::move(loop::Loop::Create()).value();
  Limits limits_;
  MemoryStream::Peer peer_;
  std::unique_ptr<ServerContext> context_;
  std::unique_ptr<ServerConnection> connection_;
  Exchange* exchange_ = nullptr;
  BodySource::ReadCallback reader_;
  bool aborted_ = false;
  bool closed_ = false;
  uint64_t waited_ms_ = 0;
};

using HalfClosedTest = ServerDeadlinesTest;

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

TEST_F(HalfClosedTest, AClientThatWaitsIsAskedEverLessOftenAndGetsItsAnswer) {
  OpenHalfClosed(Get("/"));
  Wait(ServerConnection::kFirstAskMs);
  EXPECT_EQ(peer_.received, "");
  Wait(1);
  EXPECT_EQ(peer_.received, kContinue);
  for (int i = 0; i < 100; ++i) Wait(60'000);
  EXPECT_EQ(peer_.received.size(), ServerConnection::kMaxAsks * kContinue.size());
  EXPECT_FALSE(aborted_);
  ASSERT_TRUE(exchange_->Respond({200, "", {}}, "at last").ok());
  exchange_->Release();
  EXPECT_THAT(peer_.received, EndsWith("\r\n\r\nat last"));
  Turn();
  EXPECT_TRUE(closed_);
}

TEST_F(HalfClosedTest, AClientThatIsGoneIsNoticed) {
  OpenHalfClosed(Get("/"));
  peer_.broken = true;
  Wait(1);
  EXPECT_TRUE(aborted_);
  EXPECT_TRUE(closed_);
}

TEST_F(HalfClosedTest, AShutdownAsksAtOnce) {
  OpenHalfClosed(Get("/"));
  connection_->BeginShutdown();
  EXPECT_EQ(peer_.received, kContinue);
  EXPECT_FALSE(closed_);
  peer_.broken = true;
  Wait(1);
  EXPECT_TRUE(aborted_);
  EXPECT_TRUE(closed_);
}

TEST_F(HalfClosedTest, AStreamOfChunksAsksWithZeros) {
  OpenHalfClosed(Get("/"));
  Stream(std::nullopt);
  for (int i = 0; i < 3; ++i) Wait(60'000);
  Give("next");
  Give("");
  EXPECT_THAT(peer_.received, EndsWith("\r\n\r\n5\r\npiece\r\n0004\r\nnext\r\n0\r\n\r\n"));
  EXPECT_FALSE(aborted_);
}

// Behind more of a body than is read ahead.
TEST_F(HalfClosedTest, AnEndThatIsNotReadYetIsSeen) {
  for (const bool leaves : {false, true}) {
    aborted_ = closed_ = false;
    waited_ms_ = 0;
    peer_ = {};
    Open(PostHead(100'000) + std::string(ServerConnection::kMaxBacklogBytes, 'x'));
    ASSERT_FALSE(peer_.reading);
    Wait(60'000);
    EXPECT_EQ(peer_.received, "");
    peer_.ended = true;
    Wait(0);
    Wait(ServerConnection::kFirstAskMs);
    EXPECT_EQ(peer_.received, "");
    Wait(1);
    EXPECT_EQ(peer_.received, kContinue);
    if (leaves) {
      peer_.broken = true;
      Wait(1);
      EXPECT_TRUE(aborted_);
      EXPECT_TRUE(closed_);
      continue;
    }
    for (int i = 0; i < 100; ++i) Wait(60'000);
    ASSERT_FALSE(aborted_);
    ASSERT_TRUE(exchange_->Respond({200, "", {}}, "at last").ok());
    exchange_->Release();
    Turn();
    EXPECT_THAT(peer_.received, EndsWith("\r\n\r\nat last"));
    connection_->Close();
  }
}

TEST_F(HalfClosedTest, WhoCannotBeAskedIsWaitedForAWhile) {
  for (const bool old : {false, true}) {
    aborted_ = closed_ = false;
    waited_ms_ = 0;
    peer_ = {};
    OpenHalfClosed(old ? "GET / HTTP/1.0\r\n\r\n" : Get("/"));
    if (!old) Stream(9);
    const std::string before = peer_.received;
    // The turn of the stream moved the clock.
    Wait(ServerConnection::kHalfClosedMs - 10'000);
    EXPECT_FALSE(aborted_);
    Wait(20'000);
    EXPECT_EQ(peer_.received, before);
    EXPECT_TRUE(aborted_);
    EXPECT_TRUE(closed_);
  }
}

// It is not idle while it takes the last response.
TEST_F(ServerDeadlinesTest, TheIdleClockBeginsWhenTheResponseIsTaken) {
  limits_.write_timeout_ms = 1'000'000'000;
  const auto idle_ms = static_cast<uint64_t>(limits_.idle_timeout_ms);
  Open(Get("/"));
  peer_.blocked = true;
  Answer("answer");
  for (int i = 0; i < 5; ++i) Wait(idle_ms + 1);
  ASSERT_TRUE(peer_.open());
  peer_.Unblock();
  EXPECT_THAT(peer_.received, EndsWith("answer"));
  Wait(idle_ms);
  ASSERT_TRUE(peer_.open());
  Wait(1);
  EXPECT_FALSE(peer_.open());
  EXPECT_FALSE(peer_.reset);
}

// A client that sends a body that nobody reads gets its answer, and is listened to.
class LingerTest : public ServerDeadlinesTest {
 protected:
  static constexpr size_t kBodyBytes = 1u << 20;

  // Answers a request whose body is longer than what is read over.
  void Linger() {
    waited_ms_ = 0;
    peer_ = {};
    Open(PostHead(kBodyBytes));
    Answer("unread");
    EXPECT_THAT(peer_.received, HasSubstr("\r\nConnection: close\r\n"));
    EXPECT_THAT(peer_.received, EndsWith("unread"));
    ASSERT_TRUE(peer_.write_ended);
    ASSERT_TRUE(peer_.reading);
  }
  void Give(size_t size) { peer_.Give(std::string(size, 'x')); }
};

TEST_F(LingerTest, UntilTheClientHasSentItsBody) {
  Linger();
  Give(300'000);
  Wait(static_cast<uint64_t>(limits_.linger_timeout_ms));
  Give(kBodyBytes - 300'000);
  ASSERT_TRUE(peer_.open());
  peer_.End();
  EXPECT_FALSE(peer_.open());
  EXPECT_FALSE(peer_.reset);
  EXPECT_TRUE(closed_);
}

TEST_F(LingerTest, UpToALimitOfSilenceAndOneInAll) {
  limits_.linger_timeout_ms = 2'000;
  limits_.linger_max_ms = 3'000;
  Linger();
  Wait(2'000);
  EXPECT_TRUE(peer_.open());
  Wait(1);
  EXPECT_FALSE(peer_.open());
  EXPECT_TRUE(closed_);

  limits_.linger_timeout_ms = 4'000;
  Linger();
  Wait(3'000);
  EXPECT_TRUE(peer_.open());
  Wait(1);
  EXPECT_FALSE(peer_.open());
}

// How long a chunked body is nobody knows before it was read.
TEST_F(LingerTest, OnceAChunkedBodyTurnsOutToBeLong) {
  Open("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n80000\r\n");
  Answer("unread");
  Turn();
  EXPECT_THAT(peer_.received, Not(HasSubstr("\r\nConnection: close\r\n")));
  Give(ServerConnection::kMaxDiscardedBytes);
  EXPECT_FALSE(peer_.write_ended);
  Give(1);
  EXPECT_TRUE(peer_.write_ended);
  ASSERT_TRUE(peer_.reading);
  Give(100'000);
  peer_.End();
  EXPECT_FALSE(peer_.open());
  EXPECT_FALSE(peer_.reset);
}

TEST_F(LingerTest, NotWhereTheBodyIsShortEnough) {
  const size_t size = ServerConnection::kMaxDiscardedBytes;
  Open(PostHead(size));
  Answer("unread");
  EXPECT_THAT(peer_.received, Not(HasSubstr("\r\nConnection: close\r\n")));
  Give(size);
  peer_.Give(Get("/next"));
  ASSERT_NE(exchange_, nullptr);
  EXPECT_EQ(exchange_->head().path, "/next");
  Answer("next");
  EXPECT_THAT(peer_.received, EndsWith("next"));
}

}  // namespace
}  // namespace sedge::http
