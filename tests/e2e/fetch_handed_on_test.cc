// SPDX-License-Identifier: Apache-2.0
// Bodies of fetched responses that no script reads: the signal of their fetch still aborts them,
// wherever they were handed on to.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <ostream>

#include "tests/e2e/harness/event.h"
#include "tests/e2e/harness/http.h"
#include "tests/e2e/harness/local_server.h"
#include "tests/e2e/harness/worker.h"

namespace sedge::e2e {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

// "/whole" answers at once; any other path begins a body and never ends it, and tells when its
// client is gone. Bodies that are sent to it are read to their ends.
class Origin {
 public:
  Origin()
      : server_([this](const ServerRequest& request) -> ServerResponse {
          if (request.target == "/whole") return {.body = "all of it"};
          if (request.method == "POST") return {.body = "got " + request.body};
          ServerResponse response;
          // A gzip member that is stored: its head, and a block of nine bytes with more to come.
          const bool gzip = request.target == "/gzip";
          if (gzip) response.headers = {{"Content-Encoding", "gzip"}};
          response.stream = [this, &request, gzip](const WritePiece& write) {
            const std::string begin =
                gzip ? std::string("\x1f\x8b\x08\0\0\0\0\0\0\x03\0\x09\0\xf6\xff", 15) + "begin|end"
                     : "begin|end";
            if (write(begin)) gone_ = request.wait_for_close(SedgeProcess::kDeadlineMs);
            over_.Set();
            return false;
          };
          return response;
        }) {
    server_.set_body_observer([this](const ServerRequest&, std::string_view piece) {
      if (piece.find("begin") != std::string_view::npos) uploading_.Set();
    });
  }

  std::vector<std::string> Map() const { return {"--map", "api.test=" + server_.url()}; }
  // True when the client closed the connection.
  bool WaitUntilGone() { return over_.Wait() && gone_; }
  // Until what it began is sent back to it.
  bool WaitForUpload() { return uploading_.Wait(); }

 private:
  Event over_, uploading_;
  std::atomic<bool> gone_ = false;
  LocalServer server_;
};

// A worker that aborts, when it is asked for "/abort", what it began for other requests with
// `controller`.
std::string Script(const std::string& handler) {
  return "let controller;\n" + Worker::Handler(R"(
    if (url.pathname === "/abort") {
      controller.abort(new RangeError("enough of it"));
      return new Response("aborted");
    }
    controller = new AbortController();
    const { signal } = controller;
    const path = "http://api.test" + url.pathname;)" +
                                               handler);
}

struct Way {
  const char* name;
  // Of a response to `path` with a body that native code moves; sees signal.
  const char* handler;
};

void PrintTo(const Way& way, std::ostream* out) { *out << way.name; }

constexpr Way kWays[] = {
    {"Returned", "return fetch(path, { signal });"},
    {"ReturnedAfterItsBodyWasAskedFor",
     "const r = await fetch(path, { signal }); r.body; return r;"},
    {"Rewrapped", "const r = await fetch(path, { signal }); return new Response(r.body, r);"},
    {"RewrappedTwice",
     "const r = await fetch(path, { signal }); const again = new Response(r.body, r);"
     "return new Response(again.body, again);"},
    {"AnothersStream",
     "const { body, headers } = await fetch(path, { signal });"
     "return new Response(body, { headers });"},
    {"MovedThroughARequest",
     "const { body, headers } = await fetch(path, { signal });"
     "const moved = new Request(new Request('http://x/', { method: 'POST', body }));"
     "return new Response(moved.body, { headers });"},
    {"RequestWithASignal", "return fetch(new Request(path, { signal }));"},
    {"DependentSignal", "return fetch(path, { signal: AbortSignal.any([signal]) });"},
    {"WithAManualCoding", "return fetch(path, { signal, encodeResponseBody: 'manual' });"},
};

class FetchHandedOnTest : public testing::TestWithParam<Way> {};

constexpr char kEncoded[] = "Accept-Encoding: gzip\r\n";

// As it came, as it came coded, and decoded on its way.
TEST_P(FetchHandedOnTest, IsAborted) {
  for (const auto& [path, field] : {std::pair("/plain", ""), {"/gzip", kEncoded}, {"/gzip", ""}}) {
    Origin origin;
    Worker worker(Script(GetParam().handler), origin.Map());
    RawConnection client(worker.url());
    client.Send(std::string("GET ") + path + " HTTP/1.1\r\nHost: x\r\n" + field + "\r\n");
    EXPECT_THAT(client.ReadUntil("begin"), HasSubstr("begin")) << path << field;
    EXPECT_EQ(Get(worker.url() + "/abort").body, "aborted");
    EXPECT_TRUE(origin.WaitUntilGone());
    // Cut off, so that the client does not take it for whole.
    EXPECT_THAT(client.ReadToEnd(), Not(EndsWith("0\r\n\r\n")));
    EXPECT_TRUE(worker.process().WaitForLog("enough of it"));
  }
}

