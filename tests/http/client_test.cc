// SPDX-License-Identifier: Apache-2.0
#include "runtime/http/client.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <thread>

#include "runtime/http/body_pipe.h"
#include "runtime/loop/timer.h"
#include "tests/http/client_fixture.h"

namespace sedge::http {
namespace {

using ::testing::HasSubstr;

// --- What is on the wire ---

TEST_F(ClientTest, SendsTheHeadAsGiven) {
  std::string head;
  ScriptedServer server([&](ServerSocket& socket) {
    head = socket.ReadHead();
    socket.Write("HTTP/1.1 201 Made\r\nX-One: 1\r\nx-one: 2\r\nContent-Length: 2\r\n\r\nok");
  });
  ClientRequest request = Get(server, "/a?b=c");
  request.headers = {{"X-Name", "value"}, {"accept", "*/*"}};
  const auto call = Send(std::move(request));
  WaitFor(call);
  ASSERT_TRUE(call->response->ok()) << call->error();
  const ClientResponse& response = **call->response;
  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(response.reason, "Made");
  EXPECT_EQ(response.headers,
            (HeaderList{{"x-one", "1"}, {"x-one", "2"}, {"content-length", "2"}}));
  EXPECT_EQ(response.body->length(), 2u);
  EXPECT_EQ(Outcome(call), "201 ok");
  EXPECT_EQ(head, "GET /a?b=c HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server.port()) +
                      "\r\nX-Name: value\r\naccept: */*\r\n\r\n");
}

TEST_F(ClientTest, HostHeader) {
  std::vector<std::string> hosts;
  ScriptedServer server([&](ServerSocket& socket) {
    for (std::string head = socket.ReadHead(); !head.empty(); head = socket.ReadHead()) {
      const size_t from = head.find("Host: ") + 6;
      hosts.push_back(head.substr(from, head.find("\r\n", from) - from));
      socket.Write(Ok(""));
    }
  });
  struct Case {
    bool tls;
    std::string host;
    uint16_t port;
  };
  for (const Case& c : {Case{false, "blog.example.com", 80}, Case{false, "blog.example.com", 443},
                        Case{true, "blog.example.com", 443}, Case{false, "::1", 80},
                        Case{false, "2001:db8::1", 8080}}) {
    ClientRequest request = Get(server);
    request.tls = c.tls;
    request.host = c.host;
    request.port = c.port;
    request.connect_to = {.tls = false, .host = "127.0.0.1", .port = server.port()};
    EXPECT_EQ(Fetch(std::move(request)), "200 ");
  }
  EXPECT_THAT(hosts, ::testing::ElementsAre("blog.example.com", "blog.example.com:443",
                                            "blog.example.com", "[::1]", "[2001:db8::1]:8080"));
}

TEST_F(ClientTest, ConnectionFieldsAreItsOwn) {
  std::string head;
  ScriptedServer server([&](ServerSocket& socket) {
    head = socket.ReadHead();
    socket.Write(Ok(""));
  });
  ClientRequest request = Get(server);
  request.headers = {{"Host", "evil.example"}, {"connection", "close"},
                     {"Content-Length", "7"},  {"Transfer-Encoding", "x"},
                     {"TE", "trailers"},       {"Expect", "100-continue"},
                     {"Upgrade", "h2c"},       {"Kept", "yes"}};
  EXPECT_EQ(Fetch(std::move(request)), "200 ");
  EXPECT_EQ(head, "GET / HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server.port()) +
                      "\r\nKept: yes\r\n\r\n");
}

TEST_F(ClientTest, RefusesWhatCannotBeSent) {
  ScriptedServer server(EchoTargets);
  const auto with = [&](std::function<void(ClientRequest&)> change) {
    ClientRequest request = Get(server);
    change(request);
    const auto call = Send(std::move(request));
    WaitFor(call);
    EXPECT_EQ(call->response->status().code(), StatusCode::kInvalidArgument);
    return call->error();
  };
  EXPECT_EQ(with([](auto& r) { r.headers = {{"A b", "c"}}; }), "invalid header name \"A b\"");
  EXPECT_EQ(with([](auto& r) { r.headers = {{"", "c"}}; }), "invalid header name \"\"");
  EXPECT_EQ(with([](auto& r) {
              r.headers = {{"A", "b\r\nInjected: c"}};
            }),
            "invalid value of header \"A\": \"b??Injected: c\"");
  EXPECT_EQ(with([](auto& r) { r.method = "GE T"; }), "invalid request method \"GE T\"");
  EXPECT_THAT(with([](auto& r) { r.method = "CONNECT"; }), HasSubstr("CONNECT"));
  EXPECT_THAT(with([](auto& r) { r.target = "/a b"; }), HasSubstr("invalid request target"));
  EXPECT_THAT(with([](auto& r) { r.target = ""; }), HasSubstr("invalid request target"));
  EXPECT_THAT(with([](auto& r) { r.target = "/\r\nX: y"; }), HasSubstr("invalid request target"));
  EXPECT_THAT(with([](auto& r) { r.host = "a/b"; }), HasSubstr("invalid host"));
  EXPECT_EQ(server.accepted(), 0);
}

TEST_F(ClientTest, BodiesAreFramed) {
  std::vector<std::string> heads;
  std::vector<std::string> bodies;
  ScriptedServer server([&](ServerSocket& socket) {
    for (std::string head = socket.ReadHead(); !head.empty(); head = socket.ReadHead()) {
      heads.push_back(head.substr(head.find("\r\n", head.find("Host")) + 2));
      std::string body;
      if (head.find("Content-Length: 5") != std::string::npos) body = socket.ReadBytes(5);
      if (head.find("chunked") != std::string::npos) {
        while (!body.ends_with("\r\n0\r\n\r\n")) body += socket.ReadSome();
      }
      bodies.push_back(body);
      socket.Write(Ok(""));
    }
  });
  EXPECT_EQ(Fetch(Post(server, MakeBytesBody(Bytes::Copy("hello")))), "200 ");
  EXPECT_EQ(Fetch(Post(server, MakeBytesBody(Bytes()))), "200 ");
  EXPECT_EQ(Fetch(Post(server, nullptr)), "200 ");
  auto [pipe, source] = BodyPipe::Make(std::nullopt);
  const auto call = Send(Post(server, std::move(source)));
  pipe->Write(Bytes::Copy("hello, "));
  pipe->Write(Bytes::Copy("wonderful world"));
  ASSERT_TRUE(Until([&, &pipe = pipe] { return pipe->queued_bytes() == 0; }));
  pipe->Close();
  EXPECT_EQ(Outcome(call), "200 ");
  EXPECT_THAT(heads, ::testing::ElementsAre(
                         "Content-Length: 5\r\n\r\n", "Content-Length: 0\r\n\r\n",
                         "Content-Length: 0\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n"));
  EXPECT_THAT(bodies, ::testing::ElementsAre("hello", "", "",
                                             "7\r\nhello, \r\nf\r\nwonderful world\r\n0\r\n\r\n"));
  EXPECT_EQ(server.accepted(), 1);
}

TEST_F(ClientTest, BodyThatHasNotItsLength) {
  ScriptedServer server([](ServerSocket& socket) { socket.WaitForClose(); });
  EXPECT_EQ(Fetch(Post(server, std::make_unique<CountingBody>(2, 10, 25))),
            "fetch failed: the request's body ended after 20 of 25 bytes");
  EXPECT_EQ(Fetch(Post(server, std::make_unique<CountingBody>(3, 10, 25))),
            "fetch failed: the request's body is longer than its length of 25 bytes");
  auto [pipe, source] = BodyPipe::Make(std::nullopt);
  const auto call = Send(Post(server, std::move(source)));
  pipe->Fail(Cancelled("no more"));
  EXPECT_EQ(Outcome(call), "the request's body failed: no more");
}

TEST_F(ClientTest, BodyFailsOnAnIdleConnectionNotBeforeSendReturns) {
  ScriptedServer server([](ServerSocket& socket) {
    if (socket.index == 1) return EchoTargets(socket);
    socket.ReadHead();
    socket.Write(Ok("/"));
    EXPECT_TRUE(socket.WaitForClose());
  });
  EXPECT_EQ(Fetch(Get(server)), "200 /");
  EXPECT_THAT(Fetch(Post(server, std::make_unique<CountingBody>(3, 10, 25))), HasSubstr("longer"));
  EXPECT_EQ(Fetch(Get(server, "/after")), "200 /after");
}

// --- Reuse ---

TEST_F(ClientTest, KeepsConnections) {
  ScriptedServer server(EchoTargets);
  for (const char* target : {"/1", "/2", "/3"}) {
    EXPECT_EQ(Fetch(Get(server, target)), std::string("200 ") + target);
  }
  EXPECT_EQ(server.accepted(), 1);
}

TEST_F(ClientTest, ACallbackMaySendTheNext) {
  ScriptedServer server(EchoTargets);
  std::vector<int> statuses;
  std::function<void(Result<ClientResponse>)> next = [&](Result<ClientResponse> response) {
    ASSERT_TRUE(response.ok());
    statuses.push_back(response->status);
    if (statuses.size() < 4) client_->Send(Get(server), next);
  };
  client_->Send(Get(server), next);
  ASSERT_TRUE(Until([&] { return statuses.size() == 4; }));
  EXPECT_EQ(server.accepted(), 1);
}

TEST_F(ClientTest, ClosesWhenToldTo) {
  for (const std::string& response :
       {Ok("x", "Connection: close\r\n"), Ok("x", "Keep-Alive: timeout=1\r\n"), Ok("x") + "excess",
        std::string("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx")}) {
    ScriptedServer server([&](ServerSocket& socket) {
      socket.ReadHead();
      socket.Write(response);
      EXPECT_TRUE(socket.WaitForClose());
    });
    EXPECT_EQ(Fetch(Get(server)), "200 x");
    EXPECT_EQ(Fetch(Get(server)), "200 x");
    EXPECT_EQ(server.accepted(), 2) << response;
  }
}

TEST_F(ClientTest, IdleConnectionsEnd) {
  Limits limits;
  limits.client_idle_timeout_ms = 30;
  MakeClient(limits);
  ScriptedServer server(EchoTargets);
  EXPECT_EQ(Fetch(Get(server)), "200 /");
  EXPECT_TRUE(Until([&] { return server.running() == 0; }));
}

TEST_F(ClientTest, NoticesThatAnIdleConnectionEnded) {
  ScriptedServer server([](ServerSocket& socket) {
    socket.ReadHead();
    socket.Write(Ok("x"));
  });
  EXPECT_EQ(Fetch(Post(server, nullptr)), "200 x");
  ASSERT_TRUE(Until([&] { return server.running() == 0; }));
  // A turn of the loop sees the end.
  bool turned = false;
  loop_->Post([&] { loop_->Post([&] { turned = true; }); });
  ASSERT_TRUE(Until([&] { return turned; }));
  EXPECT_EQ(Fetch(Post(server, nullptr)), "200 x");
  EXPECT_EQ(server.accepted(), 2);
}

// --- Responses ---

TEST_F(ClientTest, ResponseKinds) {
  const auto answer = [this](const std::string& wire, const std::string& method = "GET") {
    ScriptedServer server([&](ServerSocket& socket) {
      socket.ReadHead();
      socket.Write(wire);
    });
    ClientRequest request = Get(server);
    request.method = method;
    return Fetch(std::move(request));
  };
  EXPECT_EQ(
      answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n"
             "X: y\r\n\r\n"),
      "200 abcde");
  EXPECT_EQ(answer("HTTP/1.1 200 OK\r\n\r\nuntil the end"), "200 until the end");
  EXPECT_EQ(answer("HTTP/1.1 204 No Content\r\n\r\n"), "204 ");
  EXPECT_EQ(answer("HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n"), "304 ");
  EXPECT_EQ(answer("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", "HEAD"), "200 ");
  EXPECT_EQ(
      answer("HTTP/1.1 103 Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx"),
      "200 x");
  EXPECT_THAT(answer("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"),
              HasSubstr("closed before the response's body was complete"));
  EXPECT_THAT(answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhalf"),
              HasSubstr("closed before the response's body was complete"));
  EXPECT_THAT(answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhiXX"),
              HasSubstr("malformed response"));
  EXPECT_THAT(answer("HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"),
              HasSubstr("switched protocols"));
}

TEST_F(ClientTest, LargeResponseWaitsForItsReader) {
  constexpr size_t kBytes = 48u << 20;
  std::atomic<size_t> written = 0;
  ScriptedServer server([&](ServerSocket& socket) {
    socket.ReadHead();
    socket.Write("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(kBytes) + "\r\n\r\n");
    for (size_t i = 0; i < kBytes; i += 1u << 16) {
      if (!socket.Write(std::string(1u << 16, static_cast<char>('a' + (i >> 16) % 26)))) return;
      written += 1u << 16;
    }
  });
  const auto call = Send(Get(server));
  WaitFor(call);
  // Once nothing moves any more, only buffers are full.
  size_t before = 1;
  for (int still = 0; still < 20;) {
    bool turned = false;
    loop::Timer turn(*loop_, [&] { turned = true; });
    turn.Start(5);
    ASSERT_TRUE(Until([&] { return turned; }));
    still = written == before ? still + 1 : 0;
    before = written;
  }
  EXPECT_LT(before, kBytes / 2);
  ReadBody(*call);
  ASSERT_TRUE(Until([&] { return call->body.has_value(); }));
  ASSERT_TRUE(call->body->ok()) << call->body_error();
  ASSERT_EQ((*call->body)->size(), kBytes);
  for (size_t i = 0; i < kBytes; i += 1u << 16) {
    ASSERT_EQ((*call->body)->data()[i], 'a' + (i >> 16) % 26);
    ASSERT_EQ((*call->body)->data()[i + 65535], 'a' + (i >> 16) % 26);
  }
}

TEST_F(ClientTest, LargeRequestWaitsForThePeer) {
  constexpr uint64_t kChunks = 1024;
  constexpr size_t kChunkBytes = 64u << 10;
  std::promise<void> go;
  for (const bool chunked : {false, true}) {
    go = std::promise<void>();
    size_t received = 0;
    ScriptedServer server([&](ServerSocket& socket) {
      socket.ReadHead();
      go.get_future().wait();
      const std::string end = chunked ? "0\r\n\r\n" : "";
      std::string tail;
      while (chunked ? !tail.ends_with(end) : received < kChunks * kChunkBytes) {
        const std::string piece = socket.ReadSome();
        if (piece.empty()) break;
        received += piece.size();
        tail = (tail + piece).substr(std::max<size_t>(tail.size() + piece.size(), 8) - 8);
      }
      socket.Write(Ok("thanks"));
    });
    auto body = std::make_unique<CountingBody>(
        kChunks, kChunkBytes,
        chunked ? std::nullopt : std::optional<uint64_t>(kChunks * kChunkBytes));
    const auto given = body->given;
    const auto call = Send(Post(server, std::move(body)));
    uint64_t before = 1;
    for (int still = 0; still < 20;) {
      bool turned = false;
      loop::Timer turn(*loop_, [&] { turned = true; });
      turn.Start(5);
      ASSERT_TRUE(Until([&] { return turned; }));
      still = *given == before ? still + 1 : 0;
      before = *given;
    }
    EXPECT_LT(*given, kChunks / 2);
    go.set_value();
    EXPECT_EQ(Outcome(call), "200 thanks");
    EXPECT_EQ(*given, kChunks);
    EXPECT_GE(received, kChunks * kChunkBytes);
  }
}

TEST_F(ClientTest, EarlyResponseEndsTheRequest) {
  ScriptedServer server([](ServerSocket& socket) {
    socket.ReadHead();
    if (socket.index == 0) {
      socket.Write("HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig");
      EXPECT_TRUE(socket.WaitForClose());
    } else {
      socket.Write(Ok("next"));
    }
  });
  auto [pipe, source] = BodyPipe::Make(std::nullopt);
  bool cancelled = false;
  pipe->set_cancel_callback([&] { cancelled = true; });
  const auto call = Send(Post(server, std::move(source)));
  pipe->Write(Bytes::Copy("the beginning"));
  EXPECT_EQ(Outcome(call), "413 big");
  EXPECT_TRUE(cancelled);
  EXPECT_EQ(Fetch(Get(server)), "200 next");
  EXPECT_EQ(server.accepted(), 2);
}

// What the server said before it closed counts, also when a write notices the closing first.
TEST_F(ClientTest, EarlyResponseBeforeAFailedWrite) {
  std::atomic<bool> got_head = false;
  std::promise<void> go;
  ScriptedServer server([&](ServerSocket& socket) {
    socket.ReadHead();
    got_head = true;
    go.get_future().wait();
    socket.Write("HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig");
    socket.ResetOnClose();
  });
  auto [pipe, source] = BodyPipe::Make(std::nullopt);
  const auto call = Send(Post(server, std::move(source)));
  ASSERT_TRUE(Until([&] { return got_head.load(); }));
  // The loop does not turn while the server answers and closes.
  go.set_value();
  while (server.running() > 0) std::this_thread::yield();
  pipe->Write(Bytes::Copy("more of the body"));
  EXPECT_EQ(Outcome(call), "413 big");
}

TEST_F(ClientTest, ResponseMayStreamWhileTheRequestDoes) {
  ScriptedServer server([](ServerSocket& socket) {
    socket.ReadHead();
    socket.Write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    std::string got;
    while (!got.ends_with("0\r\n\r\n")) got += socket.ReadSome();
    socket.Write("3\r\nend\r\n0\r\n\r\n");
    socket.ReadHead();
    socket.Write(Ok("same"));
  });
  auto [pipe, source] = BodyPipe::Make(std::nullopt);
  const auto call = Send(Post(server, std::move(source)));
  WaitFor(call);
  pipe->Write(Bytes::Copy("more"));
  pipe->Close();
  EXPECT_EQ(Outcome(call), "200 end");
  EXPECT_EQ(Fetch(Get(server)), "200 same");
  EXPECT_EQ(server.accepted(), 1);
}

// More than is copied for a response that came whole.
constexpr size_t kLongBytes = 20'000;

TEST_F(ClientTest, ALongBodyGoesToWhoReadsItAtOnce) {
  ScriptedServer server([](ServerSocket& socket) {
    while (!socket.ReadHead().empty()) socket.Write(Ok(std::string(kLongBytes, 'x')));
  });
  for (int round = 0; round < 2; ++round) {
    std::unique_ptr<BodySource> body;
    size_t got = 0;
    bool over = false;
    BodySource::ViewCallback read_on = [&](Result<ByteSpan> chunk) {
      ASSERT_TRUE(chunk.ok()) << chunk.status().message();
      got += chunk->size();
      over = chunk->empty();
      if (!over) body->ReadView(read_on);
    };
    client_->Send(Get(server), [&](Result<ClientResponse> response) {
      ASSERT_TRUE(response.ok()) << response.status().message();
      body = std::move(response->body);
      body->ReadView(read_on);
    });
    EXPECT_TRUE(Until([&] { return over; }));
    EXPECT_EQ(got, kLongBytes);
  }
  EXPECT_EQ(server.accepted(), 1);
}

TEST_F(ClientTest, ALongBodyMayBeDroppedAtOnce) {
  ScriptedServer server([](ServerSocket& socket) {
    while (!socket.ReadHead().empty()) socket.Write(Ok(std::string(kLongBytes, 'x')));
  });
  for (int round = 0; round < 3; ++round) {
    bool answered = false;
    client_->Send(Get(server), [&](Result<ClientResponse> response) { answered = response.ok(); });
    EXPECT_TRUE(Until([&] { return answered; }));
  }
}

}  // namespace
}  // namespace sedge::http
