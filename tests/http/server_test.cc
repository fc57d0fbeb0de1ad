// SPDX-License-Identifier: Apache-2.0
// Exchanges, keep-alive, pipelining, errors, limits and shutdown. Bodies are in
// server_body_test.cc.
#include "runtime/http/server.h"

#include "tests/http/server_fixture.h"

namespace sedge::http {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class ServerTest : public ServerFixture {};

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

std::string Get(std::string_view path, std::string_view fields = "") {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n";
}

TEST_F(ServerTest, AnswersAndKeepsTheConnection) {
  StartServer();
  auto client = Connect();
  for (int i = 1; i <= 3; ++i) {
    ASSERT_TRUE(client->Send(Get("/" + std::to_string(i))));
    ASSERT_TRUE(client->Until("GET /" + std::to_string(i)));
  }
  EXPECT_THAT(client->received, StartsWith("HTTP/1.1 200 OK\r\nDate: "));
  EXPECT_THAT(client->received, HasSubstr("Content-Length: 6\r\n\r\nGET /1HTTP/1.1 200"));
  EXPECT_THAT(client->received, Not(HasSubstr("Connection:")));
  EXPECT_EQ(server_->connection_count(), 1u);
  client.reset();
  EXPECT_TRUE(RunUntil([&] { return server_->connection_count() == 0; }));
}

TEST_F(ServerTest, AHandlerSeesTheHeadAndTheClient) {
  std::string seen;
  on_request_ = [&](Exchange* exchange) {
    const RequestHead& head = exchange->head();
    seen = std::string(head.method) + " " + std::string(head.target) + " " +
           std::string(head.host) + " " + std::string(head.Find("x-y")->value) + " " +
           std::string(exchange->client_address()) + (head.tls ? " tls" : "");
    EXPECT_EQ(exchange->TakeBody(), nullptr);
    EXPECT_EQ(exchange->user_data, 0u);
    exchange->user_data = 7;
    Answer(exchange, "ok");
  };
  StartServer();
  auto client = Connect();
  ASSERT_TRUE(client->Send("GET /p HTTP/1.1\r\nHost: h:1\r\nX-Y: z\r\n\r\n"));
  ASSERT_TRUE(client->Until("ok"));
  EXPECT_EQ(seen, "GET /p h:1 z 127.0.0.1");
  ASSERT_TRUE(client->Send("GET /p HTTP/1.1\r\nHost: h:1\r\nX-Y: 2\r\n\r\n"));
  ASSERT_TRUE(client->UntilTimes("\r\n\r\nok", 2));
}

TEST_F(ServerTest, PipelinedRequestsAreAnsweredInOrderWithOneWrite) {
  StartServer();
  auto client = Connect();
  ASSERT_TRUE(client->Send(Get("/1") + Get("/2") + Get("/3")));
  ASSERT_TRUE(client->Until("GET /3"));
  EXPECT_EQ(client->Count("HTTP/1.1 200"), 3u);
  EXPECT_LT(client->received.find("GET /1"), client->received.find("GET /2"));
}

TEST_F(ServerTest, APipelinedRequestWaitsForTheOneBeforeIt) {
  Hold();
  StartServer();
  auto client = Connect();
  ASSERT_TRUE(client->Send(Get("/1") + Get("/2")));
  ASSERT_TRUE(RunUntil([&] { return held_.size() == 1; }));
  Settle();
  ASSERT_EQ(held_.size(), 1u);
  EXPECT_EQ(held_[0]->head().path, "/1");
  Answer(held_[0], "one");
  ASSERT_TRUE(RunUntil([&] { return held_.size() == 2; }));
  EXPECT_EQ(held_[1]->head().path, "/2");
  Answer(held_[1], "two");
  ASSERT_TRUE(client->Until("two"));
  EXPECT_LT(client->received.find("one"), client->received.find("two"));
}

TEST_F(ServerTest, PipelinedRequestsThatTheTurnHookAnswersGoOutTogether) {
  Hold();
  StartServer();
  size_t answered = 0;
  loop_->set_turn_hook([&] {
    while (answered < held_.size()) {
      Exchange* exchange = held_[answered++];
      Answer(exchange, Line(exchange));
    }
  });
  auto client = Connect();
  std::string all;
  for (int i = 0; i < 20; ++i) all += Get("/" + std::to_string(i));
  ASSERT_TRUE(client->Send(all));
  // One read of the client has all of it: the server wrote once.
  ASSERT_TRUE(RunUntil([&] { return !client->received.empty(); }));
  EXPECT_EQ(client->Count("HTTP/1.1 200"), 20u);
}

TEST_F(ServerTest, ManyPipelinedRequestsAreNotReadWithoutBound) {
  Hold();
  StartServer();
  auto client = Connect();
  const std::string request = Get("/x", "X: " + std::string(1000, 'x') + "\r\n");
  size_t sent = 0;
  // Until the kernel takes no more, although the loop runs: the server has stopped reading.
  for (int quiet = 0; quiet < 20;) {
    const size_t now = client->SendSome(request.substr(sent % request.size()));
    sent += now;
    quiet = now == 0 ? quiet + 1 : 0;
    if (now == 0) Settle();
    ASSERT_LT(sent, 64u << 20);
  }
  EXPECT_EQ(held_.size(), 1u);
}

TEST_F(ServerTest, ConnectionCloseIsHonoured) {
  StartServer();
  auto client = Connect();
  ASSERT_TRUE(client->Send(Get("/", "Connection: close\r\n")));
  ASSERT_TRUE(client->UntilClosed());
  EXPECT_TRUE(client->ended);
  EXPECT_THAT(client->received, HasSubstr("Connection: close\r\n"));
  EXPECT_TRUE(client->received.ends_with("GET /"));
}

TEST_F(ServerTest, Http10ClosesUnlessAskedToStay) {
  StartServer();
  auto client = Connect();
  ASSERT_TRUE(client->Send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
  ASSERT_TRUE(client->Until("GET /"));
  EXPECT_THAT(client->received, HasSubstr("Connection: keep-alive\r\n"));
  ASSERT_TRUE(client->Send("GET /2 HTTP/1.0\r\n\r\n"));
  ASSERT_TRUE(client->UntilClosed());
  EXPECT_TRUE(client->received.ends_with("GET /2"));
}

TEST_F(ServerTest, HeadHasLengthAndNoBody) {
  StartServer();
  auto client = Connect();
  ASSERT_TRUE(client->Send("HEAD /abc HTTP/1.1\r\nHost: a\r\n\r\n" + std::string(kGet)));
  ASSERT_TRUE(client->Until("GET /"));
  EXPECT_THAT(client->received, HasSubstr("Content-Length: 9\r\n\r\nHTTP/1.1 200"));
}

// RFC 9110 section 8.6: a length that nobody knows is not said.
TEST_F(ServerTest, HeadOfAnUnknownBodyHasTheLengthThatItsHeadSays) {
  on_request_ = [](Exchange* exchange) {
    const HeaderField said[] = {{"Content-Length", "7"}};
    const bool says = exchange->head().path == "/says";
    EXPECT_TRUE(
        exchange->RespondStream({says ? 200 : 203, "", {said, says ? 1u : 0u}}, nullptr).ok());
    exchange->Release();
  };
  StartServer();
  auto client = Connect();
  ASSERT_TRUE(
      client->Send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\nHEAD /says HTTP/1.1\r\nHost: a\r\n\r\n"));
  ASSERT_TRUE(client->UntilTimes("\r\n\r\n", 2));
  EXPECT_EQ(client->Count("Content-Length"), 1u);
  EXPECT_EQ(client->Count("Transfer-Encoding"), 0u);
  EXPECT_TRUE(client->received.ends_with("Content-Length: 7\r\n\r\n"));
}

TEST_F(ServerTest, AHandlerThatDoesNotAnswerGives500) {
  on_request_ = [](Exchange* exchange) { exchange->Release(); };
  StartServer();
  auto client = Connect();
  ASSERT_TRUE(client->Send(kGet));
  ASSERT_TRUE(client->Until("Internal Server Error\n"));
  EXPECT_THAT(client->received, StartsWith("HTTP/1.1 500 "));
}

TEST_F(ServerTest, AHeadThatCannotBeSentIsRefusedAndAnotherMayFollow) {
  on_request_ = [](Exchange* exchange) {
    const HeaderField bad[] = {{"X", "a\nb"}};
    EXPECT_EQ(exchange->Respond({200, "", bad}, "x").code(), StatusCode::kInvalidArgument);
    EXPECT_FALSE(exchange->RespondStream({200, "", bad}, MakeBytesBody(Bytes())).ok());
    Answer(exchange, "mended", 502);
  };
  StartServer();
  auto client = Connect();
  ASSERT_TRUE(client->Send(kGet));
  ASSERT_TRUE(client->Until("mended"));
  EXPECT_THAT(client->received, StartsWith("HTTP/1.1 502 "));
}

TEST_F(ServerTest, BadRequestsAreAnsweredAndClosed) {
  limits_.url_bytes = 100;
  StartServer();
  struct Case {
    std::string bytes;
    int status;
  };
  const Case cases[] = {{"nonsense\r\n\r\n", 400},
                        {"GET / HTTP/1.1\r\n\r\n", 400},
                        {Get("/", "Expect: x\r\n"), 417},
                        {Get("/" + std::string(200, 'x')), 414},
                        {"GET / HTTP/3.0\r\nHost: a\r\n\r\n", 505},
                        {Get("/", "A: " + std::string(70'000, 'x') + "\r\n"), 431}};
  for (const Case& c : cases) {
    auto client = Connect();
    ASSERT_TRUE(client->Send(c.bytes));
    client->HalfClose();
    ASSERT_TRUE(client->UntilClosed()) << c.bytes;
    EXPECT_TRUE(client->ended) << c.status;
    EXPECT_THAT(client->received, StartsWith("HTTP/1.1 " + std::to_string(c.status) + " "));
    EXPECT_THAT(client->received, HasSubstr("Connection: close\r\n"));
  }
  EXPECT_EQ(requests_, 0);
}

TEST_F(ServerTest, AnErrorBehindGoodRequestsComesAfterTheirAnswers) {
  StartServer();
  auto client = Connect();
  ASSERT_TRUE(client->Send(Get("/1") + "bad\r\n\r\n" + Get("/2")));
  client->HalfClose();
  ASSERT_TRUE(client->UntilClosed());
  EXPECT_LT(client->received.find("GET /1"), client->received.find("HTTP/1.1 400"));
  EXPECT_EQ(requests_, 1);
}

// A client that still sends must be able to read why it was refused.
TEST_F(ServerTest, ARefusedClientIsReadFromUntilItCloses) {
  StartServer();
  auto client = Connect();
  ASSERT_TRUE(client->Send("bad\r\n\r\n"));
  ASSERT_TRUE(RunUntil([&] { return client->ended; }));
  EXPECT_THAT(client->received, StartsWith("HTTP/1.1 400 "));
  EXPECT_EQ(server_->connection_count(), 1u);
  ASSERT_TRUE(client->Send("more"));
  Settle();
  client->HalfClose();
  EXPECT_TRUE(RunUntil([&] { return server_->connection_count() == 0; }));
  EXPECT_FALSE(client->reset);
}

TEST_F(ServerTest, AHalfClosedClientGetsItsAnswers) {
  Hold();
  StartServer();
  auto client = Connect();
  ASSERT_TRUE(client->Send(Get("/1") + Get("/2")));
  client->HalfClose();
  for (size_t i = 0; i < 2; ++i) {
    ASSERT_TRUE(RunUntil([&] { return held_.size() == i + 1; }));
    Settle();
    EXPECT_FALSE(held_[i]->aborted());
    Answer(held_[i], "answer");
  }
  ASSERT_TRUE(client->UntilClosed());
  EXPECT_TRUE(client->ended);
  EXPECT_EQ(client->Count("\r\n\r\nanswer"), 2u);
}

TEST_F(ServerTest, AClientThatClosesInTheMiddleOfAHeadIsForgotten) {
  StartServer();
  auto client = Connect();
  ASSERT_TRUE(client->Send("GET / HT"));
  ASSERT_TRUE(RunUntil([&] { return server_->connection_count() == 1; }));
  client->HalfClose();
  ASSERT_TRUE(client->UntilClosed());
  EXPECT_EQ(client->received, "");
  EXPECT_TRUE(RunUntil([&] { return server_->connection_count() == 0; }));
}

TEST_F(ServerTest, AClientThatGoesAwayAbortsTheExchange) {
  int aborts = 0;
  on_request_ = [&](Exchange* exchange) {
    exchange->set_abort_callback([&] { ++aborts; });
    held_.push_back(exchange);
  };
  StartServer();
  auto client = Connect();
  ASSERT_TRUE(client->Send(kGet));
  ASSERT_TRUE(RunUntil([&] { return held_.size() == 1; }));
  client->Reset();
  ASSERT_TRUE(RunUntil([&] { return aborts == 1; }));
  Exchange* exchange = held_[0];
  EXPECT_TRUE(exchange->aborted());
  // All of this is still legal.
  EXPECT_EQ(exchange->head().path, "/");
  EXPECT_EQ(exchange->client_address(), "127.0.0.1");
  EXPECT_EQ(exchange->TakeBody(), nullptr);
  EXPECT_TRUE(exchange->Respond({200, "", {}}, "late").ok());
  EXPECT_EQ(server_->connection_count(), 1u);
  exchange->Release();
  EXPECT_TRUE(RunUntil([&] { return server_->connection_count() == 0; }));
  EXPECT_EQ(aborts, 1);
}

// It sends nothing but the end of its stream, as a client that half closes does.
TEST_F(ServerTest, AClientThatClosesIsNoticedBeforeALongResponse) {
  bool aborted = false;
  on_request_ = [&](Exchange* exchange) {
    exchange->set_abort_callback([&aborted, exchange] {
      aborted = true;
      exchange->Release();
    });
  };
  StartServer();
  auto client = Connect();
  ASSERT_TRUE(client->Send(kGet));
  ASSERT_TRUE(RunUntil([&] { return requests_ == 1; }));
  client.reset();
  EXPECT_TRUE(RunUntil([&] { return aborted; }));
  EXPECT_TRUE(RunUntil([&] { return server_->connection_count() == 0; }));
}

// Nobody reads so far: neither its end nor a reset is told by itself.
TEST_F(ServerTest, AClientThatLeavesBehindAnUnreadBodyIsNoticed) {
  limits_.body_timeout_ms = 60;  // so that deadlines are looked at often
  for (const bool reset : {false, true}) {
    SCOPED_TRACE(reset);
    bool aborted = false;
    on_request_ = [&](Exchange* exchange) {
      exchange->set_abort_callback([&aborted, exchange] {
        aborted = true;
        exchange->Release();
      });
    };
    StartServer();
    auto client = Connect();
    ASSERT_TRUE(client->Send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n" +
                             std::string(100'000, 'x')));
    ASSERT_TRUE(RunUntil([&] { return requests_ == (reset ? 2 : 1); }));
    Settle();
    if (reset) client->Reset();
    client.reset();
    EXPECT_TRUE(RunUntil([&] { return aborted; }));
    EXPECT_TRUE(RunUntil([&] { return server_->connection_count() == 0; }));
  }
}

TEST_F(ServerTest, TheAbortCallbackMayRelease) {
  on_request_ = [&](Exchange* exchange) {
    exchange->set_abort_callback([exchange] { exchange->Release(); });
  };
  StartServer();
  auto client = Connect();
  ASSERT_TRUE(client->Send(kGet));
  ASSERT_TRUE(RunUntil([&] { return requests_ == 1; }));
  client->Reset();
  EXPECT_TRUE(RunUntil([&] { return server_->connection_count() == 0; }));
}

TEST_F(ServerTest, AHandlerMayAbort) {
  on_request_ = [](Exchange* exchange) {
    exchange->Abort();
    EXPECT_TRUE(exchange->aborted());
    exchange->Release();
  };
  StartServer();
  auto client = Connect();
  ASSERT_TRUE(client->Send(std::string(kGet) + std::string(kGet)));
  ASSERT_TRUE(client->UntilClosed());
  EXPECT_TRUE(client->reset);
  EXPECT_EQ(client->received, "");
  EXPECT_EQ(requests_, 1);
}

TEST_F(ServerTest, TooManyConnectionsAreRefused) {
  limits_.connections = 2;
  StartServer();
  auto one = Connect();
  auto two = Connect();
  ASSERT_TRUE(RunUntil([&] { return server_->connection_count() == 2; }));
  auto three = Connect();
  ASSERT_TRUE(RunUntil([&] { return three->ended; }));
  EXPECT_THAT(three->received, StartsWith("HTTP/1.1 503 "));
  one.reset();
  three.reset();
  ASSERT_TRUE(RunUntil([&] { return server_->connection_count() == 1; }));
  auto four = Connect();
  ASSERT_TRUE(four->Send(kGet));
  EXPECT_TRUE(four->Until("GET /"));
}

TEST_F(ServerTest, ASlowHeadGets408) {
  limits_.head_timeout_ms = 60;
  StartServer();
  auto client = Connect();
  ASSERT_TRUE(client->Send("GET / HTTP/1.1\r\n"));
  ASSERT_TRUE(RunUntil([&] { return client->ended; }));
  EXPECT_THAT(client->received, StartsWith("HTTP/1.1 408 "));
}

TEST_F(ServerTest, SilentConnectionsAreClosed) {
  limits_.head_timeout_ms = 10'000;
  limits_.idle_timeout_ms = 60;
  StartServer();
  auto client = Connect();
  ASSERT_TRUE(client->Send(kGet));
  ASSERT_TRUE(RunUntil([&] { return client->ended; }));
  EXPECT_EQ(client->Count("HTTP/1.1"), 1u);
}

TEST_F(ServerTest, AReaderThatTakesNothingIsCutOff) {
  limits_.write_timeout_ms = 60;
  const std::string body(8 << 20, 'x');
  on_request_ = [&](Exchange* exchange) {
    exchange->set_abort_callback([this, exchange] { held_.push_back(exchange); });
    EXPECT_TRUE(exchange->Respond({200, "", {}}, body).ok());
  };
  StartServer();
  auto client = Connect(4096);
  client->ReadOff();
  ASSERT_TRUE(client->Send(kGet));
  ASSERT_TRUE(RunUntil([&] { return held_.size() == 1; }));
  held_[0]->Release();
  EXPECT_TRUE(RunUntil([&] { return server_->connection_count() == 0; }));
}

TEST_F(ServerTest, ALargeAnswerArrivesWholeThroughASlowReader) {
  std::string body;
  for (int i = 0; i < 300'000; ++i) body += std::to_string(i) + ",";
  on_request_ = [&](Exchange* exchange) { Answer(exchange, body); };
  StartServer();
  auto client = Connect(4096);
  ASSERT_TRUE(client->Send(Get("/", "Connection: close\r\n")));
  ASSERT_TRUE(client->UntilClosed());
  EXPECT_TRUE(client->ended);
  EXPECT_TRUE(client->Body() == body);
}

TEST_F(ServerTest, ShutdownLetsRunningRequestsFinish) {
  Hold();
  StartServer();
  auto idle = Connect();
  auto busy = Connect();
  ASSERT_TRUE(busy->Send(kGet));
  ASSERT_TRUE(RunUntil([&] { return held_.size() == 1 && server_->connection_count() == 2; }));
  bool done = false;
  server_->Shutdown(10'000, [&] { done = true; });
  ASSERT_TRUE(idle->UntilClosed());
  EXPECT_FALSE(RawClient(*loop_, port_).connected());
  EXPECT_FALSE(done);
  Answer(held_[0], "last");
  ASSERT_TRUE(busy->UntilClosed());
  EXPECT_TRUE(busy->received.ends_with("last"));
  EXPECT_THAT(busy->received, HasSubstr("Connection: close\r\n"));
  EXPECT_TRUE(RunUntil([&] { return done; }));
}

TEST_F(ServerTest, ShutdownEndsWhatTakesTooLong) {
  bool aborted = false;
  on_request_ = [&](Exchange* exchange) {
    exchange->set_abort_callback([&aborted, exchange] {
      aborted = true;
      exchange->Release();
    });
  };
  StartServer();
  auto client = Connect();
  ASSERT_TRUE(client->Send(kGet));
  ASSERT_TRUE(RunUntil([&] { return requests_ == 1; }));
  bool done = false;
  server_->Shutdown(20, [&] { done = true; });
  EXPECT_TRUE(RunUntil([&] { return done; }));
  EXPECT_TRUE(aborted);
}

TEST_F(ServerTest, ShutdownWithoutConnectionsIsDoneAndMayDestroyTheServer) {
  StartServer();
  server_->Shutdown(10'000, [&] { server_.reset(); });
  EXPECT_TRUE(RunUntil([&] { return server_ == nullptr; }));
}

TEST_F(ServerTest, ConnectionsMayComeThroughOtherStreams) {
  bool tls = false;
  on_request_ = [&](Exchange* exchange) {
    tls = exchange->head().tls;
    Answer(exchange, "over tls");
  };
  StartServer();
  uint16_t other_port = 0;
  auto listener = loop::Listen(*loop_, {}, [&](std::unique_ptr<loop::Stream> stream) {
    server_->Accept(std::move(stream), /*tls=*/true);
  });
  ASSERT_TRUE(listener.ok());
  other_port = (*listener)->port();
  RawClient client(*loop_, other_port);
  ASSERT_TRUE(client.Send(kGet));
  ASSERT_TRUE(client.Until("over tls"));
  EXPECT_TRUE(tls);
}

}  // namespace
}  // namespace sedge::http
