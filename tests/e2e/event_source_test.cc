// SPDX-License-Identifier: Apache-2.0
// EventSource against a real server: events as they are made, connecting again, and the ends of a
// connection: close(), the end of the request that made it, a client that goes away.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>

#include "tests/e2e/harness/event.h"
#include "tests/e2e/harness/http.h"
#include "tests/e2e/harness/local_server.h"
#include "tests/e2e/harness/worker.h"

namespace sedge::e2e {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

ServerResponse EventStream(const std::string& body) {
  return {.headers = {{"Content-Type", "text/event-stream"}}, .body = body};
}

std::vector<std::string> Map(const LocalServer& server) {
  return {"--map", "events.test=" + server.url(), "--map", "other.test=" + server.url()};
}

// Sends one event and then nothing; tells when its client is gone.
struct Endless {
  // True when the client closed the connection.
  bool WaitUntilGone() { return over.Wait() && gone; }

  Event came, over;
  std::atomic<bool> gone = false;
  LocalServer server{[this](const ServerRequest& request) {
    ServerResponse response{.headers = {{"Content-Type", "text/event-stream"}}};
    response.stream = [this, &request](const WritePiece& write) {
      if (write("retry: 1\ndata: begin\n\n")) {
        came.Set();
        gone = request.wait_for_close(SedgeProcess::kDeadlineMs);
      }
      over.Set();
      return false;
    };
    return response;
  }};
};

TEST(EventSourceTest, EventsComeWhileTheyAreMade) {
  Event first_came;
  LocalServer api([&](const ServerRequest& request) -> ServerResponse {
    if (request.target == "/came") {
      first_came.Set();
      return {};
    }
    ServerResponse response{.headers = {{"Content-Type", "text/event-stream"}}};
    response.stream = [&](const WritePiece& write) {
      return write("event: greeting\nid: 7\ndata: hel") && write("lo\n\n") && first_came.Wait() &&
             write("data: second\r\n\r\n") && first_came.Wait();
    };
    return response;
  });
  Worker worker(Worker::Handler(R"(
    const source = new EventSource("http://events.test/stream#part");
    const seen = [source.readyState];
    source.onopen = (event) => seen.push(event.type, source.readyState);
    source.addEventListener("greeting", async (event) => {
      seen.push(event.type, event.data, event.lastEventId, event.origin);
      await fetch("http://events.test/came");
    });
    await new Promise((resolve) => { source.onmessage = (event) => { seen.push(event.data); resolve(); }; });
    source.close();
    return Response.json([...seen, source.readyState]);)"),
                Map(api));
  EXPECT_EQ(Get(worker.url()).body,
            R"([0,"open",1,"greeting","hello","7","http://events.test","second",2])")
      << worker.process().err();
  const ServerRequest asked = api.requests().front();
  EXPECT_EQ(asked.method + " " + asked.target, "GET /stream");
  EXPECT_EQ(asked.Header("accept"), "text/event-stream");
  EXPECT_EQ(asked.Header("cache-control"), "no-cache");
  EXPECT_EQ(asked.Header("last-event-id"), "");
}

TEST(EventSourceTest, ConnectsAgainWithTheLastId) {
  std::atomic<int> count = 0;
  LocalServer api([&](const ServerRequest&) -> ServerResponse {
    switch (++count) {
      case 1: return EventStream("retry: 1\nid: \xC3\xA4\ndata: one\n\nid: lost\n");
      case 2: {
        ServerResponse broken = EventStream("data: two\n\n" + std::string(1000, ':'));
        broken.close_early = true;
        return broken;
      }
      case 3: return {.status = 302, .headers = {{"Location", "http://other.test/moved"}}};
      case 4: return EventStream("id\ndata: three\n\n");
      default: return {.status = 204};
    }
  });
  Worker worker(Worker::Handler(R"(
    const source = new EventSource("http://events.test/");
    const seen = [];
    source.onmessage = (event) => seen.push(`${event.data} ${event.lastEventId} ${event.origin}`);
    await new Promise((resolve) => {
      source.onerror = () => {
        seen.push(source.readyState);
        if (source.readyState === EventSource.CLOSED) resolve();
      };
    });
    return new Response(seen.join("\n"));)"),
                Map(api));
  EXPECT_EQ(
      Get(worker.url()).body,
      "one ä http://events.test\n0\ntwo ä http://events.test\n0\nthree  http://other.test\n0\n2")
      << worker.process().err();
  std::vector<std::string> ids;
  for (const ServerRequest& request : api.requests())
    ids.push_back(request.Header("last-event-id"));
  EXPECT_THAT(ids, ElementsAre("", "ä", "ä", "ä", ""));
}

TEST(EventSourceTest, CloseEndsTheConnection) {
  Endless endless;
  Worker worker(Worker::Handler(R"(
    const source = new EventSource("http://events.test/");
    const event = await new Promise((resolve) => { source.onmessage = resolve; });
    source.close();
    return new Response(event.data);)"),
                Map(endless.server));
  EXPECT_EQ(Get(worker.url()).body, "begin");
  EXPECT_TRUE(endless.WaitUntilGone());
  EXPECT_EQ(endless.server.requests().size(), 1u);
}

// Nothing is told of it, and nothing connects again: the request is over.
TEST(EventSourceTest, TheEndOfTheRequestEndsTheConnection) {
  for (const std::string first : {"http://events.test/", "http://refused.test/"}) {
    Endless endless;
    std::vector<std::string> flags = Map(endless.server);
    flags.insert(flags.end(), {"--map", "refused.test=http://127.0.0.1:1"});
    Worker worker(Worker::Handler(R"(
      globalThis.log ??= [];
      if (url.pathname === "/log") return Response.json(log);
      const source = new EventSource(")" +
                                  first + R"(");
      const told = new Promise((resolve) => {
        source.onmessage = source.onerror = (event) => { log.push(event.type); resolve(event); };
      });
      source.onopen = () => log.push("open");
      await told;
      return new Response("answered");)"),
                  flags);
    EXPECT_EQ(Get(worker.url()).body, "answered");
    if (first == "http://events.test/") {
      EXPECT_TRUE(endless.WaitUntilGone());
    }
    const std::string expected =
        first == "http://events.test/" ? R"(["open","message"])" : R"(["error"])";
    EXPECT_EQ(Get(worker.url() + "/log").body, expected);
    EXPECT_LE(endless.server.requests().size(), 1u);
  }
}

TEST(EventSourceTest, WaitUntilKeepsTheConnection) {
  Event may_end, noted;
  LocalServer api([&](const ServerRequest& request) -> ServerResponse {
    if (request.target != "/stream") {
      noted.Set();
      return {};
    }
    ServerResponse response{.headers = {{"Content-Type", "text/event-stream"}}};
    response.stream = [&](const WritePiece& write) {
      return write(":\n\n") && may_end.Wait() && write("data: late\n\n") && noted.Wait();
    };
    return response;
  });
  Worker worker(Worker::Handler(R"(
    const source = new EventSource("http://events.test/stream");
    ctx.waitUntil(new Promise((resolve) => {
      source.onmessage = async (event) => {
        source.close();
        await fetch("http://events.test/" + event.data);
        resolve();
      };
    }));
    return new Response("at once");)"),
                Map(api));
  EXPECT_EQ(Get(worker.url()).body, "at once");
  may_end.Set();
  EXPECT_TRUE(noted.Wait());
  EXPECT_EQ(api.log().back(), "GET /late");
}

TEST(EventSourceTest, AClientThatGoesEndsTheConnection) {
  for (const std::string handler : {// Before the response, and while events are sent on.
                                    R"(const source = new EventSource("http://events.test/");
           await new Promise((resolve) => { source.onerror = resolve; });
           return new Response("never");)",
                                    R"(const source = new EventSource("http://events.test/");
           const { readable, writable } = new TransformStream();
           const writer = writable.getWriter();
           source.onmessage = (event) => writer.write(new TextEncoder().encode(event.data)).catch(() => {});
           return new Response(readable);)"}) {
    Endless endless;
    Worker worker(Worker::Handler(handler), Map(endless.server));
    {
      RawConnection client(worker.url());
      client.Send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
      if (handler.find("readable") != std::string::npos) {
        EXPECT_THAT(client.ReadUntil("begin"), HasSubstr("begin"));
      } else {
        EXPECT_TRUE(endless.came.Wait());
      }
    }
    EXPECT_TRUE(endless.WaitUntilGone()) << handler;
  }
}

TEST(EventSourceTest, AFailureIsToldOrLogged) {
  LocalServer api([](const ServerRequest& request) -> ServerResponse {
    if (request.target == "/long") return EventStream("data: " + std::string(5000, 'x') + "\n\n");
    if (request.target == "/status") return {.status = 500};
    return {.body = "data: x\n\n"};
  });
  Worker worker(Worker::Handler(R"(
    const source = new EventSource("http://events.test" + url.pathname);
    if (url.search === "") {
      const event = await new Promise((resolve) => { source.onerror = resolve; });
      return new Response(`${source.readyState} ${event.message}`);
    }
    while (source.readyState !== EventSource.CLOSED) await scheduler.wait(1);
    return new Response("closed");)"),
                Map(api), "[limits]\nevent_bytes = 4096");
  const std::string prefix = "EventSource http://events.test";
  const std::string status =
      prefix + "/status: the server answered 500; a stream of events begins with 200";
  EXPECT_EQ(Get(worker.url() + "/status").body, "2 " + status);
  EXPECT_EQ(
      Get(worker.url() + "/type").body,
      "2 " + prefix + "/type: the response has no Content-Type; it must be text/event-stream");
  EXPECT_EQ(Get(worker.url() + "/long").body,
            "2 " + prefix +
                "/long: an event of the stream has more than 4096 bytes (limits.event_bytes). Send "
                "smaller events, or raise limits.event_bytes in the configuration.");
  EXPECT_THAT(worker.process().err(), ::testing::Not(HasSubstr("EventSource")));
  EXPECT_EQ(Get(worker.url() + "/status?quiet").body, "closed");
  EXPECT_TRUE(worker.process().WaitForLog(status));
}

TEST(EventSourceTest, TheEndOfAStreamIsNotLogged) {
  Worker worker(Worker::Handler(R"(
    let isDone = false;
    const source = EventSource.from(new ReadableStream({
      pull(controller) {
        if (isDone) throw new Error("it broke");
        controller.enqueue(new TextEncoder().encode("data: last\n\n"));
        if (url.pathname === "/ends") controller.close();
        isDone = true;
      },
    }));
    while (source.readyState !== EventSource.CLOSED) await scheduler.wait(1);
    return new Response("closed");)"));
  EXPECT_EQ(Get(worker.url() + "/ends").body, "closed");
  EXPECT_EQ(Get(worker.url() + "/breaks").body, "closed");
  EXPECT_TRUE(worker.process().WaitForLog("EventSource: it broke"));
  EXPECT_THAT(worker.process().err(), ::testing::Not(HasSubstr("has ended")));
}

}  // namespace
}  // namespace sedge::e2e
