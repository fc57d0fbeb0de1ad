// SPDX-License-Identifier: Apache-2.0
// How bodies of requests go out, through the real binary: their framing, and what becomes of one
// whose response comes before it is sent whole.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/harness/event.h"
#include "tests/e2e/harness/http.h"
#include "tests/e2e/harness/local_server.h"
#include "tests/e2e/harness/server_state.h"
#include "tests/e2e/harness/worker.h"
#include "tests/http/scripted_server.h"

namespace sedge::e2e {
namespace {

using http::ScriptedServer;
using http::ServerSocket;
using ::testing::HasSubstr;

std::string MapTo(const ScriptedServer& server) {
  return "api.test=http://127.0.0.1:" + std::to_string(server.port());
}

// "LENGTH|CODING|BODY" as the server got them.
ServerResponse Framing(const ServerRequest& request) {
  return {.body = request.Header("content-length") + "|" + request.Header("transfer-encoding") +
                  "|" + request.body};
}

struct Body {
  const char* method;
  const char* expression;  // of the body
  const char* seen;
};

constexpr Body kBodies[] = {
    {"GET", "undefined", "||"},
    {"DELETE", "undefined", "||"},
    {"OPTIONS", "undefined", "||"},
    {"PATCH", "undefined", "||"},
    {"POST", "undefined", "0||"},
    {"POST", "null", "0||"},
    {"PUT", "undefined", "0||"},
    {"POST", "''", "0||"},
    {"PATCH", "''", "0||"},
    {"POST", "'hello'", "5||hello"},
    {"POST", "'h\\u00e9llo'", "6||h\xc3\xa9llo"},
    {"DELETE", "'hello'", "5||hello"},
    {"PUT", "new TextEncoder().encode('hello')", "5||hello"},
    {"PUT", "new TextEncoder().encode('hello').buffer", "5||hello"},
    {"PUT", "new TextEncoder().encode('hello').subarray(1, 3)", "2||el"},
    {"POST", "new URLSearchParams({ a: '1', b: '2' })", "7||a=1&b=2"},
    {"POST", "new Blob(['hel', 'lo'])", "5||hello"},
    {"POST", "new Response('hello').body", "5||hello"},
    {"POST", "stream('he', 'llo')", "|chunked|hello"},
    {"POST", "stream()", "|chunked|"},
    {"POST", "stream('').pipeThrough(new TransformStream())", "|chunked|"},
    {"POST", "fixed(5, 'he', 'llo')", "5||hello"},
    {"POST", "fixed(0)", "0||"},
    {"POST", "(await fetch('http://api.test/length')).body", "5||known"},
    {"POST", "(await fetch('http://api.test/chunked')).body", "|chunked|unknown"},
    {"POST", "(await fetch('http://api.test/gzip')).body", "|chunked|"},
};

TEST(FetchFramingTest, ABodyHasItsLengthWhereItIsKnown) {
  LocalServer api([](const ServerRequest& request) -> ServerResponse {
    if (request.target == "/length") return {.body = "known"};
    if (request.target == "/gzip") return {.headers = {{"Content-Encoding", "gzip"}}};
    if (request.target == "/chunked") {
      return {.stream = [](const WritePiece& write) { return write("unknown"); }};
    }
    return Framing(request);
  });
  std::string bodies;
  for (const Body& body : kBodies) {
    bodies += std::string("async () => [\"") + body.method + "\", " + body.expression + "],\n";
  }
  Worker worker(R"(
    const encode = (text) => new TextEncoder().encode(text);
    const stream = (...pieces) => new ReadableStream({
      start(controller) {
        for (const piece of pieces) controller.enqueue(encode(piece));
        controller.close();
      },
    });
    const fixed = (length, ...pieces) => {
      const { readable, writable } = new FixedLengthStream(length);
      stream(...pieces).pipeTo(writable).catch(() => {});
      return readable;
    };
    const bodies = [)" +
                    bodies + R"(];
    export default { async fetch(request) {
      const [method, body] = await bodies[new URL(request.url).pathname.slice(1)]();
      return fetch("http://api.test/", { method, body });
    } };)",
                {"--map", "api.test=" + api.url()});
  for (size_t i = 0; i < std::size(kBodies); ++i) {
    EXPECT_EQ(Get(worker.url() + "/" + std::to_string(i)).body, kBodies[i].seen)
        << kBodies[i].method << " " << kBodies[i].expression;
  }
  // What came in goes on with the framing that it had.
  Worker pass("export default { fetch: (request) => fetch('http://api.test/', request) };",
              {"--map", "api.test=" + api.url()});
  EXPECT_EQ(Send("POST", pass.url(), "hello").body, "5||hello");
  EXPECT_EQ(Send("POST", pass.url(), "", {{"Content-Length", "0"}}).body, "0||");
  EXPECT_EQ(Send("POST", pass.url(), "hello", {{"Transfer-Encoding", "chunked"}}).body,
            "|chunked|hello");
}

TEST(FetchFramingTest, AFixedLengthThatIsNotKeptFailsTheFetch) {
  ScriptedServer server([](ServerSocket& socket) {
    socket.ReadHead();
    EXPECT_TRUE(socket.WaitForClose());
  });
  Worker worker(Worker::Handler(R"(
    const { readable, writable } = new FixedLengthStream(5);
    const writer = writable.getWriter();
    const text = url.pathname.slice(1);
    writer.write(new TextEncoder().encode(text)).then(() => writer.close()).catch(() => {});
    try {
      await fetch("http://api.test/", { method: "POST", body: readable });
      return new Response("it worked");
    } catch (error) {
      return new Response(`${error.name}: ${error.message}`);
    })"),
                {"--map", MapTo(server)});
  EXPECT_THAT(Get(worker.url() + "/four").body, HasSubstr("FixedLengthStream"));
  EXPECT_THAT(Get(worker.url() + "/sixsix").body, HasSubstr("FixedLengthStream"));
  EXPECT_EQ(WaitForState(worker.process(), {{"bodies", 0}, {"client_connections", 0}}), "");
}

constexpr char kUpload[] = R"(
    let cancelled;
    const isCancelled = new Promise((resolve) => { cancelled = resolve; });
    const body = new ReadableStream({
      pull(controller) { controller.enqueue(new Uint8Array(65536)); },
      cancel: cancelled,
    });
    const response = await fetch("http://api.test/upload", { method: "POST", body });
    const text = await response.text();
    await isCancelled;
    const next = await (await fetch("http://api.test/next")).text();
    return new Response([response.status, text, next].join("|"));)";

