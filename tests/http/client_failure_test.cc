// SPDX-License-Identifier: Apache-2.0
// The client when things end early: refused, reset, too slow, cancelled, destroyed.
#include <gmock/gmock.h>

#include <atomic>
#include <chrono>
#include <future>
#include <thread>

#include "runtime/http/body_pipe.h"
#include "runtime/http/client.h"
#include "runtime/loop/timer.h"
#include "tests/http/client_fixture.h"

namespace sedge::http {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST_F(ClientTest, RefusedConnectionNamesHostAndAddress) {
  uint16_t port;
  {
    port = ScriptedServer([](ServerSocket&) {}).port();
  }
  ClientRequest request;
  request.method = "GET";
  request.host = "blog.example.com";
  request.port = 80;
  request.target = "/";
  request.connect_to = {.tls = false, .host = "127.0.0.1", .port = port};
  EXPECT_EQ(Fetch(std::move(request)), "fetch failed: connect ECONNREFUSED 127.0.0.1:" +
                                           std::to_string(port) + " (blog.example.com)");
}

// As when a handler computes for long before it fetches: the loop's clock stands still meanwhile.
TEST_F(ClientTest, TimeThatPassedBeforeSendDoesNotCount) {
  ScriptedServer server([](ServerSocket& socket) {
    socket.ReadHead();
    socket.Write("HTTP/1.1 204 No Content\r\n\r\n");
  });
  Limits limits;
  limits.connect_timeout_ms = 200;
  MakeClient(limits);
  std::shared_ptr<Call> call;
  loop_->Post([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(400));
    call = Send(Get(server));
  });
  ASSERT_TRUE(loop::RunUntil(*loop_, [&] { return call && call->answered(); }));
  EXPECT_EQ(call->error(), "");
}

TEST_F(ClientTest, ResetNamesTheAddress) {
  ScriptedServer server([](ServerSocket& socket) {
    socket.ReadHead();
    socket.ResetOnClose();
  });
  EXPECT_EQ(Fetch(Get(server)),
            "fetch failed: read ECONNRESET 127.0.0.1:" + std::to_string(server.port()));
}

TEST_F(ClientTest, Timeouts) {
  // One short limit at a time: on a busy machine any of them may be reached.
  Limits response, body;
  response.response_timeout_ms = 40;
  body.client_body_timeout_ms = 40;
  MakeClient(response);
  ScriptedServer silent([](ServerSocket& socket) {
    const std::string head = socket.ReadHead();
    if (head.starts_with("GET /body")) {
      socket.Write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
    }
    EXPECT_TRUE(socket.WaitForClose());
  });
  const std::string where = "127.0.0.1:" + std::to_string(silent.port());
  EXPECT_EQ(Fetch(Get(silent)), "fetch failed: read ETIMEDOUT " + where +
                                    ": no response for 40 ms (limits.response_timeout_ms)");
  MakeClient(body);
  EXPECT_EQ(Fetch(Get(silent, "/body")),
            "fetch failed: read ETIMEDOUT " + where +
                ": nothing more of the response's body for 40 ms (limits.client_body_timeout_ms)");
  // A slow request body is not the peer's fault; after it the time counts.
  MakeClient(response);
  auto [pipe, source] = BodyPipe::Make(std::nullopt);
  const auto call = Send(Post(silent, std::move(source)));
  bool later = false;
  loop::Timer wait(*loop_, [&] { later = true; });
  wait.Start(150);
  ASSERT_TRUE(Until([&] { return later; }));
  EXPECT_FALSE(call->answered());
  pipe->Close();
  EXPECT_THAT(Outcome(call), HasSubstr("no response for 40 ms"));
}

