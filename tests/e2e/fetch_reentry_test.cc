// SPDX-License-Identifier: Apache-2.0
// Scripts that act in the middle of a fetch's end, or after everything is over: nothing breaks, and
// nothing is kept.
#include <gtest/gtest.h>

#include "tests/e2e/harness/http.h"
#include "tests/e2e/harness/server_state.h"
#include "tests/e2e/harness/worker.h"
#include "tests/http/scripted_server.h"

namespace sedge::e2e {
namespace {

using http::ScriptedServer;
using http::ServerSocket;

const State kNothing = {{"requests", 0}, {"bodies", 0}, {"fetches", 0}, {"client_connections", 0}};

TEST(FetchReentryTest, AStreamWhoseCancelAbortsItsOwnFetch) {
  ScriptedServer server([](ServerSocket& socket) {
    socket.ReadHead();
    socket.Write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    socket.WaitForClose();
  });
  Worker worker(Worker::Handler(R"(
    if (url.pathname === "/ping") return new Response("pong");
    const controller = new AbortController();
    let body;
    if (url.pathname === "/cancel") {
      body = new ReadableStream({
        start(c) { c.enqueue(new Uint8Array(10)); },
        pull() { return new Promise(() => {}); },
        cancel() { controller.abort(); },
      });
    } else {
      const { readable, writable } = new TransformStream();
      const writer = writable.getWriter();
      writer.write(new Uint8Array(10));
      writer.closed.catch(() => controller.abort());
      body = readable;
    }
    try {
      const response = await fetch("http://api.test/", { method: "POST", signal: controller.signal, body });
      return new Response(String(response.status));
    } catch (error) {
      return new Response(error.name);
    })"),
                {"--map", "api.test=http://127.0.0.1:" + std::to_string(server.port())});
  for (const char* path : {"/cancel", "/transform"}) {
    EXPECT_EQ(Get(worker.url() + path).body, "200") << path << worker.process().err();
    EXPECT_EQ(Get(worker.url() + "/ping").body, "pong") << path;
  }
  EXPECT_EQ(WaitForState(worker.process(), kNothing), "");
}

TEST(FetchReentryTest, AResponseThatComesAfterItsRequestIsOverIsCancelled) {
  ScriptedServer server([](ServerSocket& socket) {
    socket.ReadHead();
    socket.Write("HTTP/1.1 200 OK\r\nContent-Length: 10000000\r\n\r\n");
    while (socket.Write(std::string(100'000, 'x'))) {
    }
  });
  Worker worker(Worker::Handler(R"(
    fetch("http://api.test/").then((response) => globalThis.kept = response, () => {});
    return new Response("bye");)"),
                {"--map", "api.test=http://127.0.0.1:" + std::to_string(server.port())});
  for (int i = 0; i < 5; ++i) EXPECT_EQ(Get(worker.url()).body, "bye");
  EXPECT_EQ(WaitForState(worker.process(), kNothing), "");
  EXPECT_EQ(server.accepted(), 5);
}

TEST(FetchReentryTest, AbortedFetchesHoldNoMemory) {
  ScriptedServer server([](ServerSocket& socket) { socket.WaitForClose(); });
  Worker worker(R"(
    let aborted = 0;
    export default { async fetch() {
      for (let i = 0; i < 1000; ++i) {
        const controller = new AbortController();
        const fetched = fetch("http://api.test/", { signal: controller.signal });
        controller.abort();
        await fetched.catch(() => ++aborted);
      }
      return new Response(String(aborted));
    } };)",
                {"--map", "api.test=http://127.0.0.1:" + std::to_string(server.port()), "--threads", "1"},
                "[limits]\nmemory_mb = 32\nsubrequests = 1000\ncpu_ms = 60000");
  for (int i = 1; i <= 25; ++i) {
    ASSERT_EQ(Get(worker.url()).body, std::to_string(i * 1000)) << worker.process().err();
  }
}

TEST(FetchReentryTest, WhatFollowsALongStreamIsAnswered) {
  Worker worker(Worker::Handler(R"(
    if (url.pathname === "/next") return new Response("next");
    let left = 20;
    return new Response(new ReadableStream({ start(controller) {
      while (left-- > 0) controller.enqueue(new Uint8Array(65536));
      controller.close();
    } }));)"));
  RawConnection pipelined(worker.url());
  pipelined.Send(
      "GET / HTTP/1.1\r\nHost: x\r\n\r\nGET /next HTTP/1.1\r\nHost: x\r\nConnection: "
      "close\r\n\r\n");
  EXPECT_TRUE(pipelined.ReadToEnd().ends_with("\r\n\r\nnext"));
}

}  // namespace
}  // namespace sedge::e2e