// The server has said what it has to say: the rest of the body is not sent, and the connection,
// which is in the middle of a request, is closed and not used again.
TEST(FetchFramingTest, AnEarlyResponseStopsTheBody) {
  constexpr char kStops[] = "Connection: close\r\n";
  for (const std::string fields : {"", kStops}) {
    std::atomic<int> closed = 0;
    ScriptedServer server([&](ServerSocket& socket) {
      const std::string head = socket.ReadHead();
      if (head.starts_with("GET /next")) {
        socket.Write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnext");
      } else {
        socket.ReadSome();
        socket.Write("HTTP/1.1 413 Too Large\r\nContent-Length: 8\r\n" + fields + "\r\ntoo much");
      }
      if (socket.WaitForClose()) ++closed;
    });
    Worker worker(Worker::Handler(kUpload), {"--map", MapTo(server)});
    EXPECT_EQ(Get(worker.url()).body, "413|too much|next");
    EXPECT_EQ(server.accepted(), 2);
    EXPECT_EQ(WaitForState(worker.process(), {{"bodies", 0}, {"client_connections", 1}}), "");
  }
}

// Also when it closes without having read what was sent: its reset may not take the response away.
TEST(FetchFramingTest, AnEarlyResponseBeforeAResetCounts) {
  ScriptedServer server([](ServerSocket& socket) {
    const std::string head = socket.ReadHead();
    if (head.starts_with("GET /next")) {
      socket.Write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnext");
      socket.WaitForClose();
      return;
    }
    // Its client reads the response while it is being written to, and ends it.
    socket.Write(
        "HTTP/1.1 413 Too Large\r\nContent-Length: 8\r\nConnection: close\r\n\r\ntoo much");
    socket.WaitForClose();
    socket.ResetOnClose();
  });
  Worker worker(Worker::Handler(kUpload), {"--map", MapTo(server)});
  EXPECT_EQ(Get(worker.url()).body, "413|too much|next");
}

// A response that streams while the request does: both go on.
TEST(FetchFramingTest, AResponseMayStreamWhileTheRequestDoes) {
  ScriptedServer server([](ServerSocket& socket) {
    socket.ReadHead();
    socket.Write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 3; ++i) {
      const std::string chunk = socket.ReadBytes(8);  // "3\r\nabc\r\n"
      socket.Write("3\r\n" + chunk.substr(3, 3) + "\r\n");
    }
    EXPECT_EQ(socket.ReadBytes(5), "0\r\n\r\n");
    socket.Write("0\r\n\r\n");
    socket.WaitForClose();
  });
  Worker worker(Worker::Handler(R"(
    const { readable, writable } = new TransformStream();
    const writer = writable.getWriter();
    const response = await fetch("http://api.test/", { method: "POST", body: readable });
    const reader = response.body.getReader();
    let echoed = "";
    for (const word of ["one", "two", "six"]) {
      await writer.write(new TextEncoder().encode(word));
      echoed += new TextDecoder().decode((await reader.read()).value);
    }
    await writer.close();
    const { done } = await reader.read();
    return new Response(`${echoed} ${done}`);)"),
                {"--map", MapTo(server)});
  EXPECT_EQ(Get(worker.url()).body, "onetwosix true");
}

}  // namespace
}  // namespace sedge::e2e