// Bytes that drip do not stretch the time for a head.
TEST_F(ClientTest, AHeadHasOneTimeLimit) {
  Limits limits;
  limits.response_timeout_ms = 200;
  MakeClient(limits);
  ScriptedServer server([](ServerSocket& socket) {
    socket.ReadHead();
    std::string drip = "HTTP/1.1 200 OK\r\nX-Long: ";
    for (; socket.Write(drip); drip = "x") {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  });
  EXPECT_THAT(Fetch(Get(server)), HasSubstr("no response for 200 ms (limits.response_timeout_ms)"));
}

TEST_F(ClientTest, APeerThatTakesNothingTimesOut) {
  Limits limits;
  limits.write_timeout_ms = 40;
  MakeClient(limits);
  std::promise<void> done;
  ScriptedServer server([&](ServerSocket& socket) {
    socket.ReadHead();
    done.get_future().wait();
  });
  EXPECT_THAT(Fetch(Post(server, std::make_unique<CountingBody>(2000, 64u << 10, std::nullopt))),
              AllOf(HasSubstr("fetch failed: write ETIMEDOUT 127.0.0.1:"),
                    HasSubstr("took less than 16384 bytes of the request (limits.write_progress_bytes) "
                              "for 40 ms (limits.write_timeout_ms)")));
  done.set_value();
}

// One write of many megabytes to a peer that is slow but takes them.
TEST_F(ClientTest, APeerThatTakesALongPieceSteadilyHasTheTimeForIt) {
  constexpr size_t kBytes = 32u << 20;
  Limits limits;
  limits.write_timeout_ms = 500;
  MakeClient(limits);
  std::chrono::milliseconds took{0};
  ScriptedServer server([&](ServerSocket& socket) {
    const auto start = std::chrono::steady_clock::now();
    socket.ReadHead();
    for (size_t read = 0; read < kBytes; read += 1u << 20) {
      socket.ReadBytes(1u << 20);
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    took = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - start);
    socket.Write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  });
  EXPECT_EQ(Fetch(Post(server, MakeBytesBody(Bytes::Copy(std::string(kBytes, 'x'))))), "200 ok");
  EXPECT_GT(took.count(), 2 * limits.write_timeout_ms);
}

TEST_F(ClientTest, APausedReaderDoesNotTimeOut) {
  Limits limits;
  limits.client_body_timeout_ms = 30;
  limits.client_body_buffer_bytes = 64u << 10;
  MakeClient(limits);
  ScriptedServer server([](ServerSocket& socket) {
    socket.ReadHead();
    socket.Write(Ok(std::string(1u << 20, 'x')));
    socket.ReadHead();
  });
  const auto call = Send(Get(server));
  WaitFor(call);
  bool later = false;
  loop::Timer wait(*loop_, [&] { later = true; });
  wait.Start(150);
  ASSERT_TRUE(Until([&] { return later; }));
  EXPECT_EQ(Outcome(call), "200 " + std::string(1u << 20, 'x'));
}

TEST_F(ClientTest, CancelClosesAndSaysNothing) {
  std::atomic<int> closed = 0;
  ScriptedServer server([&](ServerSocket& socket) {
    const std::string head = socket.ReadHead();
    if (head.starts_with("GET /body")) {
      socket.Write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
    }
    if (socket.WaitForClose()) ++closed;
  });
  const auto connecting = Send(Get(server));
  client_->Cancel(connecting->id);
  const auto waiting = Send(Get(server));
  ASSERT_TRUE(Until([&] { return server.running() >= 1; }));
  client_->Cancel(waiting->id);
  client_->Cancel(waiting->id);
  client_->Cancel(12345);
  const auto reading = Send(Get(server, "/body"));
  WaitFor(reading);
  ReadBody(*reading);
  client_->Cancel(reading->id);
  EXPECT_EQ(reading->body_error(), "the request was cancelled");
  EXPECT_TRUE(Until([&] { return server.running() == 0; }));
  EXPECT_EQ(closed, server.accepted());
  EXPECT_FALSE(connecting->answered());
  EXPECT_FALSE(waiting->answered());
}

TEST_F(ClientTest, CancelsAWaitingRequest) {
  Limits limits;
  limits.client_connections_per_origin = 1;
  MakeClient(limits);
  ScriptedServer server(EchoTargets);
  const auto first = Send(Get(server, "/1"));
  const auto second = Send(Get(server, "/2"));
  const auto third = Send(Get(server, "/3"));
  client_->Cancel(second->id);
  EXPECT_EQ(Outcome(first), "200 /1");
  EXPECT_EQ(Outcome(third), "200 /3");
  EXPECT_FALSE(second->answered());
}

TEST_F(ClientTest, DroppingTheBodyCloses) {
  ScriptedServer server([](ServerSocket& socket) {
    socket.ReadHead();
    socket.Write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
    EXPECT_TRUE(socket.WaitForClose());
  });
  const auto call = Send(Get(server));
  WaitFor(call);
  call->response.reset();
  const auto other = Send(Get(server));
  WaitFor(other);
  EXPECT_EQ(server.accepted(), 2);
  other->response.reset();
}

TEST_F(ClientTest, DroppingTheBodyInsideTheCallback) {
  ScriptedServer server([](ServerSocket& socket) {
    socket.ReadHead();
    socket.Write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
    EXPECT_TRUE(socket.WaitForClose());
  });
  bool called = false;
  client_->Send(Get(server), [&](Result<ClientResponse> response) { called = response.ok(); });
  ASSERT_TRUE(Until([&] { return called; }));
}

TEST_F(ClientTest, DestroyingTheClient) {
  ScriptedServer server([](ServerSocket& socket) {
    if (socket.ReadHead().starts_with("GET /body")) {
      socket.Write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
    }
    EXPECT_TRUE(socket.WaitForClose());
  });
  const auto reading = Send(Get(server, "/body"));
  WaitFor(reading);
  ReadBody(*reading);
  const auto waiting = Send(Get(server));
  const auto invalid = Send([&] {
    ClientRequest request = Get(server);
    request.method = "";
    return request;
  }());
  client_.reset();
  EXPECT_EQ(reading->body_error(), "fetch failed: the HTTP client was closed");
  bool turned = false;
  loop_->Post([&] { turned = true; });
  ASSERT_TRUE(Until([&] { return turned; }));
  EXPECT_FALSE(waiting->answered());
  EXPECT_FALSE(invalid->answered());
}

TEST_F(ClientTest, DestroyingTheClientInsideItsCallbacks) {
  ScriptedServer server([](ServerSocket& socket) {
    socket.ReadHead();
    socket.Write(Ok("x"));
    EXPECT_TRUE(socket.WaitForClose());
  });
  client_->Send(Get(server), [&](Result<ClientResponse>) { client_.reset(); });
  ASSERT_TRUE(Until([&] { return client_ == nullptr; }));
  MakeClient();
  uint16_t closed_port;
  {
    closed_port = ScriptedServer([](ServerSocket&) {}).port();
  }
  ClientRequest request = Get(server);
  request.port = closed_port;
  client_->Send(std::move(request), [&](Result<ClientResponse>) { client_.reset(); });
  ASSERT_TRUE(Until([&] { return client_ == nullptr; }));
}

}  // namespace
}  // namespace sedge::http
