// SPDX-License-Identifier: Apache-2.0
// What the server does about clients that wait, leave or do not take what they asked for, through
// the real binary.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/e2e/harness/http.h"
#include "tests/e2e/harness/worker.h"

namespace sedge::e2e {
namespace {

using ::testing::EndsWith;
using ::testing::StartsWith;

const std::string kGet = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

// A deadline that passes while JavaScript runs is not held against who kept it.
TEST(ClientDeadlinesTest, WhatCameDuringALongRunOfJavaScriptCameInTime) {
  Worker worker(Worker::Handler(R"(
    if (url.pathname === "/busy") {
      console.log("busy");
      for (const start = Date.now(); Date.now() - start < 3000;);
    }
    return new Response(`answer ${(await request.text()).length}`);)"),
                {}, "[limits]\nidle_timeout_ms = 2000\nbody_timeout_ms = 2000");
  RawConnection idle(worker.url());
  idle.Send(kGet);
  idle.ReadUntil("answer 0");
  RawConnection in_body(worker.url());
  in_body.Send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbo");
  RawConnection busy(worker.url());
  busy.Send("GET /busy HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(worker.process().WaitForLog("busy"));
  idle.Send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx");
  in_body.Send("dy");
  EXPECT_THAT(idle.ReadUntil("answer 1"), EndsWith("answer 1"));
  EXPECT_THAT(in_body.ReadUntil("answer 4"), EndsWith("answer 4"));
}

// Behind more of a body than the server reads ahead: with its end, and with a reset.
TEST(ClientDeadlinesTest, AClientThatLeavesBehindAnUnreadBodyIsNoticed) {
  Worker worker(Worker::Handler(R"(
    request.signal.addEventListener("abort", () => console.log("aborted", url.pathname));
    console.log("waiting", url.pathname);
    await new Promise(() => {});)"));
  for (const std::string path : {"/close", "/reset"}) {
    RawConnection client(worker.url());
    client.Send("POST " + path + " HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n" +
                std::string(100'000, 'x'));
    ASSERT_TRUE(worker.process().WaitForLog("waiting " + path));
    path == "/close" ? client.Close() : client.Reset();
    EXPECT_TRUE(worker.process().WaitForLog("aborted " + path));
  }
}

// Who only half closes behind such a body gets its answer.
TEST(ClientDeadlinesTest, AHalfClosedClientIsAnsweredBeforeItsBodyIsRead) {
  Worker worker(Worker::Handler(R"(
    await new Promise((resolve) => setTimeout(resolve, 3500));
    return new Response(`aborted ${request.signal.aborted}, read ${(await request.text()).length}`);)"));
  RawConnection client(worker.url());
  client.Send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n" +
              std::string(100'000, 'x'));
  client.HalfClose();
  EXPECT_THAT(client.ReadToEnd(), EndsWith("aborted false, read 100000"));
}

// That its connection ends is said in the response.
TEST(ClientDeadlinesTest, ABodyThatIsTooLongToBeReadOverEndsTheConnection) {
  Worker worker(Worker::Handler("return new Response('unread');"), {},
                "[limits]\nlinger_timeout_ms = 1000\nlinger_max_ms = 2000");
  for (const size_t size : {200'000u, 300'000u}) {
    SCOPED_TRACE(size);
    RawConnection client(worker.url());
    client.Send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(size) +
                "\r\n\r\n" + std::string(size, 'x'));
    EXPECT_THAT(client.ReadUntil("unread"), EndsWith("unread"));
    const bool ends = size > 256u << 10;
    EXPECT_EQ(client.received().find("Connection: close") != std::string::npos, ends);
    client.Send(kGet);
    client.ReadUntil("unreadHTTP/1.1 200");
    EXPECT_EQ(client.received().find("unreadHTTP/1.1 200") == std::string::npos, ends);
    if (ends) client.ReadToEnd();
  }
}

TEST(ClientDeadlinesTest, AConnectionThatWasRefusedTakesNoPlace) {
  Worker worker(Worker::Handler("return new Response('answer');"), {},
                "[limits]\nconnections = 1\nlinger_timeout_ms = 60000\nlinger_max_ms = 60000");
  RawConnection first(worker.url());
  first.Send(kGet);
  first.ReadUntil("answer");
  RawConnection refused(worker.url());
  refused.Send("GET / HTTP/1.1\r\n");  // so that the server listens on
  EXPECT_THAT(refused.ReadToEnd(), StartsWith("HTTP/1.1 503 "));
  first.HalfClose();
  first.ReadToEnd();
  RawConnection second(worker.url());
  second.Send(kGet);
  EXPECT_THAT(second.ReadUntil("answer"), EndsWith("answer"));
}

}  // namespace
}  // namespace sedge::e2e
