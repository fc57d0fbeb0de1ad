// SPDX-License-Identifier: Apache-2.0
// Bodies of requests and responses on a server connection: back-pressure, framing, failures.
#include "runtime/http/server_connection.h"
#include "tests/http/server_fixture.h"

namespace sedge::http {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

std::string Post(std::string_view fields, std::string_view body = "") {
  return "POST / HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n" + std::string(body);
}

class ServerBodyTest : public ServerFixture {
 protected:
  // Answers with the request's body, or with what is wrong with it.
  void Echo() {
    on_request_ = [this](Exchange* exchange) { EchoOne(exchange); };
  }
  static void EchoOne(Exchange* exchange) {
    auto body = exchange->TakeBody();
    if (!body) return Answer(exchange, "no body");
    ReadAll(std::move(body), 64 << 20, [exchange](Result<Bytes> all) {
      Answer(exchange, all.ok() ? "got " + std::string(all->text()) : all.status().ToString());
    });
  }
  // Answers each request with a stream that `source_` controls.
  void Stream(std::optional<uint64_t> length) {
    on_request_ = [this, length](Exchange* exchange) {
      source_ = std::make_shared<ScriptedSource::Control>();
      EXPECT_TRUE(
          exchange->RespondStream({200, "", {}}, std::make_unique<ScriptedSource>(source_, length))
              .ok());
      exchange->Release();
    };
  }
  std::shared_ptr<ScriptedSource::Control> source_;
};

TEST_F(ServerBodyTest, BodiesOfKnownLengthAndChunked) {
  Echo();
  StartServer();
  auto client = Connect();
  ASSERT_TRUE(client->Send(Post("Content-Length: 5\r\n", "hello")));
  ASSERT_TRUE(client->Until("got hello"));
  ASSERT_TRUE(
      client->Send(Post("Transfer-Encoding: chunked\r\n", "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n") +
                   Post("Content-Length: 0\r\n")));
  ASSERT_TRUE(client->Until("no body"));
  EXPECT_EQ(client->Count("got hello"), 2u);
}

TEST_F(ServerBodyTest, ABodyThatComesByteByByte) {
  Echo();
  StartServer();
  auto client = Connect();
  for (char c : Post("Content-Length: 5\r\n", "hello")) {
    ASSERT_TRUE(client->Send({&c, 1}));
    Settle();
  }
  ASSERT_TRUE(client->Until("got hello"));
}

TEST_F(ServerBodyTest, ABodyMayBeTakenLater) {
  Hold();
  StartServer();
  auto client = Connect();
  ASSERT_TRUE(client->Send(Post("Content-Length: 5\r\n", "hello") + std::string(kGet)));
  ASSERT_TRUE(RunUntil([&] { return held_.size() == 1; }));
  Settle();
  EXPECT_EQ(held_[0]->head().content_length, 5u);
  EchoOne(held_[0]);
  ASSERT_TRUE(client->Until("got hello"));
  ASSERT_TRUE(RunUntil([&] { return held_.size() == 2; }));
  Answer(held_[1], "next");
  ASSERT_TRUE(client->Until("next"));
}

// The last piece fills the pipe: nothing else comes that could wake the connection for the end.
TEST_F(ServerBodyTest, ABodyEndsAlthoughItsLastPieceFilledThePipe) {
  Hold();
  StartServer();
  auto client = Connect();
  const std::string body(BodyPipe::kDefaultHighWater, 'b');
  ASSERT_TRUE(client->Send(Post("Content-Length: " + std::to_string(body.size()) + "\r\n")));
  ASSERT_TRUE(RunUntil([&] { return held_.size() == 1; }));
  auto source = held_[0]->TakeBody();
  ASSERT_TRUE(client->Send(body));
  for (int i = 0; i < 20; ++i) Settle();
  std::optional<size_t> got;
  ReadAll(std::move(source), body.size(),
          [&](Result<Bytes> all) { got = all.ok() ? all->size() : 0; });
  ASSERT_TRUE(RunUntil([&] { return got.has_value(); }));
  EXPECT_EQ(*got, body.size());
  Answer(held_[0], "one");
  ASSERT_TRUE(client->Until("one"));
  ASSERT_TRUE(client->Send(kGet));
  ASSERT_TRUE(RunUntil([&] { return held_.size() == 2; }));
  Answer(held_[1], "two");
  EXPECT_TRUE(client->Until("two"));
}

TEST_F(ServerBodyTest, ALargeBodyWaitsForItsReader) {
  Hold();
  StartServer();
  auto client = Connect();
  const std::string body(32 << 20, 'b');
  ASSERT_TRUE(client->Send(Post("Content-Length: " + std::to_string(body.size()) + "\r\n")));
  ASSERT_TRUE(RunUntil([&] { return held_.size() == 1; }));
  auto source = held_[0]->TakeBody();
  size_t sent = 0;
  for (int quiet = 0; quiet < 20;) {
    const size_t now = client->SendSome(std::string_view(body).substr(sent));
    sent += now;
    quiet = now == 0 ? quiet + 1 : 0;
    if (now == 0) Settle();
  }
  ASSERT_LT(sent, body.size()) << "the server read everything although nobody wanted it";
  std::optional<size_t> got;
  ReadAll(std::move(source), body.size(), [&](Result<Bytes> all) { got = all->size(); });
  ASSERT_TRUE(RunUntil([&] {
    const size_t now = client->SendSome(std::string_view(body).substr(sent));
    sent += now;
    if (now > 0) loop_->Post([] {});
    return got.has_value();
  }));
  EXPECT_EQ(*got, body.size());
  Answer(held_[0], "thanks");
  EXPECT_TRUE(client->Until("thanks"));
}

TEST_F(ServerBodyTest, ContinueIsSentWhenTheBodyIsTaken) {
  Hold();
  StartServer();
  auto client = Connect();
  ASSERT_TRUE(client->Send(Post("Content-Length: 5\r\nExpect: 100-continue\r\n")));
  ASSERT_TRUE(RunUntil([&] { return held_.size() == 1; }));
  Settle();
  EXPECT_EQ(client->received, "");
  EchoOne(held_[0]);
  ASSERT_TRUE(client->Until("HTTP/1.1 100 Continue\r\n\r\n"));
  ASSERT_TRUE(client->Send("hello"));
  ASSERT_TRUE(client->Until("got hello"));
  EXPECT_THAT(client->received, Not(HasSubstr("Connection: close")));
}

TEST_F(ServerBodyTest, AnAnswerWithoutContinueClosesTheConnection) {
  StartServer();
  auto client = Connect();
  ASSERT_TRUE(client->Send(Post("Content-Length: 5\r\nExpect: 100-continue\r\n")));
  ASSERT_TRUE(RunUntil([&] { return client->ended; }));
  EXPECT_THAT(client->received, StartsWith("HTTP/1.1 200 OK"));
  EXPECT_THAT(client->received, HasSubstr("Connection: close\r\n"));
}

TEST_F(ServerBodyTest, AnUnreadBodyIsReadOverWhenItIsSmall) {
  StartServer();
  auto client = Connect();
  const std::string body(100'000, 'x');
  ASSERT_TRUE(client->Send(Post("Content-Length: 100000\r\n")));
  ASSERT_TRUE(client->Until("POST /"));
  ASSERT_TRUE(client->Send(body));
  ASSERT_TRUE(client->Send(kGet));
  EXPECT_TRUE(client->Until("GET /"));
}

TEST_F(ServerBodyTest, AnUnreadBodyThatIsLongEndsTheConnection) {
  StartServer();
  auto client = Connect();
  const std::string body(32 << 20, 'x');
  ASSERT_TRUE(client->Send(Post("Content-Length: " + std::to_string(body.size()) + "\r\n")));
  ASSERT_TRUE(client->Until("POST /"));
  size_t sent = 0;
  ASSERT_TRUE(RunUntil([&] {
    sent += client->SendSome(std::string_view(body).substr(sent));
    if (!client->ended && !client->reset) loop_->Post([] {});
    return client->ended || client->reset;
  }));
  EXPECT_LT(sent, body.size());
}

TEST_F(ServerBodyTest, ACancelledBodyIsReadOver) {
  on_request_ = [](Exchange* exchange) {
    auto body = exchange->TakeBody();
    if (body) body->Cancel();
    Answer(exchange, "cancelled");
  };
  StartServer();
  auto client = Connect();
  ASSERT_TRUE(client->Send(Post("Content-Length: 10\r\n", "01234")));
  ASSERT_TRUE(client->Until("cancelled"));
  ASSERT_TRUE(client->Send("56789" + std::string(kGet)));
  ASSERT_TRUE(client->UntilTimes("\r\n\r\ncancelled", 2));
}

TEST_F(ServerBodyTest, ABodyMayBeReadAfterTheAnswer) {
  std::optional<std::string> got;
  on_request_ = [&](Exchange* exchange) {
    auto body = exchange->TakeBody();
    Answer(exchange, "early");
    if (!body) return;
    ReadAll(std::move(body), 100, [&](Result<Bytes> all) { got = std::string(all->text()); });
  };
  StartServer();
  auto client = Connect();
  ASSERT_TRUE(client->Send(Post("Content-Length: 5\r\n", "he")));
  ASSERT_TRUE(client->Until("early"));
  ASSERT_TRUE(client->Send("llo" + std::string(kGet)));
  ASSERT_TRUE(client->UntilTimes("\r\n\r\nearly", 2));
  EXPECT_EQ(got, "hello");
}

TEST_F(ServerBodyTest, ABodyThatBreaksFails) {
  Echo();
  StartServer();
  auto client = Connect();
  ASSERT_TRUE(client->Send(Post("Content-Length: 5\r\n", "he")));
  ASSERT_TRUE(RunUntil([&] { return requests_ == 1; }));
  client->HalfClose();
  ASSERT_TRUE(client->UntilClosed());
  EXPECT_THAT(client->received, HasSubstr("the client closed the connection before"));
}

TEST_F(ServerBodyTest, ABadChunkIsAnsweredWith400) {
  std::string failure;
  bool aborted = false;
  on_request_ = [&](Exchange* exchange) {
    exchange->set_abort_callback([&] { aborted = true; });
    ReadAll(exchange->TakeBody(), 100, [&, exchange](Result<Bytes> all) {
      failure = all.status().ToString();
      Answer(exchange, "never seen");
    });
  };
  StartServer();
  auto client = Connect();
  ASSERT_TRUE(client->Send(Post("Transfer-Encoding: chunked\r\n", "5\r\nhello\r\nzz\r\n")));
  ASSERT_TRUE(RunUntil([&] { return client->ended; }));
  EXPECT_THAT(client->received, StartsWith("HTTP/1.1 400 "));
  EXPECT_EQ(client->Count("HTTP/1.1"), 1u);
  EXPECT_THAT(failure, HasSubstr("chunk"));
}

TEST_F(ServerBodyTest, AChunkedBodyPastTheLimitIsAnsweredWith413) {
  limits_.body_bytes = 10;
  Echo();
  StartServer();
  auto client = Connect();
  ASSERT_TRUE(
      client->Send(Post("Transfer-Encoding: chunked\r\n", "b\r\nhello world\r\n0\r\n\r\n")));
  ASSERT_TRUE(RunUntil([&] { return client->ended; }));
  EXPECT_THAT(client->received, StartsWith("HTTP/1.1 413 "));
}

TEST_F(ServerBodyTest, ABodyThatStallsFails) {
  limits_.body_timeout_ms = 60;
  Echo();
  StartServer();
  auto client = Connect();
  ASSERT_TRUE(client->Send(Post("Content-Length: 5\r\n", "he")));
  ASSERT_TRUE(RunUntil([&] { return client->ended; }));
  EXPECT_THAT(client->received, HasSubstr("body_timeout_ms"));
  EXPECT_THAT(client->received, HasSubstr("Connection: close\r\n"));
}

TEST_F(ServerBodyTest, AStreamedAnswerIsChunked) {
  Stream(std::nullopt);
  StartServer();
  auto client = Connect();
  ASSERT_TRUE(client->Send(std::string(kGet) + std::string(kGet)));
  ASSERT_TRUE(RunUntil([&] { return source_ && source_->reader; }));
  source_->Give("hello");
  ASSERT_TRUE(client->Until("5\r\nhello\r\n"));
  EXPECT_THAT(client->received, HasSubstr("Transfer-Encoding: chunked\r\n"));
  auto first = source_;
  first->Give(Bytes());
  ASSERT_TRUE(RunUntil([&] { return source_ != first && source_->reader; }));
  source_->Give(Bytes());
  ASSERT_TRUE(client->UntilTimes("0\r\n\r\n", 2));
}

TEST_F(ServerBodyTest, AStreamOfKnownLengthIsNotChunked) {
  Stream(5);
  StartServer();
  auto client = Connect();
  ASSERT_TRUE(client->Send(kGet));
  ASSERT_TRUE(RunUntil([&] { return source_ && source_->reader; }));
  source_->Give("he");
  source_->Give("llo");
  source_->Give(Bytes());
  ASSERT_TRUE(client->Until("\r\n\r\nhello"));
  EXPECT_THAT(client->received, HasSubstr("Content-Length: 5\r\n"));
  ASSERT_TRUE(client->Send(kGet));
  EXPECT_TRUE(RunUntil([&] { return requests_ == 2; }));
}

TEST_F(ServerBodyTest, AStreamToHttp10EndsWithTheConnection) {
  Stream(std::nullopt);
  StartServer();
  auto client = Connect();
  ASSERT_TRUE(client->Send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
  ASSERT_TRUE(RunUntil([&] { return source_ && source_->reader; }));
  source_->Give("all");
  source_->Give(Bytes());
  ASSERT_TRUE(client->UntilClosed());
  EXPECT_TRUE(client->ended);
  EXPECT_EQ(client->Body(), "all");
}

TEST_F(ServerBodyTest, AStreamThatIsTooShortTooLongOrFailsBreaksTheConnection) {
  for (int kind = 0; kind < 4; ++kind) {
    Stream(kind == 3 ? std::nullopt : std::optional<uint64_t>(5));
    if (!server_) StartServer();
    auto client = Connect();
    source_.reset();
    ASSERT_TRUE(client->Send(kGet));
    ASSERT_TRUE(RunUntil([&] { return source_ && source_->reader; }));
    source_->Give("he");
    if (kind == 0) source_->Give(Bytes());
    if (kind == 1) source_->Give("llo!");
    if (kind >= 2) source_->Give(Internal("no more"));
    ASSERT_TRUE(client->UntilClosed());
    EXPECT_TRUE(client->reset) << kind;
    EXPECT_TRUE(source_->cancelled);
    EXPECT_THAT(client->received, Not(HasSubstr("0\r\n\r\n")));
  }
}

TEST_F(ServerBodyTest, AStreamIsReadOnlyAsFastAsTheClientReads) {
  Stream(std::nullopt);
  StartServer();
  auto client = Connect(4096);
  client->ReadOff();
  ASSERT_TRUE(client->Send(kGet));
  ASSERT_TRUE(RunUntil([&] { return source_ && source_->reader; }));
  const std::string chunk(64 << 10, 'c');
  int given = 0;
  for (; given < 1000 && source_->reader; ++given) {
    source_->Give(chunk);
    Settle();
  }
  ASSERT_LT(given, 1000) << "nobody reads, and still the server asks for more";
  client->ReadOn();
  ASSERT_TRUE(RunUntil([&] { return source_->reader != nullptr; }));
  source_->Give(Bytes());
  ASSERT_TRUE(client->Until("\r\n0\r\n\r\n"));
  EXPECT_EQ(client->Count("10000\r\nccc"), static_cast<size_t>(given));
}

TEST_F(ServerBodyTest, AStreamThatIsAlwaysReadyLeavesOthersTheirTurn) {
  struct Endless final : BodySource {
    void Read(ReadCallback done) override { done(Bytes::Copy(std::string(32 << 10, 'e'))); }
    void Cancel() override {}
    std::optional<uint64_t> length() const override { return std::nullopt; }
  };
  on_request_ = [&](Exchange* exchange) {
    if (exchange->head().path == "/small") return Answer(exchange, "small");
    EXPECT_TRUE(exchange->RespondStream({200, "", {}}, std::make_unique<Endless>()).ok());
    exchange->Release();
  };
  StartServer();
  auto greedy = Connect();
  auto small = Connect();
  ASSERT_TRUE(greedy->Send(kGet));
  ASSERT_TRUE(RunUntil([&] { return greedy->received.size() > 1 << 20; }));
  ASSERT_TRUE(small->Send("GET /small HTTP/1.1\r\nHost: a\r\n\r\n"));
  EXPECT_TRUE(RunUntil([&] {
    greedy->received.clear();
    return small->received.ends_with("small");
  }));
}

TEST_F(ServerBodyTest, AClientThatGoesAwayCancelsTheStream) {
  Stream(std::nullopt);
  StartServer();
  auto client = Connect();
  ASSERT_TRUE(client->Send(kGet));
  ASSERT_TRUE(RunUntil([&] { return source_ && source_->reader; }));
  client->Reset();
  EXPECT_TRUE(RunUntil([&] { return source_->cancelled; }));
  EXPECT_TRUE(RunUntil([&] { return server_->connection_count() == 0; }));
}

TEST_F(ServerBodyTest, HeadAndNoContentDropTheStream) {
  Stream(std::nullopt);
  StartServer();
  auto client = Connect();
  ASSERT_TRUE(client->Send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n"));
  ASSERT_TRUE(client->Until("\r\n\r\n"));
  EXPECT_TRUE(source_->cancelled);
  EXPECT_EQ(source_->reads, 0);
}

TEST_F(ServerBodyTest, ABodyIsPassedThroughFromRequestToResponse) {
  on_request_ = [](Exchange* exchange) {
    EXPECT_TRUE(exchange->RespondStream({200, "", {}}, exchange->TakeBody()).ok());
    exchange->Release();
  };
  StartServer();
  auto client = Connect();
  std::string body;
  for (int i = 0; i < 200'000; ++i) body += std::to_string(i) + ",";
  size_t sent = 0;
  ASSERT_TRUE(client->Send(Post("Content-Length: " + std::to_string(body.size()) + "\r\n")));
  ASSERT_TRUE(RunUntil([&] {
    const size_t now = client->SendSome(std::string_view(body).substr(sent));
    sent += now;
    if (now > 0) loop_->Post([] {});
    return client->Body().size() >= body.size();
  }));
  EXPECT_TRUE(client->Body() == body);
  ASSERT_TRUE(client->Send(Post("Content-Length: 3\r\n", "end")));
  EXPECT_TRUE(client->Until("\r\n\r\nend"));
}

}  // namespace
}  // namespace sedge::http
