// SPDX-License-Identifier: Apache-2.0
// What a client may ask of the real binary: sizes, times, crowds. Each limit is met by its answer,
// and others are served all the while.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "tests/e2e/harness/http.h"
#include "tests/e2e/harness/worker.h"

namespace sedge::e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using Connections = std::vector<std::unique_ptr<RawConnection>>;

const std::string kWorker = Worker::Handler(R"(
  if (url.pathname === "/large") return new Response(new Uint8Array(64 << 20));
  if (request.method === "POST") {
    try {
      return new Response(`got ${(await request.arrayBuffer()).byteLength}`);
    } catch (error) {
      console.log("body:", error.message);
      throw error;
    }
  }
  return new Response("fine");)");
const std::string kGet = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
const std::string kPost = "POST / HTTP/1.1\r\nHost: x\r\n";
const std::string kGetLarge = "GET /large HTTP/1.1\r\nHost: x\r\n\r\n";

// Until `done` says true, asked every few milliseconds, or the harness's deadline has passed.
bool Until(const std::function<bool()>& done) {
  const auto end =
      std::chrono::steady_clock::now() + std::chrono::milliseconds(ChildProcess::kDeadlineMs);
  while (!done()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

// "fine", or what is not.
std::string Ask(const std::string& url) {
  const HttpResponse response = Get(url);
  return response.status == 200 ? response.body
                                : std::to_string(response.status) + " " + response.error;
}

TEST(ClientLimitsTest, SizesAreAnsweredByWhatTheyExceed) {
  Worker worker(
      kWorker, {},
      "[limits]\nhead_bytes = 2048\nheader_count = 10\nurl_bytes = 256\nbody_bytes = 100");
  std::string many;
  for (int i = 0; i < 10; ++i) many += "X-" + std::to_string(i) + ": x\r\n";
  struct Case {
    std::string request;
    int status;
    const char* key;
  };
  const Case cases[] = {
      {"GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(2048, 'x') + "\r\n\r\n", 431,
       "(head_bytes)"},
      {"GET / HTTP/1.1\r\nHost: x\r\n" + many + "\r\n", 431, "(header_count)"},
      {"GET /" + std::string(256, 'x') + " HTTP/1.1\r\nHost: x\r\n\r\n", 414, "(url_bytes)"},
      // Before the body was sent.
      {kPost + "Content-Length: 101\r\n\r\n", 413, "(body_bytes)"},
      // While it is sent: by the announced size of the chunk that is too much.
      {kPost + "Transfer-Encoding: chunked\r\n\r\n40\r\n" + std::string(64, 'x') + "\r\n40\r\n",
       413, "(body_bytes)"},
  };
  for (const Case& c : cases) {
    RawConnection client(worker.url());
    client.Send(c.request);
    const std::string answer = client.ReadToEnd();  // the connection ends with it
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 " + std::to_string(c.status) + " ")) << c.key;
    EXPECT_THAT(answer, HasSubstr(c.key));
    EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
    EXPECT_EQ(Ask(worker.url()), "fine");
  }
  EXPECT_EQ(Send("POST", worker.url(), std::string(100, 'x')).body, "got 100");
}

TEST(ClientLimitsTest, AHeadHasATimeAsAWhole) {
  Worker worker(kWorker, {}, "[limits]\nhead_timeout_ms = 200");
  RawConnection client(worker.url());
  client.Send("GET / HTTP/1.1\r\nX: ");
  EXPECT_TRUE(Until([&] { return !client.Send("x") || !client.Take(1000); }));
  EXPECT_THAT(client.received(), StartsWith("HTTP/1.1 408 "));
  EXPECT_THAT(client.received(), HasSubstr("200 ms (head_timeout_ms)"));
}

TEST(ClientLimitsTest, ABodyThatStallsEndsTheConnection) {
  Worker worker(kWorker, {}, "[limits]\nbody_timeout_ms = 200");
  RawConnection client(worker.url());
  client.Send(kPost + "Content-Length: 100\r\n\r\nsome");
  client.ReadToEnd();
  EXPECT_TRUE(worker.process().WaitForLog("for 200 ms (body_timeout_ms)"));
}

TEST(ClientLimitsTest, AnIdleConnectionIsClosed) {
  Worker worker(kWorker, {}, "[limits]\nidle_timeout_ms = 200");
  RawConnection client(worker.url());
  client.Send(kGet);
  EXPECT_TRUE(client.ReadToEnd().ends_with("fine"));
}

TEST(ClientLimitsTest, AReaderThatTakesAByteNowAndThenIsCutOff) {
  Worker worker(
      kWorker, {},
      "[limits]\nwrite_timeout_ms = 300\nwrite_progress_bytes = 8388608\nmemory_mb = 1024");
  RawConnection client(worker.url(), 4096);
  client.Send(kGetLarge);
  EXPECT_TRUE(Until([&] { return !client.Take(100); }));
  EXPECT_THAT(client.received(), StartsWith("HTTP/1.1 200 "));
  EXPECT_LT(client.received().size(), size_t{64} << 20);
  EXPECT_EQ(Ask(worker.url()), "fine");
}

TEST(ClientLimitsTest, AConnectionEndsAfterItsLastRequest) {
  Worker worker(kWorker, {}, "[limits]\nconnection_requests = 2");
  RawConnection client(worker.url());
  client.Send(kGet + kGet + kGet);
  const std::string answers = client.ReadToEnd();
  EXPECT_EQ(answers.find("Connection: close"), answers.rfind("Connection: close"));
  EXPECT_EQ(answers.find("fine"), answers.find("fine", 0));
  EXPECT_NE(answers.find("fine"), answers.rfind("fine"));
  EXPECT_TRUE(answers.ends_with("fine"));
}

TEST(ClientLimitsTest, ConnectionsBeyondTheLimitAreRefusedAndOneLineSaysSo) {
  Worker worker(kWorker, {}, "[limits]\nconnections = 2");
  Connections open;
  for (int i = 0; i < 2; ++i) {
    open.push_back(std::make_unique<RawConnection>(worker.url()));
    open.back()->Send(kGet);
    open.back()->ReadUntil("fine");
  }
  for (int i = 0; i < 10; ++i) {
    EXPECT_THAT(RawConnection(worker.url()).ReadToEnd(), HasSubstr("503 Service Unavailable\r\n"));
  }
  EXPECT_TRUE(worker.process().WaitForLog("the limit \"connections\" is reached"));
  const std::string log = worker.process().err();
  EXPECT_EQ(log.find("is reached"), log.rfind("is reached"));
  open.clear();
  EXPECT_TRUE(Until([&] { return Ask(worker.url()) == "fine"; }));
}

// Slow in every way there is: each costs a timer and a buffer, and ends by itself.
TEST(ClientLimitsTest, ACrowdOfSlowClientsHoldsNobodyUp) {
  constexpr int kOfEach = 100;
  Worker worker(
      kWorker, {},
      "[limits]\nhead_timeout_ms = 5000\nbody_timeout_ms = 5000\nwrite_timeout_ms = 5000\n"
      "write_progress_bytes = 8388608\nmemory_mb = 1024");
  EXPECT_EQ(Ask(worker.url()), "fine");
  Connections heads, bodies, readers;
  for (int i = 0; i < kOfEach; ++i) {
    heads.push_back(std::make_unique<RawConnection>(worker.url()));
    heads.back()->Send("GET / HTTP/1.1\r\nX: ");
    bodies.push_back(std::make_unique<RawConnection>(worker.url()));
    bodies.back()->Send(kPost + "Content-Length: 1000000\r\n\r\nx");
  }
  // Fewer: their responses are made, which takes the worker's memory.
  for (int i = 0; i < 4; ++i) {
    readers.push_back(std::make_unique<RawConnection>(worker.url(), 4096));
    readers.back()->Send(kGetLarge);
  }
  for (int i = 0; i < 20; ++i) {
    for (auto& client : heads) client->Send("x");
    for (auto& client : bodies) client->Send("x");
    for (auto& client : readers) client->Take(100);
    EXPECT_EQ(Ask(worker.url()), "fine");
  }
  for (Connections* group : {&heads, &bodies, &readers}) {
    for (auto& client : *group) {
      EXPECT_TRUE(Until([&] { return !client->Take(1 << 20); }));
    }
  }
  for (auto& client : heads) EXPECT_THAT(client->received(), StartsWith("HTTP/1.1 408 "));
  EXPECT_EQ(Ask(worker.url()), "fine");
}

// Without descriptors new connections are closed; one line says so, and later ones are served.
TEST(ClientLimitsTest, FileDescriptorsThatRunOutAreSurvived) {
  TempFolder folder;
  folder.Write("worker.js", kWorker);
  ChildProcess process(
      {"sh", "-c", "ulimit -n 64; exec \"$0\" serve worker.js --port 0 --threads 1",
       SedgeProcess::SedgeBinary()},
      folder.path());
  const auto url = process.WaitUntilListening();
  ASSERT_TRUE(url) << process.err();
  Connections crowd;
  for (int i = 0; i < 200; ++i) crowd.push_back(std::make_unique<RawConnection>(*url));
  ASSERT_TRUE(process.WaitForLog("out of file descriptors"));
  EXPECT_THAT(process.err(), HasSubstr("raise the limit (ulimit -n)"));
  int closed = 0;
  ASSERT_TRUE(Until([&] {
    closed = 0;
    for (auto& client : crowd) closed += !client->Take(1);
    return closed > 100;
  }));
  EXPECT_LT(closed, 200);
  // Those that got in are served.
  for (auto& client : crowd) {
    if (!client->Take(1)) continue;
    client->Send(kGet);
    EXPECT_TRUE(client->ReadUntil("fine").ends_with("fine"));
  }
  const std::string log = process.err();
  EXPECT_EQ(log.find("out of file"), log.rfind("out of file"));
  crowd.clear();
  EXPECT_TRUE(Until([&] { return Ask(*url) == "fine"; }));
}

// The slowest of them are cut off, who takes what it asks for is served.
TEST(ClientLimitsTest, ReadersThatTakeNothingHoldMemoryUpToALimit) {
  Worker worker(
      "const large = new Uint8Array(24 << 20);\n" +
          Worker::Handler("return new Response(url.pathname === '/large' ? large : 'fine');"),
      {}, "[limits]\nunsent_bytes = 40000000");
  Connections slow;
  for (int i = 0; i < 2; ++i) {
    slow.push_back(std::make_unique<RawConnection>(worker.url(), 8192));
    slow.back()->Send(kGetLarge);
  }
  EXPECT_TRUE(worker.process().WaitForLog("\"unsent_bytes\""));
  EXPECT_TRUE(Until([&] { return Get(worker.url() + "/large").body_bytes == 24u << 20; }));
  EXPECT_EQ(Ask(worker.url()), "fine");
}

}  // namespace
}  // namespace sedge::e2e
