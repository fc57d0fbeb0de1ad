// SPDX-License-Identifier: Apache-2.0
// Bodies that fetch() sends and gets, piece by piece: back-pressure, aborting, clients that go
// away.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <future>
#include <mutex>

#include "tests/e2e/harness/event.h"
#include "tests/e2e/harness/http.h"
#include "tests/e2e/harness/local_server.h"
#include "tests/e2e/harness/worker.h"

namespace sedge::e2e {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr uint64_t kLargeBytes = 50u << 20;
// Buffers on the way, and what the allocator keeps of them.
constexpr size_t kAllowedGrowthBytes = 20u << 20;
// A script that handles every chunk leaves garbage until the collector comes by.
constexpr size_t kAllowedScriptGrowthBytes = 32u << 20;

std::vector<std::string> Map(const LocalServer& server) {
  return {"--map", "api.test=" + server.url()};
}

HttpResponse GetLarge(const std::string& url) {
  HttpRequest request;
  request.url = url;
  request.discard_body = true;
  request.timeout_ms = 60'000;
  return Fetch(request);
}

TEST(FetchStreamTest, AnUploadIsSentWhileItIsMade) {
  Event first_came;
  LocalServer api([&](const ServerRequest& request) {
    // The worker's second piece waits for this answer.
    if (request.target == "/wait")
      return ServerResponse{.body = first_came.Wait() ? "second" : "late"};
    return ServerResponse{.body = request.Header("transfer-encoding") + "|" + request.body};
  });
  api.set_body_observer([&](const ServerRequest&, std::string_view piece) {
    if (piece.starts_with("first")) first_came.Set();
  });
  Worker worker(Worker::Handler(R"(
    const pieces = ["first,", async () => (await fetch("http://api.test/wait")).text()];
    const body = new ReadableStream({
      async pull(controller) {
        const piece = pieces.shift();
        if (piece === undefined) return controller.close();
        const text = typeof piece === "string" ? piece : await piece();
        controller.enqueue(new TextEncoder().encode(text));
      },
    });
    return fetch("http://api.test/upload", { method: "POST", body, duplex: "half" });)"),
                Map(api));
  EXPECT_EQ(Get(worker.url()).body, "chunked|first,second");
}

TEST(FetchStreamTest, AnUploadOfKnownLengthSaysIt) {
  LocalServer api([](const ServerRequest& request) {
    return ServerResponse{.body = request.Header("content-length") + "|" + request.body};
  });
  Worker worker(Worker::Handler(R"(
    const { readable, writable } = new FixedLengthStream(5);
    const writer = writable.getWriter();
    writer.write(new TextEncoder().encode("hello")).then(() => writer.close());
    return fetch("http://api.test/", { method: "PUT", body: readable });)"),
                Map(api));
  EXPECT_EQ(Get(worker.url()).body, "5|hello");
}

TEST(FetchStreamTest, AnUploadWhoseStreamFailsFailsTheFetch) {
  LocalServer api([](const ServerRequest&) { return ServerResponse{}; });
  Worker worker(Worker::Handler(R"(
    let count = 0;
    const body = new ReadableStream({
      pull(controller) {
        if (++count === 2) throw new RangeError("no more of it");
        controller.enqueue(new Uint8Array(10));
      },
    });
    try {
      await fetch("http://api.test/", { method: "POST", body, duplex: "half" });
      return new Response("it worked");
    } catch (error) {
      return new Response(`${error.name}: ${error.message}`);
    })"),
                Map(api));
  EXPECT_EQ(Get(worker.url()).body, "RangeError: no more of it");
}

TEST(FetchStreamTest, ALargeUploadPassesToAnOriginThatIsSlow) {
  Event may_read;
  LocalServer api([](const ServerRequest& request) {
    const bool same =
        std::all_of(request.body.begin(), request.body.end(), [](char c) { return c == 'u'; });
    return ServerResponse{.body =
                              std::to_string(request.body.size()) + (same ? " same" : " changed")};
  });
  bool is_first = true;
  api.set_body_observer([&](const ServerRequest& request, std::string_view) {
    if (request.method == "POST" && std::exchange(is_first, false)) may_read.Wait();
  });
  Worker worker(Worker::Handler("return fetch('http://api.test/', request);"), Map(api));
  Get(worker.url());
  const size_t before = worker.process().ResidentBytes();
  std::future<HttpResponse> response = std::async(std::launch::async, [&] {
    HttpRequest request;
    request.method = "POST";
    request.url = worker.url();
    request.body.assign(kLargeBytes, 'u');
    request.timeout_ms = 60'000;
    return Fetch(request);
  });
  // While the origin reads nothing the process fills its buffers and no more.
  EXPECT_EQ(response.wait_for(std::chrono::milliseconds(500)), std::future_status::timeout);
  EXPECT_LT(worker.process().PeakResidentBytes(), before + kAllowedGrowthBytes);
  may_read.Set();
  EXPECT_EQ(response.get().body, std::to_string(kLargeBytes) + " same");
  EXPECT_LT(worker.process().PeakResidentBytes(), before + kAllowedGrowthBytes);
}

TEST(FetchStreamTest, ALargeResponsePassesThrough) {
  LocalServer api([](const ServerRequest& request) -> ServerResponse {
    if (request.target == "/large") return {.stream_bytes = kLargeBytes};
    return {.body = "small"};
  });
  Worker worker(Worker::Handler("return fetch('http://api.test' + url.pathname);"), Map(api));
  Get(worker.url());
  const size_t before = worker.process().ResidentBytes();
  const HttpResponse response = GetLarge(worker.url() + "/large");
  EXPECT_EQ(response.error, "");
  EXPECT_EQ(response.body_bytes, kLargeBytes);
  EXPECT_LT(worker.process().PeakResidentBytes(), before + kAllowedGrowthBytes);
}

// A reader that waits makes the origin wait, through a script that changes every chunk.
TEST(FetchStreamTest, ASlowReaderHoldsBackAScriptsStream) {
  LocalServer api([](const ServerRequest& request) -> ServerResponse {
    if (request.target == "/large") return {.stream_bytes = kLargeBytes};
    return {.body = "small"};
  });
  Worker worker(Worker::Handler(R"(
    const response = await fetch("http://api.test" + url.pathname);
    const { readable, writable } = new TransformStream({
      transform(chunk, controller) { controller.enqueue(chunk.map((byte) => byte + 1)); },
    });
    response.body.pipeTo(writable);
    return new Response(readable);)"),
                Map(api));
  EXPECT_EQ(Get(worker.url()).body, "tnbmm");
  const size_t before = worker.process().ResidentBytes();
  RawConnection slow(worker.url());
  slow.Send("GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  slow.ReadUntil("yyyy");
  // Another request shows that the process is at rest rather than reading on.
  for (int i = 0; i < 20; ++i) EXPECT_EQ(Get(worker.url()).body, "tnbmm");
  EXPECT_LT(worker.process().PeakResidentBytes(), before + kAllowedScriptGrowthBytes);
  const std::string& all = slow.ReadToEnd();
  EXPECT_EQ(static_cast<uint64_t>(std::count(all.begin(), all.end(), 'y')), kLargeBytes);
  EXPECT_THAT(all.substr(all.size() - 5), "0\r\n\r\n");
}

// None of those who do not read on costs more than the pieces on their way.
TEST(FetchStreamTest, AStreamOverALargeBlobGoesPieceByPiece) {
  constexpr uint64_t kBlobBytes = 24u << 20;
  Worker worker(R"(
const part = new Uint8Array(12 << 20).fill(121);
const blob = new Blob([part, part]);
export default {
  fetch(request) {
    return new Response(new Response(blob.stream()).body, { headers: { "x-a": "1" } });
  },
};)");
  HttpResponse whole = GetLarge(worker.url() + "/large");
  EXPECT_EQ(whole.error, "");
  EXPECT_EQ(whole.body_bytes, kBlobBytes);
  const size_t before = worker.process().PeakResidentBytes();
  std::vector<std::unique_ptr<RawConnection>> slow;
  for (int i = 0; i < 6; ++i) {
    slow.push_back(std::make_unique<RawConnection>(worker.url()));
    slow.back()->Send("GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    slow.back()->ReadUntil("yyyy");
  }
  EXPECT_LT(worker.process().PeakResidentBytes(), before + 3 * kBlobBytes);
  for (const auto& connection : slow) {
    const std::string& all = connection->ReadToEnd();
    EXPECT_EQ(static_cast<uint64_t>(std::count(all.begin(), all.end(), 'y')), kBlobBytes);
  }
}

TEST(FetchStreamTest, AResponseComesWhileItIsMade) {
  Event read;
  LocalServer api([&](const ServerRequest&) {
    return ServerResponse{.stream = [&](const WritePiece& write) {
      return write("first,") && read.Wait() && write("second");
    }};
  });
  Worker worker(Worker::Handler("return fetch('http://api.test/');"), Map(api));
  RawConnection client(worker.url());
  client.Send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(client.ReadUntil("first,"), HasSubstr("first,"));
  read.Set();
  EXPECT_THAT(client.ReadToEnd(), HasSubstr("second"));
}

// Never answers, or never ends its body; tells when its client is gone.
struct Endless {
  explicit Endless(bool with_head)
      : server([this, with_head](const ServerRequest& request) -> ServerResponse {
          came.Set();
          if (with_head) {
            return {.stream = [this, &request](const WritePiece& write) {
              if (write("begin")) gone = request.wait_for_close(SedgeProcess::kDeadlineMs);
              over.Set();
              return false;
            }};
          }
          gone = request.wait_for_close(SedgeProcess::kDeadlineMs);
          over.Set();
          return {};
        }) {}
  // True when the client closed the connection.
  bool WaitUntilGone() { return over.Wait() && gone; }

  Event came, over;
  std::atomic<bool> gone = false;
  LocalServer server;
};

TEST(FetchStreamTest, AbortsBeforeTheResponse) {
  Endless endless(false);
  Worker worker(Worker::Handler(R"(
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 50);
    try {
      await fetch("http://api.test/", { signal: controller.signal });
      return new Response("it worked");
    } catch (error) {
      const isReason = error === controller.signal.reason;
      return new Response(`${error.name} ${error instanceof DOMException} ${isReason}`);
    })"),
                Map(endless.server));
  EXPECT_EQ(Get(worker.url()).body, "AbortError true true");
  EXPECT_TRUE(endless.WaitUntilGone());
}

TEST(FetchStreamTest, AbortsInsideTheBody) {
  Endless endless(true);
  Worker worker(Worker::Handler(R"(
    const controller = new AbortController();
    const response = await fetch("http://api.test/", { signal: controller.signal });
    const reader = response.body.getReader();
    const first = new TextDecoder().decode((await reader.read()).value);
    setTimeout(() => controller.abort(new RangeError("enough")), 20);
    try {
      await reader.read();
      return new Response("it worked");
    } catch (error) {
      return new Response(`${first} ${error.name}: ${error.message}`);
    })"),
                Map(endless.server));
  EXPECT_EQ(Get(worker.url()).body, "begin RangeError: enough");
  EXPECT_TRUE(endless.WaitUntilGone());
}

TEST(FetchStreamTest, TimesOutInsideText) {
  Endless endless(true);
  Worker worker(Worker::Handler(R"(
    const response = await fetch("http://api.test/", { signal: AbortSignal.timeout(100) });
    try {
      return new Response(await response.text());
    } catch (error) {
      return new Response(error.name);
    })"),
                Map(endless.server));
  EXPECT_EQ(Get(worker.url()).body, "TimeoutError");
  EXPECT_TRUE(endless.WaitUntilGone());
}

TEST(FetchStreamTest, ABodyThatIsCancelledEndsTheConnection) {
  Endless endless(true);
  Worker worker(Worker::Handler(R"(
    const response = await fetch("http://api.test/");
    await response.body.cancel();
    return new Response("done");)"),
                Map(endless.server));
  EXPECT_EQ(Get(worker.url()).body, "done");
  EXPECT_TRUE(endless.WaitUntilGone());
}

constexpr const char* kRequest = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

TEST(FetchStreamTest, AClientThatGoesEndsTheFetchBeforeTheResponse) {
  Endless endless(false);
  Worker worker(Worker::Handler("return fetch('http://api.test/');"), Map(endless.server));
  {
    RawConnection client(worker.url());
    client.Send(kRequest);
    EXPECT_TRUE(endless.came.Wait());
  }
  EXPECT_TRUE(endless.WaitUntilGone());
}

TEST(FetchStreamTest, AClientThatGoesEndsTheFetchInsideTheBody) {
  for (const std::string handler : {"return fetch('http://api.test/');",
                                    "const { readable, writable } = new TransformStream();"
                                    "const response = await fetch('http://api.test/');"
                                    "response.body.pipeTo(writable).catch(() => {});"
                                    "return new Response(readable);"}) {
    Endless endless(true);
    Worker worker(Worker::Handler(handler), Map(endless.server));
    {
      RawConnection client(worker.url());
      client.Send(kRequest);
      EXPECT_THAT(client.ReadUntil("begin"), HasSubstr("begin"));
    }
    EXPECT_TRUE(endless.WaitUntilGone()) << handler;
  }
}

// A limit on what frames a body is the network's failure to a script, as any other is.
TEST(FetchStreamTest, ABodyWhoseFramingIsTooLongIsANetworkError) {
  LocalServer api([](const ServerRequest&) -> ServerResponse {
    return {.raw = [](const WritePiece& write) {
      write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n");
      const std::string chunk = "1;" + std::string(1000, 'e') + "\r\nx\r\n";
      for (int i = 0; i < 1000 && write(chunk); ++i) {
      }
    }};
  });
  Worker worker(Worker::Handler(R"(
    const fails = (promise) => promise.then(() => "it worked", (error) => `${error}`);
    const read = async ({ body }) => { for await (const chunk of body); };
    return new Response([
      await fails(fetch("http://api.test/").then((response) => response.text())),
      await fails(fetch("http://api.test/").then(read)),
    ].join("\n"));)"),
                Map(api));
  const std::string failed = Get(worker.url()).body;
  const std::string why = "the trailers and chunk extensions of the response exceed the limit";
  EXPECT_THAT(failed, AllOf(StartsWith("TypeError: "), HasSubstr("\nTypeError: "), HasSubstr(why)));
}

// What the handler still reads when nobody waits for its answer.
TEST(FetchStreamTest, AClientThatGoesEndsABodyThatTheHandlerReads) {
  Endless endless(true);
  Worker worker(Worker::Handler(R"(
    if (url.pathname === "/log") return new Response(globalThis.seen ?? "nothing");
    const reader = (await fetch("http://api.test/")).body.getReader();
    await reader.read();
    await reader.read().catch((error) => { globalThis.seen = error.message; });
    return new Response("never sent");)"),
                Map(endless.server));
  {
    RawConnection client(worker.url());
    client.Send(kRequest);
    EXPECT_TRUE(endless.came.Wait());
  }
  EXPECT_TRUE(endless.WaitUntilGone());
  EXPECT_THAT(Get(worker.url() + "/log").body, HasSubstr("ctx.waitUntil()"));
}

TEST(FetchStreamTest, AClientThatGoesAbortsTheRequestsSignal) {
  Endless endless(false);
  Worker worker(Worker::Handler(R"(
    if (url.pathname === "/log") return new Response(globalThis.seen ?? "nothing");
    try {
      return await fetch("http://api.test/", { signal: request.signal });
    } catch (error) {
      globalThis.seen = `${error.name}: ${error.message}`;
      throw error;
    })"),
                Map(endless.server));
  {
    RawConnection client(worker.url());
    client.Send(kRequest);
    EXPECT_TRUE(endless.came.Wait());
  }
  EXPECT_TRUE(endless.WaitUntilGone());
  EXPECT_EQ(Get(worker.url() + "/log").body, "AbortError: The client has disconnected.");
}

// Also when nobody asked for the signal before: while the handler is at work, and after it answered
// nobody.
TEST(FetchStreamTest, ASignalThatIsFirstReadAfterTheClientWentIsAborted) {
  Worker worker(Worker::Handler(R"(
    if (url.pathname === "/gone") {
      globalThis.gone = true;
      return new Response("noted");
    }
    console.log(`waiting for ${url.pathname}`);
    const derived = request.clone();
    let answered = false;
    ctx.waitUntil((async () => {
      while (!globalThis.gone) await scheduler.wait(5);
      if (url.pathname === "/late") while (!answered) await scheduler.wait(5);
      await scheduler.wait(20);
      const { aborted, reason } = request.signal;
      console.log(`${url.pathname} ${aborted} ${reason} ${derived.signal.aborted}`);
      globalThis.gone = false;
    })());
    while (!globalThis.gone) await scheduler.wait(5);
    if (url.pathname === "/early") await scheduler.wait(100);
    answered = true;
    return new Response("nobody gets this");)"));
  for (const std::string path : {"/early", "/late"}) {
    RawConnection client(worker.url());
    client.Send("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
    ASSERT_TRUE(worker.process().WaitForLog("waiting for " + path));
    client.Reset();
    Get(worker.url() + "/gone");
    EXPECT_TRUE(
        worker.process().WaitForLog(path + " true AbortError: The client has disconnected. true"));
  }
}

// What waitUntil() was given goes on when the client is gone.
TEST(FetchStreamTest, WaitUntilOutlivesTheClient) {
  Event client_gone, noted;
  LocalServer api([&](const ServerRequest& request) {
    if (request.target == "/slow") return ServerResponse{.body = client_gone.Wait() ? "late" : ""};
    noted.Set();
    return ServerResponse{};
  });
  LocalServer log([&](const ServerRequest&) { return ServerResponse{}; });
  Worker worker(Worker::Handler(R"(
    ctx.waitUntil((async () => {
      const text = await (await fetch("http://api.test/slow")).text();
      await fetch("http://api.test/note-" + text);
    })());
    return new Response("at once");)"),
                Map(api));
  {
    RawConnection client(worker.url());
    client.Send(kRequest);
    EXPECT_THAT(client.ReadUntil("at once"), HasSubstr("at once"));
  }
  client_gone.Set();
  EXPECT_TRUE(noted.Wait());
  EXPECT_EQ(api.log().back(), "GET /note-late");
}

TEST(FetchStreamTest, TheEndOfABodyShowsWithoutAnotherRead) {
  LocalServer api([](const ServerRequest&) -> ServerResponse { return {.body = "all"}; });
  Worker worker(Worker::Handler(R"(
    const reader = (await fetch("http://api.test/")).body.getReader();
    const { value } = await reader.read();
    await reader.closed;
    return new Response(value);)"),
                Map(api));
  EXPECT_EQ(Get(worker.url()).body, "all");
  EXPECT_EQ(Get(worker.url()).body, "all");
  EXPECT_EQ(api.connections(), 1);  // given back
}

TEST(FetchStreamTest, TheFailureOfABodyShowsWithoutAnotherRead) {
  Event read;
  LocalServer api([&](const ServerRequest& request) -> ServerResponse {
    if (request.target == "/read") {
      read.Set();
      return {};
    }
    return {.raw = [&](const WritePiece& write) {
      write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n");
      read.Wait();
      write("garbage");
    }};
  });
  Worker worker(Worker::Handler(R"(
    const reader = (await fetch("http://api.test/")).body.getReader();
    const { value } = await reader.read();
    await fetch("http://api.test/read");
    const error = await reader.closed.catch((reason) => reason);
    return new Response(`${new TextDecoder().decode(value)}|${error.name}: ${error.message}`);)"),
                Map(api));
  const std::string body = Get(worker.url()).body;
  EXPECT_THAT(body, HasSubstr("one|TypeError: "));
  EXPECT_THAT(body, HasSubstr("malformed response"));
}

}  // namespace
}  // namespace sedge::e2e
