// SPDX-License-Identifier: Apache-2.0
// Requests and responses through the real binary: methods, bodies both ways, connections, clients
// that go away, clients that send nonsense, several threads.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <thread>

#include "tests/e2e/harness/http.h"
#include "tests/e2e/harness/project.h"
#include "tests/e2e/harness/worker.h"

namespace sedge::e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string Chunk(const std::string& bytes) {
  char size[20];
  std::snprintf(size, sizeof size, "%zx\r\n", bytes.size());
  return size + bytes + "\r\n";
}

TEST(ServeTest, AHandlerSeesTheRequestAsItWasSent) {
  Worker worker(Worker::Handler(R"(
    return Response.json([request.method, request.url, request.headers.get("x-a"),
      request.headers.get("x-multi"), request.body !== null, await request.text()],
      { status: 201, statusText: "Made", headers: { "X-B": "b", "Set-Cookie": "c=1" } });)"));
  const HttpResponse response =
      Send("PUT", worker.url() + "/a%20b/?q=%C3%BC&x", "k\xc3\xb6rper",
           {{"Host", "Example.COM:8080"}, {"X-A", "caf\xe9"}, {"X-Multi", "1"}, {"x-multi", "2"}});
  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(response.body,
            "[\"PUT\",\"http://example.com:8080/a%20b/?q=%C3%BC&x\",\"caf\xc3\xa9\",\"1, 2\","
            "true,\"k\xc3\xb6rper\"]");
  EXPECT_EQ(response.Header("x-b"), "b");
  EXPECT_EQ(response.Header("set-cookie"), "c=1");
}

TEST(ServeTest, HeadGetsTheHeadersAlone) {
  Worker worker(Worker::Handler(R"(
    const body = url.pathname === "/stream" ? new Blob(["a stream"]).stream() : request.method + " body";
    return new Response(body, { headers: { "x-method": request.method } });)"));
  RawConnection client(worker.url());
  client.Send(
      "HEAD / HTTP/1.1\r\nHost: x\r\n\r\nHEAD /stream HTTP/1.1\r\nHost: x\r\n\r\n"
      "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::string all = client.ReadToEnd();
  EXPECT_THAT(all, HasSubstr("x-method: HEAD"));
  EXPECT_THAT(all, Not(HasSubstr("HEAD body")));
  EXPECT_THAT(all, Not(HasSubstr("a stream")));
  EXPECT_TRUE(all.ends_with("\r\n\r\nGET body")) << all;
}

TEST(ServeTest, PipelinedRequestsAreAnsweredInOrder) {
  // The first takes longest.
  Worker worker(Worker::Handler(R"(
    const n = Number(url.pathname.slice(1));
    for (let i = n; i < 20; ++i) await new Promise((resolve) => setTimeout(resolve, 0));
    return new Response(`<${n}>`);)"));
  RawConnection client(worker.url());
  std::string requests, expected;
  for (int i = 0; i < 20; ++i) {
    requests += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\n\r\n";
    expected += "<" + std::to_string(i) + ">";
  }
  client.Send(requests);
  const std::string all = client.ReadUntil("<19>");
  std::string order;
  for (size_t at = all.find('<'); at != std::string::npos; at = all.find('<', at + 1)) {
    order += all.substr(at, all.find('>', at) + 1 - at);
  }
  EXPECT_EQ(order, expected);
}

TEST(ServeTest, ALargeUploadIsStreamedToTheWorker) {
  constexpr size_t kMegabytes = 90;
  Worker worker(Worker::Handler(R"(
    let bytes = 0, chunks = 0, sum = 0;
    for await (const chunk of request.body) { bytes += chunk.length; ++chunks; sum += chunk[0]; }
    return Response.json([bytes, chunks > 100, request.headers.get("content-length")]);)"),
                {}, "[limits]\nmemory_mb = 32");
  const std::string body(kMegabytes << 20, 'x');
  const HttpResponse response = Send("POST", worker.url(), body);
  EXPECT_EQ(response.body, "[94371840,true,\"94371840\"]")
      << response.error << worker.process().err();
}

TEST(ServeTest, AChunkedUploadArrivesPieceByPiece) {
  Worker worker(Worker::Handler(R"(
    const reader = request.body.pipeThrough(new TextDecoderStream()).getReader();
    const encoder = new TextEncoder();
    return new Response(new ReadableStream({
      async pull(controller) {
        const { value, done } = await reader.read();
        if (done) { controller.enqueue(encoder.encode("end")); controller.close(); }
        else controller.enqueue(encoder.encode(`[${value}]`));
      },
    }));)"));
  RawConnection client(worker.url());
  client.Send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + Chunk("one"));
  EXPECT_THAT(client.ReadUntil("[one]"), HasSubstr("[one]"));  // before the rest is sent
  client.Send(Chunk("two"));
  EXPECT_THAT(client.ReadUntil("[two]"), HasSubstr("[two]"));
  client.Send("0\r\n\r\n");
  EXPECT_THAT(client.ReadUntil("\r\n0\r\n\r\n"), HasSubstr("end"));
}

TEST(ServeTest, ExpectContinueIsAnsweredWhenTheBodyIsRead) {
  Worker worker(Worker::Handler(R"(
    if (url.pathname === "/refuse") return new Response("no", { status: 403 });
    return new Response("got " + await request.text());)"));
  RawConnection reading(worker.url());
  reading.Send("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
  EXPECT_THAT(reading.ReadUntil("\r\n\r\n"), HasSubstr("100 Continue"));
  reading.Send("body");
  EXPECT_THAT(reading.ReadUntil("got body"), HasSubstr("got body"));
  RawConnection refused(worker.url());
  refused.Send(
      "POST /refuse HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
  EXPECT_THAT(refused.ReadUntil("no"), Not(HasSubstr("100 Continue")));
}

TEST(ServeTest, ALargeStreamIsSentWithBackPressure) {
  Worker worker(Worker::Handler(R"(
    const chunk = new Uint8Array(1 << 16).fill(97);
    let left = 1600;
    return new Response(new ReadableStream({
      pull(controller) { if (left-- === 0) controller.close(); else controller.enqueue(chunk.slice()); },
    }));)"),
                {}, "[limits]\nmemory_mb = 32");
  HttpRequest request;
  request.url = worker.url();
  request.discard_body = true;
  const HttpResponse response = Fetch(request);
  EXPECT_EQ(response.body_bytes, 1600u << 16) << response.error << worker.process().err();
}

TEST(ServeTest, TheSignalAbortsWhenTheClientGoesAway) {
  Worker worker(Worker::Handler(R"(
    if (url.pathname === "/fine") return new Response(String(request.signal.aborted));
    request.signal.addEventListener("abort", () => {
      console.log("aborted", url.pathname, request.signal.reason.name);
    });
    console.log("waiting", url.pathname);
    if (url.pathname === "/stream") {
      return new Response(new ReadableStream({
        async pull(controller) {
          await new Promise((resolve) => setTimeout(resolve, 1));
          controller.enqueue(new Uint8Array(1000));
        },
        cancel(reason) { console.log("cancelled", url.pathname); },
      }));
    }
    await new Promise((resolve) => request.signal.addEventListener("abort", resolve));
    console.log("going on", url.pathname);
    return new Response("nobody reads this");)"));
  for (const std::string path : {"/reset", "/stream"}) {
    RawConnection client(worker.url());
    client.Send("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
    ASSERT_TRUE(worker.process().WaitForLog("waiting " + path));
    if (path == "/stream") client.ReadUntil("\r\n\r\n");
    client.Reset();
    EXPECT_TRUE(worker.process().WaitForLog("aborted " + path + " AbortError"));
  }
  EXPECT_TRUE(worker.process().WaitForLog("going on /reset"));
  EXPECT_TRUE(worker.process().WaitForLog("cancelled /stream"));
  EXPECT_EQ(Get(worker.url() + "/fine").body, "false");
}

TEST(ServeTest, FourThreadsServe64ConnectionsAtOnce) {
  constexpr int kConnections = 64, kRequests = 20;
  Worker worker(R"(
    let served = 0;
    export default { async fetch(request) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      return new Response(`{${new URL(request.url).pathname} ${++served}}`);
    } };)",
                {"--threads", "4"});
  std::vector<std::unique_ptr<RawConnection>> clients;
  for (int i = 0; i < kConnections; ++i)
    clients.push_back(std::make_unique<RawConnection>(worker.url()));
  for (int round = 0; round < kRequests; ++round) {
    for (int i = 0; i < kConnections; ++i) {
      clients[i]->Send("GET /" + std::to_string(i) + "-" + std::to_string(round) +
                       " HTTP/1.1\r\nHost: x\r\n\r\n");
    }
  }
  for (int i = 0; i < kConnections; ++i) {
    const std::string last = "{/" + std::to_string(i) + "-" + std::to_string(kRequests - 1) + " ";
    EXPECT_THAT(clients[i]->ReadUntil(last), HasSubstr(last));
  }
}

TEST(ServeTest, NonsenseFromClientsDoesNotHurt) {
  constexpr int kRounds = 300;
  Worker worker(Worker::Handler("return new Response(`fine ${(await request.text()).length}`);"));
  const std::string valid =
      "POST /path?q HTTP/1.1\r\nHost: example.com\r\nContent-Type: "
      "text/plain\r\nTransfer-Encoding: chunked\r\n"
      "X-Thing: value\r\n\r\n5\r\nhello\r\n0\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\nContent-Length: "
      "3\r\n\r\nabc";
  const std::string_view tokens[] = {"\r\n",
                                     "\0",
                                     ":",
                                     " ",
                                     "\xff",
                                     "Content-Length: 99999999999999999999\r\n",
                                     "Transfer-Encoding: chunked, gzip\r\n",
                                     "HTTP/9.9",
                                     "ffffffffffffffff\r\n",
                                     "-1\r\n",
                                     "Host: y\r\n",
                                     "\r",
                                     "\n",
                                     "GET",
                                     "\t"};
  std::mt19937 random(20'261'123);  // a failure can be repeated
  const auto below = [&](size_t n) { return n == 0 ? 0 : random() % n; };
  for (int round = 0; round < kRounds; ++round) {
    std::string bytes = valid;
    for (size_t edits = 1 + below(6); edits > 0; --edits) {
      const size_t at = below(bytes.size());
      switch (below(4)) {
        case 0: bytes[at] = static_cast<char>(random()); break;
        case 1: bytes.erase(at, 1 + below(20)); break;
        case 2: bytes.insert(at, tokens[below(std::size(tokens))]); break;
        default: bytes.resize(at); break;
      }
    }
    RawConnection client(worker.url());
    client.Send(bytes);
    if (below(4) == 0) client.Reset();
  }
  EXPECT_EQ(Send("POST", worker.url(), "12345").body, "fine 5") << worker.process().err();
}

}  // namespace
}  // namespace sedge::e2e