// What comes in time is whole, and an abort that comes later changes nothing.
TEST_P(FetchHandedOnTest, IsWholeWithoutAnAbort) {
  Origin origin;
  Worker worker(Script(GetParam().handler), origin.Map());
  for (int i = 0; i < 3; ++i) {
    const HttpResponse response = Get(worker.url() + "/whole");
    EXPECT_EQ(response.error, "");
    EXPECT_EQ(response.body, "all of it");
    EXPECT_EQ(Get(worker.url() + "/abort").body, "aborted");
  }
}

TEST_P(FetchHandedOnTest, EndsWithItsClient) {
  Origin origin;
  Worker worker(Script(GetParam().handler), origin.Map());
  RawConnection client(worker.url());
  client.Send("GET /plain HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(client.ReadUntil("begin"), HasSubstr("begin"));
  client.Reset();
  EXPECT_TRUE(origin.WaitUntilGone());
  EXPECT_EQ(Get(worker.url() + "/abort").body, "aborted");
}

INSTANTIATE_TEST_SUITE_P(Ways, FetchHandedOnTest, testing::ValuesIn(kWays),
                         [](const auto& info) { return std::string(info.param.name); });

// A timeout, short or long, and a timer of the request that was answered long ago.
TEST(FetchHandedOnTimeTest, TimesOutAfterTheHead) {
  for (const std::string signal :
       {"AbortSignal.timeout(200)", "AbortSignal.timeout(1100)",
        "AbortSignal.any([new AbortController().signal, AbortSignal.timeout(1100)])",
        "(() => { const c = new AbortController(); setTimeout(() => c.abort(), 200);"
        "return c.signal; })()"}) {
    Origin origin;
    Worker worker(
        Worker::Handler("return fetch('http://api.test/plain', { signal: " + signal + " });"),
        origin.Map());
    RawConnection client(worker.url());
    client.Send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    const std::string& all = client.ReadToEnd();
    EXPECT_THAT(all, HasSubstr("begin")) << signal;
    EXPECT_THAT(all, Not(EndsWith("0\r\n\r\n"))) << signal;
    EXPECT_TRUE(origin.WaitUntilGone()) << signal;
  }
}

TEST(FetchHandedOnToAFetchTest, FailsItWithTheSignalsReason) {
  Origin origin;
  Worker worker(Script(R"(
    const { body } = await fetch(path, { signal });
    try {
      const response = await fetch("http://api.test/", { method: "POST", body });
      return new Response(await response.text());
    } catch (error) {
      return new Response(`${error === signal.reason} ${error}`);
    })"),
                origin.Map());
  EXPECT_EQ(Get(worker.url() + "/whole").body, "got all of it");
  RawConnection client(worker.url());
  client.Send("GET /plain HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  ASSERT_TRUE(origin.WaitForUpload());
  EXPECT_EQ(Get(worker.url() + "/abort").body, "aborted");
  EXPECT_THAT(client.ReadToEnd(), EndsWith("true RangeError: enough of it"));
}

TEST(FetchHandedOnToKvTest, FailsThePutWithTheSignalsReason) {
  Origin origin;
  std::vector<std::string> flags = origin.Map();
  flags.insert(flags.end(), {"--kv", "KV"});
  Worker worker(Worker::Handler(R"(
    const controller = new AbortController();
    const { signal } = controller;
    await env.KV.put("whole", (await fetch("http://api.test/whole", { signal })).body);
    const putting = env.KV.put("cut", (await fetch("http://api.test/plain", { signal })).body);
    controller.abort(new RangeError("enough of it"));
    const error = await putting.catch((e) => e);
    return Response.json([error === signal.reason, await env.KV.get("whole"), await env.KV.get("cut")]);)"),
                flags);
  EXPECT_EQ(Get(worker.url()).body, R"([true,"all of it",null])");
  EXPECT_TRUE(origin.WaitUntilGone());
}

// Whatever a script makes of the body fails with the signal's reason.
TEST(FetchHandedOnToAScriptTest, FailsWithTheSignalsReason) {
  Origin origin;
  Worker worker(Worker::Handler(R"(
    const post = (body) => new Request("http://x/", { method: "POST", body });
    const ways = {
      moved: (r) => new Request(post(r.body)),
      movedTwice: (r) => new Request(new Request(post(r.body))),
      movedAndAskedFor(r) {
        const moved = new Request(post(r.body));
        moved.body;
        return moved;
      },
      rewrappedAndMoved: (r) => new Request(post(new Response(r.body, r).body)),
      rewrapped: (r) => new Response(r.body, r),
      itself: (r) => r,
    };
    const outcomes = [];
    for (const [name, make] of Object.entries(ways)) {
      for (const begins of [true, false]) {
        const controller = new AbortController();
        const made = make(await fetch("http://api.test/plain", { signal: controller.signal }));
        const read = begins ? made.text() : undefined;
        const reason = new RangeError(name);
        controller.abort(reason);
        const error = await (read ?? made.text()).catch((e) => e);
        if (error !== reason) outcomes.push(`${name} ${begins}: ${error}`);
      }
    }
    return Response.json(outcomes);)"),
                origin.Map());
  EXPECT_EQ(Get(worker.url()).body, "[]");
}

}  // namespace
}  // namespace sedge::e2e
