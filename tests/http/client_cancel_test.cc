// SPDX-License-Identifier: Apache-2.0
// Cancelling a request at each of its stages: its callback is not called, its body goes, and its
// connection closes.
#include <gtest/gtest.h>

#include <atomic>
#include <ostream>

#include "runtime/http/body_pipe.h"
#include "tests/http/client_fixture.h"

namespace sedge::http {
namespace {

struct Stage {
  const char* name;
  // What the server does until it is reached.
  std::function<void(ServerSocket&)> script;
  bool tls = false;
  bool with_body = false;
  bool has_head = false;  // of the response, before the stage
};

void PrintTo(const Stage& stage, std::ostream* out) { *out << stage.name; }

void ReadHead(ServerSocket& socket) { socket.ReadHead(); }
std::function<void(ServerSocket&)> Answering(std::string wire) {
  return [wire](ServerSocket& socket) {
    socket.ReadHead();
    socket.Write(wire);
  };
}

const Stage kStages[] = {
    {"LookingUpOrConnecting", nullptr},
    {"TlsHandshake", [](ServerSocket& socket) { socket.ReadSome(); }, true},
    {"SendingTheBody", [](ServerSocket& socket) { socket.ReadBytes(1u << 20); }, false, true},
    {"WaitingForTheHead", ReadHead},
    {"InAnInterimResponse", Answering("HTTP/1.1 103 Hints\r\n\r\n")},
    {"InTheHead", Answering("HTTP/1.1 200 OK\r\nX-Half")},
    {"InTheBody", Answering("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"), false, false,
     true},
    {"InAChunk", Answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf"), false,
     false, true},
    {"BeforeAChunk", Answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"), false,
     false, true},
    {"InBothBodies", Answering("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"), false, true,
     true},
};

class ClientCancelTest : public ClientTest, public testing::WithParamInterface<Stage> {};

TEST_P(ClientCancelTest, FreesTheConnection) {
  const Stage& stage = GetParam();
  std::atomic<bool> reached = false;
  std::atomic<int> closed = 0;
  ScriptedServer server([&](ServerSocket& socket) {
    if (stage.script) stage.script(socket);
    reached = true;
    if (socket.WaitForClose()) ++closed;
  });
  ClientRequest request = Get(server);
  request.host = "localhost";
  request.tls = stage.tls;
  std::shared_ptr<bool> body_gone;
  if (stage.with_body) {
    auto body = std::make_unique<CountingBody>(UINT64_MAX, 64u << 10, std::nullopt);
    body_gone = body->gone;
    request.method = "POST";
    request.body = std::move(body);
  }
  const auto call = Send(std::move(request));
  EXPECT_EQ(client_->connection_count(), 1u);
  ASSERT_TRUE(Until([&] { return reached || !stage.script; }));
  if (stage.has_head) {
    WaitFor(call);
    ReadBody(*call);
  }
  client_->Cancel(call->id);
  EXPECT_EQ(client_->connection_count(), 0u);
  EXPECT_EQ(call->answered(), stage.has_head);
  EXPECT_EQ(call->body_error(), stage.has_head ? "the request was cancelled" : "");
  EXPECT_TRUE(Until([&] { return !body_gone || *body_gone; }));
  ASSERT_TRUE(Until([&] { return server.running() == 0; }));
  EXPECT_EQ(closed, server.accepted());
}

INSTANTIATE_TEST_SUITE_P(Stages, ClientCancelTest, testing::ValuesIn(kStages),
                         [](const auto& info) { return std::string(info.param.name); });

TEST_F(ClientTest, CancellingWhatIsOverChangesNothing) {
  ScriptedServer server(EchoTargets);
  const auto call = Send(Get(server, "/over"));
  EXPECT_EQ(Outcome(call), "200 /over");
  client_->Cancel(call->id);
  EXPECT_EQ(client_->connection_count(), 1u);
  EXPECT_EQ(Fetch(Get(server, "/next")), "200 /next");
  EXPECT_EQ(server.accepted(), 1);
}

}  // namespace
}  // namespace sedge::http
