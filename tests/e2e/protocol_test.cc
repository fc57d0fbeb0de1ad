// SPDX-License-Identifier: Apache-2.0
// HTTP/1.1 as a client sees it, byte by byte, through the real binary: connections, expectations,
// targets, and clients that stop sending or go away.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/e2e/harness/http.h"
#include "tests/e2e/harness/local_server.h"
#include "tests/e2e/harness/worker.h"

namespace sedge::e2e {
namespace {

using ::testing::ContainsRegex;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const std::string kClose = "Connection: close\r\n";

// Sends all of it and reads until the server closes.
std::string Exchange(const Worker& worker, const std::string& bytes) {
  RawConnection client(worker.url());
  client.Send(bytes);
  return client.ReadToEnd();
}

TEST(ProtocolTest, ConnectionsStayOrCloseAsTheVersionsHaveIt) {
  Worker worker(Worker::Handler("return new Response(url.pathname);"));
  const std::string again = "GET /again HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  struct Row {
    std::string request;
    bool stays;
    const char* head;
  };
  const Row rows[] = {
      {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", true, "HTTP/1.1 200 OK\r\n"},
      {"GET / HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\n\r\n", true, "HTTP/1.1 200 OK\r\n"},
      {"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", false, "Connection: close\r\n"},
      {"GET / HTTP/1.1\r\nHost: x\r\nConnection: a, Close ,b\r\n\r\n", false,
       "Connection: close\r\n"},
      {"GET / HTTP/1.1\r\nHost: x\r\nConnection: a\r\nConnection: close\r\n\r\n", false,
       "Connection: close\r\n"},
      {"GET / HTTP/1.0\r\n\r\n", false, "Connection: close\r\n"},
      {"GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", true, "Connection: keep-alive\r\n"},
      {"GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n", false, "Connection: close\r\n"},
      // Nothing here takes an upgrade: it is a request like any other.
      {"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
       "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
       true, "HTTP/1.1 200 OK\r\n"},
      {"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
       "HTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n",
       true, "HTTP/1.1 200 OK\r\n"},
      {"POST / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: x\r\nContent-Length: 3\r\n"
       "\r\nabc",
       true, "HTTP/1.1 200 OK\r\n"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.request);
    const std::string all = Exchange(worker, row.request + again);
    EXPECT_THAT(all, HasSubstr(row.head));
    EXPECT_EQ(all.ends_with("\r\n\r\n/again"), row.stays) << all;
    EXPECT_THAT(all,
                ContainsRegex("\r\nDate: [A-Z][a-z][a-z], [0-9][0-9] [A-Z][a-z][a-z] 20[0-9][0-9] "
                              "[0-9][0-9]:[0-9][0-9]:[0-9][0-9] GMT\r\n"));
  }
}

TEST(ProtocolTest, TargetsInEveryForm) {
  Worker worker(Worker::Handler(
      "return new Response(`${request.method} ${request.url} ${request.headers.get('host')}`);"));
  struct Row {
    const char* line;
    const char* body;
  };
  const Row rows[] = {
      {"GET /p?q HTTP/1.1\r\nHost: a:81", "GET http://a:81/p?q a:81"},
      {"GET http://b/p?q HTTP/1.1\r\nHost: a", "GET http://b/p?q b"},
      {"GET HTTP://B:80?q HTTP/1.1\r\nHost: a", "GET http://b/?q B:80"},
      {"GET https://[::1]:8443/ HTTP/1.1\r\nHost: a", "GET http://[::1]:8443/ [::1]:8443"},
      {"GET //c/p HTTP/1.1\r\nHost: a", "GET http://a//c/p a"},
      {"OPTIONS * HTTP/1.1\r\nHost: a", "OPTIONS http://a/ a"},
      {"OPTIONS http://b HTTP/1.1\r\nHost: a", "OPTIONS http://b/ b"},
      {"GET /p HTTP/1.0\r\nX: y", "GET http://localhost/p null"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.line);
    EXPECT_THAT(Exchange(worker, std::string(row.line) + "\r\nConnection: close\r\n\r\n"),
                EndsWith(std::string("\r\n\r\n") + row.body));
  }
}

// They are in order as HTTP has it, but request.url could not hold them.
TEST(ProtocolTest, HostsThatNoUrlCanHave) {
  Worker worker(Worker::Handler("return new Response(url.host);"));
  for (const char* host : {"1.2.3.256", "1.2.3.4.5", "0x100000000", "a%00b", "a%20b", "xn--a"}) {
    const std::string fields = " HTTP/1.1\r\nHost: " + std::string(host) + "\r\n" + kClose + "\r\n";
    EXPECT_THAT(Exchange(worker, "GET /" + fields), StartsWith("HTTP/1.1 400 ")) << host;
    EXPECT_THAT(Exchange(worker, "GET http://" + std::string(host) + fields),
                StartsWith("HTTP/1.1 400 "));
  }
  EXPECT_THAT(Exchange(worker, "GET / HTTP/1.1\r\nHost: 0x7f.1\r\n" + kClose + "\r\n"),
              EndsWith("\r\n\r\n127.0.0.1"));
}

TEST(ProtocolTest, Expectations) {
  Worker worker(Worker::Handler(R"(
    if (url.pathname === "/refuse") return new Response("no", { status: 403 });
    if (url.pathname === "/late") await new Promise((resolve) => setTimeout(resolve, 20));
    if (url.pathname === "/back") return new Response(request.body);
    return new Response("got " + await request.text());)"));
  const auto post = [](const std::string& path, const std::string& fields) {
    return "POST " + path + " HTTP/1.1\r\nHost: x\r\nExpect: 100-Continue\r\n" + fields + "\r\n";
  };
  const std::string next = "GET /next HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  for (const std::string path : {"/", "/late", "/back"}) {
    RawConnection client(worker.url());
    client.Send(post(path, "Content-Length: 4\r\n"));
    EXPECT_THAT(client.ReadUntil("\r\n\r\n"), StartsWith("HTTP/1.1 100 Continue\r\n\r\n"));
    client.Send("body" + next);
    EXPECT_THAT(client.ReadToEnd(), EndsWith("\r\n\r\ngot "));  // the connection went on
  }
  // Who does not wait for it is served all the same.
  EXPECT_THAT(Exchange(worker, post("/", "Transfer-Encoding: chunked\r\n") +
                                   "4\r\nbody\r\n0\r\n\r\n" + next),
              HasSubstr("\r\n\r\ngot body"));
  // Without a body there is nothing to wait for.
  EXPECT_THAT(Exchange(worker, post("/", kClose)), StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(Exchange(worker, post("/", "Content-Length: 0\r\n" + kClose)),
              StartsWith("HTTP/1.1 200 OK\r\n"));
  // A body that nobody asked for may come or not: no request can follow it.
  const std::string refused = Exchange(worker, post("/refuse", "Content-Length: 90\r\n") + next);
  EXPECT_THAT(refused, StartsWith("HTTP/1.1 403 "));
  EXPECT_THAT(refused, HasSubstr(kClose));
  EXPECT_THAT(refused, EndsWith("\r\n\r\nno"));
  // It is refused before it is sent.
  EXPECT_THAT(Exchange(worker, post("/", "Content-Length: 99999999999\r\n")),
              StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(Exchange(worker,
                       "POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 4\r\n"
                       "\r\nbody"),
              StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST(ProtocolTest, ChunkExtensionsAndTrailersReachNoWorker) {
  Worker worker(Worker::Handler(R"(
    const text = await request.text();
    const values = ["host", "content-length", "x-late"].map((name) => request.headers.get(name));
    return new Response(`${text} ${values}`);)"));
  const std::string all = Exchange(
      worker,
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTrailer: X-Late\r\n\r\n"
      "2;a=\"b\"\r\nhe\r\n3\r\nllo\r\n0;c\r\nX-Late: y\r\nContent-Length: 7\r\nHost: z\r\n\r\n"
      "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(all, HasSubstr("\r\n\r\nhello x,,HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(all, EndsWith("\r\n\r\n x,,"));
}

// Longer than it takes to ask a client whether it is still there.
TEST(ProtocolTest, AHalfClosedClientGetsItsAnswers) {
  Worker worker(Worker::Handler(R"(
    request.signal.addEventListener("abort", () => console.log("aborted", url.pathname));
    if (url.pathname === "/slow") await new Promise((resolve) => setTimeout(resolve, 3500));
    return new Response(url.pathname + await request.text());)"));
  RawConnection client(worker.url());
  client.Send(
      "GET /quick HTTP/1.1\r\nHost: x\r\n\r\n"
      "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n"
      "POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n-body");
  client.HalfClose();
  const std::string all = client.ReadToEnd();
  EXPECT_THAT(all, HasSubstr("\r\n\r\n/quickHTTP/1.1 100 Continue\r\n\r\n"));
  EXPECT_THAT(all, HasSubstr("\r\n\r\n/slowHTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(all, EndsWith("\r\n\r\n/body-body"));
  EXPECT_THAT(worker.process().err(), Not(HasSubstr("aborted")));
}

// By closing as a program does that is through with the connection: to the server it looks as if it
// had half closed.
TEST(ProtocolTest, AClientThatClosesIsNoticed) {
  Worker worker(Worker::Handler(R"(
    request.signal.addEventListener("abort", () => console.log("aborted", url.pathname));
    ctx.waitUntil(new Promise((resolve) => request.signal.addEventListener("abort", resolve))
      .then(() => new Promise((resolve) => setTimeout(resolve, 10)))
      .then(() => console.log("went on", url.pathname)));
    if (url.pathname === "/stream") {
      return new Response(new ReadableStream({
        start(controller) { controller.enqueue(new TextEncoder().encode("first")); },
        cancel() { console.log("cancelled", url.pathname); },
      }));
    }
    console.log("waiting", url.pathname);
    await new Promise(() => {});)"));
  for (const std::string path : {"/wait", "/stream"}) {
    RawConnection client(worker.url());
    client.Send("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
    if (path == "/stream") {
      client.ReadUntil("first");
    } else {
      ASSERT_TRUE(worker.process().WaitForLog("waiting " + path));
    }
    client.Close();
    EXPECT_TRUE(worker.process().WaitForLog("aborted " + path));
    EXPECT_TRUE(worker.process().WaitForLog("went on " + path));
  }
  EXPECT_TRUE(worker.process().WaitForLog("cancelled /stream"));
}

// However late the signal is asked for, and whoever moves the body.
TEST(ProtocolTest, TheSignalAbortsInTheMiddleOfAResponse) {
  LocalServer upstream([](const ServerRequest& request) {
    ServerResponse response;
    response.stream = [request](const WritePiece& write) {
      write("first");
      return request.wait_for_close(SedgeProcess::kDeadlineMs);
    };
    return response;
  });
  Worker worker(Worker::Handler(R"(
    const note = (text) => console.log(url.pathname, text);
    if (url.pathname === "/native") {
      request.signal.addEventListener("abort", () => note("aborted"));
      return fetch("http://up.test/");
    }
    if (url.pathname === "/native-late") {
      ctx.waitUntil(new Promise((resolve) => setTimeout(() => {
        request.signal.addEventListener("abort", () => { note("aborted"); resolve(); });
        note("listens");
      }, 50)));
      return fetch("http://up.test/");
    }
    if (url.pathname === "/order") request.signal.addEventListener("abort", () => note("aborted"));
    if (url.pathname === "/after") {
      let left;
      ctx.waitUntil(new Promise((resolve) => { left = resolve; })
        .then(() => new Promise((resolve) => setTimeout(resolve, 10)))
        .then(() => note(`aborted is ${request.signal.aborted}`)));
      return new Response(new ReadableStream({
        start(controller) { controller.enqueue(new TextEncoder().encode("first")); },
        cancel() { left(); },
      }));
    }
    return new Response(new ReadableStream({
      start(controller) { controller.enqueue(new TextEncoder().encode("first")); },
      cancel() { note(`cancelled, aborted is ${request.signal.aborted}`); },
    }));)"),
                {"--map", "up.test=" + upstream.url()});
  struct Row {
    std::string path;
    std::string log;
  };
  for (const Row& row :
       {Row{"/native", "aborted"}, Row{"/native-late", "aborted"},
        Row{"/order", "cancelled, aborted is true"}, Row{"/late", "cancelled, aborted is true"},
        Row{"/after", "aborted is true"}}) {
    SCOPED_TRACE(row.path);
    RawConnection client(worker.url());
    client.Send("GET " + row.path + " HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(client.ReadUntil("first"), HasSubstr("first"));
    if (row.path == "/native-late") {
      ASSERT_TRUE(worker.process().WaitForLog("/native-late listens"));
    }
    client.Reset();
    EXPECT_TRUE(worker.process().WaitForLog(row.path + " " + row.log)) << worker.process().err();
  }
}

TEST(ProtocolTest, ASignalOutlivesAResponseThatIsSent) {
  Worker worker(Worker::Handler(R"(
    request.signal.addEventListener("abort", () => console.log("aborted", url.pathname));
    const lines = { start(controller) { controller.enqueue(new TextEncoder().encode("line")); } };
    ctx.waitUntil(new Promise((resolve) => setTimeout(resolve, 50))
      .then(() => console.log("waited", url.pathname)));
    switch (url.pathname) {
      case "/text": return new Response("line");
      case "/stream": lines.pull = (controller) => controller.close(); break;
      case "/fails": lines.pull = (controller) => controller.error(new Error("no more")); break;
    }
    return new Response(new ReadableStream(lines));)"));
  for (const std::string path : {"/text", "/stream", "/fails"}) {
    RawConnection client(worker.url());
    client.Send("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(client.ReadUntil(path == "/stream" ? "\r\n0\r\n\r\n" : "line"), HasSubstr("line"));
    client.Reset();
    EXPECT_TRUE(worker.process().WaitForLog("waited " + path));
  }
  EXPECT_THAT(worker.process().err(), Not(HasSubstr("aborted")));
}

}  // namespace
}  // namespace sedge::e2e
