// SPDX-License-Identifier: Apache-2.0
// What a client may not do: be slow, ask for ever, come in crowds; and how the server ends.
#include <chrono>
#include <functional>
#include <memory>

#include "tests/http/server_fixture.h"

namespace sedge::http {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::string kGet = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

class ServerLimitsTest : public ServerFixture {
 protected:
  // Calls `act` every few milliseconds of the loop until it says false or the time is over.
  void Every(int64_t ms, const std::function<bool()>& act) {
    loop::Timer timer(*loop_, [&] {
      if (act()) {
        timer.Start(static_cast<uint64_t>(ms));
      } else {
        loop_->Stop();
      }
    });
    timer.Start(static_cast<uint64_t>(ms));
    loop_->Run();
  }
  void AnswerWith(const std::string& body) {
    on_request_ = [&body](Exchange* exchange) { Answer(exchange, body); };
  }
};

// A head has a time as a whole: bytes now and then do not stretch it.
TEST_F(ServerLimitsTest, AHeadThatTricklesInGets408) {
  limits_.head_timeout_ms = 100;
  StartServer();
  auto client = Connect();
  ASSERT_TRUE(client->Send("GET / HTTP/1.1\r\nX: "));
  Every(5, [&] { return client->Send("x") && !client->ended && !client->reset; });
  EXPECT_THAT(client->received, StartsWith("HTTP/1.1 408 "));
  EXPECT_THAT(client->received, HasSubstr("(head_timeout_ms)"));
  EXPECT_EQ(requests_, 0);
}

TEST_F(ServerLimitsTest, AClientThatSaysNothingIsClosed) {
  limits_.head_timeout_ms = 60;
  StartServer();
  auto client = Connect();
  ASSERT_TRUE(client->UntilClosed());
  EXPECT_EQ(client->received, "");
}

// Between two pieces of a body: a slow one that goes on is let go on.
TEST_F(ServerLimitsTest, ABodyMayTrickleInAsLongAsItGoesOn) {
  limits_.body_timeout_ms = 2'000;
  std::string body;
  std::vector<std::unique_ptr<BodySource>> sources;
  on_request_ = [&](Exchange* exchange) {
    ReadAll(exchange->TakeBody(), 1000, [&, exchange](Result<Bytes> all) {
      ASSERT_TRUE(all.ok());
      Answer(exchange, std::to_string(all->size()));
    });
  };
  StartServer();
  auto client = Connect();
  ASSERT_TRUE(client->Send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 20\r\n\r\n"));
  int sent = 0;
  Every(5, [&] { return client->Send("x") && ++sent < 20; });
  EXPECT_TRUE(client->Until("\r\n\r\n20"));
}

// A loop that was busy finds what is overdue and what came meanwhile together: the bytes go first.
TEST_F(ServerLimitsTest, WhatCameWhileTheLoopWasBusyIsReadBeforeItsDeadline) {
  limits_.head_timeout_ms = limits_.idle_timeout_ms = limits_.body_timeout_ms = 2'000;
  std::vector<std::unique_ptr<RawClient>> clients;
  std::function<void()> busy;
  on_request_ = [&](Exchange* exchange) {
    if (exchange->head().path == "/busy") busy();
    ReadAll(exchange->TakeBody(), 1000, [&, exchange](Result<Bytes> all) {
      Answer(exchange, all.ok() ? "got " + std::to_string(all->size()) : "no body");
    });
  };
  StartServer();
  const std::string post = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n";
  auto idle = Connect();
  ASSERT_TRUE(idle->Send(post + "body"));
  ASSERT_TRUE(idle->Until("got 4"));
  auto in_head = Connect();
  ASSERT_TRUE(in_head->Send("POST / HTTP/1.1\r\n"));
  auto in_body = Connect();
  ASSERT_TRUE(in_body->Send(post));
  auto fresh = Connect();
  ASSERT_TRUE(RunUntil([&] { return requests_ == 2 && server_->connection_count() == 4; }));
  busy = [&] {
    const uint64_t until = uv_hrtime() + 2'500'000'000;
    EXPECT_TRUE(idle->Send(post + "body"));
    EXPECT_TRUE(in_head->Send(post.substr(post.find('\n') + 1) + "body"));
    EXPECT_TRUE(in_body->Send("body"));
    EXPECT_TRUE(fresh->Send(post + "body"));
    while (uv_hrtime() < until) {
    }
  };
  auto other = Connect();
  ASSERT_TRUE(other->Send("POST /busy HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody"));
  for (const auto& client : {&idle, &in_head, &in_body, &fresh}) {
    EXPECT_TRUE(RunUntil([&] {
      return (*client)->Count("got 4") == (client == &idle ? 2 : 1) || (*client)->ended;
    }));
    EXPECT_TRUE((*client)->received.ends_with("got 4")) << (*client)->received;
  }
}

TEST_F(ServerLimitsTest, AReaderThatTakesTooLittleIsCutOff) {
  limits_.write_timeout_ms = 300;
  limits_.write_progress_bytes = 4u << 20;
  const std::string body(32 << 20, 'x');
  AnswerWith(body);
  StartServer();
  auto client = Connect(8192);
  client->ReadOff();
  ASSERT_TRUE(client->Send(kGet));
  Every(5, [&] {
    return client->Take(4096) && server_->connection_count() <= 1 &&
           (requests_ == 0 || server_->connection_count() == 1);
  });
  EXPECT_EQ(server_->connection_count(), 0u);
  EXPECT_LT(client->received.size(), body.size());
}

TEST_F(ServerLimitsTest, AReaderThatTakesEnoughIsServed) {
  limits_.write_timeout_ms = 2'000;
  limits_.write_progress_bytes = 1024;
  const std::string body(4 << 20, 'x');
  AnswerWith(body);
  StartServer();
  auto client = Connect(8192);
  client->ReadOff();
  ASSERT_TRUE(client->Send(kGet));
  // For longer than the time, some KB at a time.
  const uint64_t until = loop_->now_ms() + 2'500;
  Every(5, [&] { return client->Take(4096) && loop_->now_ms() < until; });
  EXPECT_EQ(server_->connection_count(), 1u);
  client->ReadOn();
  ASSERT_TRUE(RunUntil([&] { return client->Body().size() == body.size(); }));
}

TEST_F(ServerLimitsTest, AConnectionEndsAfterItsLastRequest) {
  limits_.connection_requests = 3;
  StartServer();
  auto client = Connect();
  std::string requests;
  for (int i = 0; i < 5; ++i) requests += kGet;
  ASSERT_TRUE(client->Send(requests));
  ASSERT_TRUE(client->UntilClosed());
  EXPECT_TRUE(client->ended);
  EXPECT_EQ(requests_, 3);
  EXPECT_EQ(client->Count("HTTP/1.1 200"), 3u);
  EXPECT_EQ(client->Count("Connection: close\r\n"), 1u);
  EXPECT_TRUE(client->received.ends_with("GET /"));
}

// Those beyond the limit are told so, but a crowd of them is no load.
TEST_F(ServerLimitsTest, ACrowdBeyondTheLimitIsReset) {
  limits_.connections = 1;
  StartServer();
  auto first = Connect();
  ASSERT_TRUE(RunUntil([&] { return server_->connection_count() == 1; }));
  std::vector<std::unique_ptr<RawClient>> crowd;
  for (size_t i = 0; i < Server::kMaxRefused + 20; ++i) {
    crowd.push_back(Connect());
    crowd.back()->Send("GET / HTTP/1.1\r\n");  // makes the server linger
  }
  ASSERT_TRUE(RunUntil([&] {
    return std::all_of(crowd.begin(), crowd.end(),
                       [](const auto& client) { return client->ended || client->reset; });
  }));
  EXPECT_LE(server_->connection_count(), 1 + Server::kMaxRefused);
  size_t told = 0;
  for (const auto& client : crowd) told += client->received.starts_with("HTTP/1.1 503 ");
  EXPECT_GE(told, 1u);
  EXPECT_LE(told, Server::kMaxRefused);
  crowd.clear();
  ASSERT_TRUE(RunUntil([&] { return server_->connection_count() == 1; }));
  ASSERT_TRUE(first->Send(kGet));
  EXPECT_TRUE(first->Until("GET /"));
}

TEST_F(ServerLimitsTest, AConnectionThatWasRefusedTakesNoPlace) {
  limits_.connections = 1;
  StartServer();
  auto first = Connect();
  ASSERT_TRUE(RunUntil([&] { return server_->connection_count() == 1; }));
  auto refused = Connect();
  refused->Send("GET / HTTP/1.1\r\n");  // makes the server linger
  ASSERT_TRUE(RunUntil([&] { return refused->ended; }));
  ASSERT_EQ(server_->connection_count(), 2u);
  first.reset();
  ASSERT_TRUE(RunUntil([&] { return server_->connection_count() == 1; }));
  auto second = Connect();
  ASSERT_TRUE(second->Send(kGet));
  EXPECT_TRUE(second->Until("GET /")) << second->received;
}

// An idle connection is to cost little more than its socket.
static_assert(sizeof(ServerConnection) <= 144);

TEST_F(ServerLimitsTest, AnIdleConnectionHasNoMessage) {
  limits_.body_timeout_ms = 40;  // deadlines are looked at every 10 ms
  StartServer();
  auto first = Connect();
  auto second = Connect();
  ASSERT_TRUE(RunUntil([&] { return server_->connection_count() == 2; }));
  EXPECT_EQ(server_->message_count(), 0u);
  ASSERT_TRUE(first->Send(kGet));
  ASSERT_TRUE(first->Until("GET /"));
  EXPECT_EQ(server_->message_count(), 0u);
  // Something of a message is enough, also an empty line before it.
  ASSERT_TRUE(first->Send("\r\n"));
  ASSERT_TRUE(second->Send("GET /again HTTP/1.1\r\nHost: x\r\nX-Long: "));
  ASSERT_TRUE(RunUntil([&] { return server_->message_count() == 2; }));
  second->received.clear();
  ASSERT_TRUE(second->Send(std::string(5000, 'x') + "\r\n\r\n"));
  EXPECT_TRUE(second->Until("GET /again"));
  ASSERT_TRUE(first->Send("\r\n\r\n\r\n\r\n"));
  EXPECT_TRUE(first->UntilTimes("too many empty lines", 1)) << first->received;
  first.reset();
  ASSERT_TRUE(RunUntil([&] { return server_->connection_count() == 1; }));
  EXPECT_EQ(server_->message_count(), 0u);
}

TEST_F(ServerLimitsTest, AConnectionHasItsMessageUntilTheHandlerLetsGo) {
  Hold();
  StartServer();
  auto client = Connect();
  ASSERT_TRUE(client->Send("GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\n"));
  for (const char* line : {"GET /1", "GET /2"}) {
    ASSERT_TRUE(RunUntil([&] { return !held_.empty(); }));
    Exchange* exchange = held_.back();
    held_.clear();
    EXPECT_TRUE(exchange->Respond({200, "", {}}, line).ok());
    ASSERT_TRUE(client->Until(line));
    EXPECT_EQ(server_->message_count(), 1u);
    EXPECT_EQ(Line(exchange), line);
    exchange->Release();
  }
  EXPECT_TRUE(RunUntil([&] { return server_->message_count() == 0; }));
  EXPECT_EQ(server_->connection_count(), 1u);
}

std::function<void(Exchange*)> StreamFrom(std::shared_ptr<ScriptedSource::Control> control) {
  return [control](Exchange* exchange) {
    auto source = std::make_unique<ScriptedSource>(control, std::nullopt);
    EXPECT_TRUE(exchange->RespondStream({200, "", {}}, std::move(source)).ok());
    exchange->Release();
  };
}

TEST_F(ServerLimitsTest, ShutdownLetsAStreamEndWell) {
  const auto control = std::make_shared<ScriptedSource::Control>();
  on_request_ = StreamFrom(control);
  StartServer();
  auto client = Connect();
  ASSERT_TRUE(client->Send(kGet));
  ASSERT_TRUE(RunUntil([&] { return control->reader != nullptr; }));
  bool done = false;
  server_->Shutdown(10'000, [&] { done = true; });
  control->Give(Bytes::Copy("piece"));
  ASSERT_TRUE(client->Until("piece\r\n"));
  EXPECT_FALSE(done);
  ASSERT_TRUE(RunUntil([&] { return control->reader != nullptr; }));
  control->Give(Bytes());
  ASSERT_TRUE(client->UntilClosed());
  EXPECT_TRUE(client->ended);
  EXPECT_TRUE(client->received.ends_with("5\r\npiece\r\n0\r\n\r\n"));
  EXPECT_TRUE(RunUntil([&] { return done; }));
}

// Even where the connection's end would be the body's.
TEST_F(ServerLimitsTest, AStreamThatShutdownCutsDoesNotLookWhole) {
  const auto control = std::make_shared<ScriptedSource::Control>();
  on_request_ = StreamFrom(control);
  StartServer();
  auto client = Connect();
  ASSERT_TRUE(client->Send("GET / HTTP/1.0\r\n\r\n"));
  ASSERT_TRUE(RunUntil([&] { return control->reader != nullptr; }));
  control->Give(Bytes::Copy("piece"));
  ASSERT_TRUE(client->Until("piece"));
  bool done = false;
  server_->Shutdown(20, [&] { done = true; });
  ASSERT_TRUE(client->UntilClosed());
  EXPECT_TRUE(client->reset);
  EXPECT_TRUE(RunUntil([&] { return done; }));
  EXPECT_TRUE(control->cancelled);
}

TEST_F(ServerLimitsTest, OnlyATrustedPeerIsBelieved) {
  struct Seen {
    bool tls;
    bool trusted;
  };
  std::vector<Seen> seen;
  on_request_ = [&](Exchange* exchange) {
    seen.push_back({exchange->head().tls, exchange->trusted_proxies() != nullptr});
    Answer(exchange, "seen");
  };
  for (const char* network : {"127.0.0.0/8", "10.0.0.0/8"}) {
    StartServer();
    TrustedProxies trusted;
    trusted.networks.push_back(*ParseIpNetwork(network));
    server_->set_trusted_proxies(trusted);
    auto client = Connect();
    for (const char* proto : {"X-Forwarded-Proto: https\r\n", "X-Forwarded-Proto: http\r\n", ""}) {
      ASSERT_TRUE(client->Send("GET / HTTP/1.1\r\nHost: x\r\n" + std::string(proto) + "\r\n"));
      ASSERT_TRUE(client->Until("seen"));
      client->received.clear();
    }
  }
  ASSERT_EQ(seen.size(), 6u);
  for (size_t i = 0; i < seen.size(); ++i) {
    EXPECT_EQ(seen[i].trusted, i < 3) << i;
    EXPECT_EQ(seen[i].tls, i == 0) << i;
  }
}

}  // namespace
}  // namespace sedge::http
