// SPDX-License-Identifier: Apache-2.0
// The client's connections: which requests are repeated when one turns out to be closed, how many
// there are, who waits for whom.
#include <gmock/gmock.h>

#include <atomic>
#include <mutex>
#include <thread>

#include "runtime/http/body_pipe.h"
#include "runtime/http/client.h"
#include "runtime/loop/connector.h"
#include "tests/http/client_fixture.h"

namespace sedge::http {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// --- A connection that was kept, and that the peer has closed ---

TEST_F(ClientTest, RetriesOnceWhenAReusedConnectionWasClosed) {
  ScriptedServer server([](ServerSocket& socket) {
    socket.ReadHead();
    socket.Write(Ok("first"));
    if (socket.index == 0) socket.ReadHead();  // and closes without an answer
  });
  EXPECT_EQ(Fetch(Get(server)), "200 first");
  EXPECT_EQ(Fetch(Get(server)), "200 first");
  EXPECT_EQ(server.accepted(), 2);
}

TEST_F(ClientTest, RepeatsNothingUnsafe) {
  ScriptedServer server([](ServerSocket& socket) {
    socket.ReadHead();
    socket.Write(Ok("first"));
    socket.ReadHead();
  });
  EXPECT_EQ(Fetch(Get(server)), "200 first");
  EXPECT_THAT(Fetch(Post(server, nullptr)),
              HasSubstr("closed before the response's head was complete"));
  EXPECT_EQ(server.accepted(), 1);
}

TEST_F(ClientTest, DoesNotRetryAFreshConnection) {
  ScriptedServer server([](ServerSocket& socket) { socket.ReadHead(); });
  EXPECT_EQ(Fetch(Get(server)),
            "fetch failed: read EOF 127.0.0.1:" + std::to_string(server.port()) +
                ": the connection was closed before the response's head was "
                "complete");
  EXPECT_EQ(server.accepted(), 1);
}

TEST_F(ClientTest, DoesNotRetryAfterAByte) {
  ScriptedServer server([](ServerSocket& socket) {
    socket.ReadHead();
    socket.Write(Ok("first"));
    socket.ReadHead();
    socket.Write("H");
  });
  EXPECT_EQ(Fetch(Get(server)), "200 first");
  EXPECT_THAT(Fetch(Get(server)), HasSubstr("closed before"));
  EXPECT_EQ(server.accepted(), 1);
}

// Answers the first request of the first connection and closes that at the second, whose body it
// has read; answers everything on the other connections with method and body.
void CloseAtTheSecond(ServerSocket& socket) {
  for (int i = 0;; ++i) {
    const std::string head = socket.ReadHead();
    if (head.empty()) return;
    const bool has_body = head.find("Content-Length: 4") != std::string::npos;
    const std::string body = has_body ? socket.ReadBytes(4) : "";
    if (socket.index == 0 && i == 1) return;
    const std::string text = head.substr(0, head.find(' ')) + body;
    socket.Write(head.starts_with("HEAD ") ? Ok("") : Ok(text));
  }
}

TEST_F(ClientTest, RepeatsIdempotentMethodsAlone) {
  struct Case {
    std::string method;
    bool repeated;
  };
  for (const Case& c : {Case{"GET", true}, Case{"HEAD", true}, Case{"OPTIONS", true},
                        Case{"TRACE", true}, Case{"DELETE", true}, Case{"PUT", true},
                        Case{"POST", false}, Case{"PATCH", false}, Case{"PROPFIND", false}}) {
    MakeClient();
    ScriptedServer server(CloseAtTheSecond);
    EXPECT_EQ(Fetch(Get(server)), "200 GET");
    ClientRequest request = Get(server);
    request.method = c.method;
    const std::string outcome = Fetch(std::move(request));
    if (c.repeated) {
      EXPECT_EQ(outcome, c.method == "HEAD" ? "200 " : "200 " + c.method);
    } else {
      EXPECT_THAT(outcome, HasSubstr("closed before the response's head")) << c.method;
    }
    EXPECT_EQ(server.accepted(), c.repeated ? 2 : 1) << c.method;
  }
}

TEST_F(ClientTest, RepeatsABodyThatIsStillThere) {
  ScriptedServer server(CloseAtTheSecond);
  EXPECT_EQ(Fetch(Get(server)), "200 GET");
  ClientRequest request = Post(server, MakeRewindableBody(Bytes::Copy("body")));
  request.method = "PUT";
  EXPECT_EQ(Fetch(std::move(request)), "200 PUTbody");
  EXPECT_EQ(server.accepted(), 2);
}

TEST_F(ClientTest, RepeatsNoBodyThatIsGone) {
  ScriptedServer server(CloseAtTheSecond);
  EXPECT_EQ(Fetch(Get(server)), "200 GET");
  auto [pipe, source] = BodyPipe::Make(4);
  ClientRequest request = Post(server, std::move(source));
  request.method = "PUT";
  const auto call = Send(std::move(request));
  pipe->Write(Bytes::Copy("body"));
  pipe->Close();
  EXPECT_THAT(Outcome(call), HasSubstr("closed before the response's head"));
  EXPECT_EQ(server.accepted(), 1);
}

// The peer's end may be there to be seen before the loop has seen it.
TEST_F(ClientTest, PutsNothingAtRiskThatCannotBeRepeated) {
  ScriptedServer server([](ServerSocket& socket) {
    const std::string head = socket.ReadHead();
    socket.Write(Ok(head.substr(0, head.find(' '))));
  });
  EXPECT_EQ(Fetch(Get(server)), "200 GET");
  // The loop does not turn while the server closes.
  while (server.running() > 0) std::this_thread::yield();
  EXPECT_EQ(Fetch(Post(server, MakeBytesBody(Bytes::Copy("once")))), "200 POST");
  EXPECT_EQ(server.accepted(), 2);
}

// --- How many ---

TEST_F(ClientTest, LimitsConnectionsPerOrigin) {
  Limits limits;
  limits.client_connections_per_origin = 2;
  MakeClient(limits);
  ScriptedServer server([](ServerSocket& socket) { EchoTargets(socket); });
  std::vector<std::shared_ptr<Call>> calls;
  for (int i = 0; i < 7; ++i) calls.push_back(Send(Get(server, "/" + std::to_string(i))));
  for (int i = 0; i < 7; ++i) EXPECT_EQ(Outcome(calls[i]), "200 /" + std::to_string(i));
  EXPECT_EQ(server.accepted(), 2);
}

TEST_F(ClientTest, AWaitingRequestGetsTheNextConnectionAlsoAfterAFailure) {
  Limits limits;
  limits.client_connections_per_origin = 1;
  MakeClient(limits);
  ScriptedServer server([](ServerSocket& socket) {
    if (socket.index == 0) {
      socket.ReadHead();
      socket.Write("nonsense\r\n\r\n");
    } else {
      EchoTargets(socket);
    }
  });
  const auto first = Send(Get(server));
  const auto second = Send(Get(server, "/2"));
  const auto third = Send(Get(server, "/3"));
  EXPECT_THAT(Outcome(first), HasSubstr("malformed response"));
  EXPECT_EQ(Outcome(second), "200 /2");
  EXPECT_EQ(Outcome(third), "200 /3");
  EXPECT_EQ(server.accepted(), 2);
}

TEST_F(ClientTest, LimitsConnectionsInAllAndClosesIdleOnesForOthers) {
  Limits limits;
  limits.client_connections = 2;
  MakeClient(limits);
  ScriptedServer first(EchoTargets), second(EchoTargets), third(EchoTargets);
  EXPECT_EQ(Fetch(Get(first, "/1")), "200 /1");
  EXPECT_EQ(Fetch(Get(second, "/2")), "200 /2");
  EXPECT_EQ(Fetch(Get(first, "/3")), "200 /3");
  // The one that was idle the longest makes room: that to the second.
  EXPECT_EQ(Fetch(Get(third, "/4")), "200 /4");
  EXPECT_TRUE(Until([&] { return second.running() == 0; }));
  EXPECT_EQ(first.running(), 1);
  EXPECT_EQ(Fetch(Get(first, "/5")), "200 /5");
  EXPECT_EQ(first.accepted(), 1);
  EXPECT_EQ(second.accepted(), 1);
}

TEST_F(ClientTest, ServesWaitingRequestsInTheirOrder) {
  Limits limits;
  limits.client_connections = 1;
  limits.client_connections_per_origin = 1;
  MakeClient(limits);
  for (const std::string fields : {"Connection: close\r\n", ""}) {
    std::mutex mutex;
    std::vector<std::string> order;
    const auto noting = [&](ServerSocket& socket) {
      for (std::string head = socket.ReadHead(); !head.empty(); head = socket.ReadHead()) {
        {
          const std::lock_guard lock(mutex);
          order.push_back(head.substr(4, 2));
        }
        if (!socket.Write(Ok("x", fields))) return;
      }
    };
    ScriptedServer first(noting), second(noting);
    std::vector<std::shared_ptr<Call>> calls;
    for (const char* target : {"/0", "/1", "/2", "/3", "/4", "/5", "/6"}) {
      const bool is_first = target[1] < '4' ? target[1] % 2 == 0 : target[1] != '6';
      calls.push_back(Send(Get(is_first ? first : second, target)));
    }
    for (const auto& call : calls) EXPECT_EQ(Outcome(call), "200 x");
    EXPECT_THAT(order, ElementsAre("/0", "/1", "/2", "/3", "/4", "/5", "/6")) << fields;
    MakeClient(limits);
  }
}

// Requests to one host that is busy hold up nobody else.
TEST_F(ClientTest, AFullOriginLeavesRoomForOthers) {
  Limits limits;
  limits.client_connections_per_origin = 1;
  limits.client_connections = 2;
  MakeClient(limits);
  std::atomic<bool> go = false;
  ScriptedServer busy([&](ServerSocket& socket) {
    while (!go) std::this_thread::yield();
    EchoTargets(socket);
  });
  ScriptedServer other(EchoTargets);
  const auto first = Send(Get(busy, "/1"));
  const auto second = Send(Get(busy, "/2"));
  EXPECT_EQ(Fetch(Get(other, "/3")), "200 /3");
  go = true;
  EXPECT_EQ(Outcome(first), "200 /1");
  EXPECT_EQ(Outcome(second), "200 /2");
}

TEST_F(ClientTest, KeepsSoManyIdleConnections) {
  Limits limits;
  limits.client_idle_connections = 2;
  MakeClient(limits);
  std::atomic<bool> go = false;
  ScriptedServer server([&](ServerSocket& socket) {
    socket.ReadHead();
    while (!go) std::this_thread::yield();
    socket.Write(Ok("x"));
    socket.WaitForClose();
  });
  std::vector<std::shared_ptr<Call>> calls;
  for (int i = 0; i < 5; ++i) calls.push_back(Send(Get(server)));
  ASSERT_TRUE(Until([&] { return server.running() == 5; }));
  go = true;
  for (const auto& call : calls) EXPECT_EQ(Outcome(call), "200 x");
  EXPECT_TRUE(Until([&] { return server.running() == 2; }));
  limits.client_idle_connections = 0;
  MakeClient(limits);
  EXPECT_EQ(Fetch(Get(server)), "200 x");
  EXPECT_TRUE(Until([&] { return server.running() == 0; }));
}

TEST_F(ClientTest, WaitsForAConnectionOnlyForSoLong) {
  Limits limits;
  limits.client_queue_timeout_ms = 40;
  limits.client_connections_per_origin = 1;
  limits.client_connections = 1;
  MakeClient(limits);
  std::atomic<bool> go = false;
  const auto waiting = [&](ServerSocket& socket) {
    while (!go) std::this_thread::yield();
    EchoTargets(socket);
  };
  ScriptedServer server(waiting), other(waiting);
  const auto first = Send(Get(server, "/1"));
  const auto same = Send(Get(server, "/2"));
  EXPECT_EQ(Outcome(same),
            "fetch failed: connect ETIMEDOUT 127.0.0.1: no connection became free for 40 ms "
            "(limits.client_queue_timeout_ms): all 1 to it are in use "
            "(limits.client_connections_per_origin)");
  EXPECT_THAT(Fetch(Get(other, "/3")),
              HasSubstr("all 1 of this thread are in use (limits.client_connections)"));
  go = true;
  EXPECT_EQ(Outcome(first), "200 /1");
  EXPECT_EQ(Fetch(Get(server, "/4")), "200 /4");
}

TEST_F(ClientTest, TheCallbackOfALateRequestMayDestroyTheClient) {
  Limits limits;
  limits.client_queue_timeout_ms = 20;
  limits.client_connections_per_origin = 1;
  MakeClient(limits);
  ScriptedServer server([](ServerSocket& socket) { socket.WaitForClose(); });
  const auto first = Send(Get(server));
  for (int i = 0; i < 3; ++i) {
    client_->Send(Get(server), [&](Result<ClientResponse>) { client_.reset(); });
  }
  EXPECT_TRUE(Until([&] { return client_ == nullptr; }));
}

// --- Filters ---

class Refusing final : public loop::AddressFilter {
 public:
  Status Check(std::string_view, const sockaddr&) const override {
    return FailedPrecondition("no rule allows it");
  }
};

class Allowing final : public loop::AddressFilter {
 public:
  Status Check(std::string_view, const sockaddr&) const override { return OkStatus(); }
};

TEST_F(ClientTest, AFilterDecidesAlsoWhereAConnectionIsOpen) {
  ScriptedServer server(EchoTargets);
  const Refusing refusing;
  const Allowing allowing;
  const auto with = [&](const loop::AddressFilter* filter) {
    ClientRequest request = Get(server, "/x");
    request.filter = filter;
    return Fetch(std::move(request));
  };
  EXPECT_EQ(with(nullptr), "200 /x");
  EXPECT_EQ(with(&refusing), "fetch failed: connect EACCES 127.0.0.1:" +
                                 std::to_string(server.port()) + ": no rule allows it");
  EXPECT_EQ(with(&allowing), "200 /x");
  EXPECT_EQ(with(&allowing), "200 /x");
  EXPECT_EQ(server.accepted(), 2);
}

}  // namespace
}  // namespace sedge::http
