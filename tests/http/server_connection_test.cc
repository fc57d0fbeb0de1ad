// SPDX-License-Identifier: Apache-2.0
// Whole connections over a stream in memory: whatever the cuts, the blocked writes and the moments
// in which the handler gets its turn, the client sees the same responses.
#include "runtime/http/server_connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/http/bad_requests.h"
#include "tests/http/connection_run.h"

namespace sedge::http {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr uint64_t kSeeds = 60;

std::string Get(std::string_view path, std::string_view fields = "") {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n";
}
std::string Post(std::string_view path, std::string_view body, std::string_view fields = "") {
  return "POST " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n" + std::string(fields) +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}
std::string PostChunked(std::string_view path, std::string_view chunks,
                        std::string_view fields = "") {
  return "POST " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n" + std::string(fields) +
         "Transfer-Encoding: chunked\r\n\r\n" + std::string(chunks);
}

// The plain run, which all others must equal.
ConnectionRun RunAll(const std::string& wire) {
  const ConnectionRun plain = RunConnection(wire, {});
  EXPECT_EQ(plain.problem, "") << ToText(plain);
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const ConnectionRun run = RunConnection(wire, {.seed = seed});
    EXPECT_EQ(ToText(run), ToText(plain)) << "seed " << seed;
    const ConnectionRun troubled = RunConnection(wire, {.seed = seed, .troubled = true});
    EXPECT_EQ(troubled.problem, "") << "seed " << seed << "\n" << ToText(troubled);
  }
  return plain;
}

std::string Statuses(const ConnectionRun& run) {
  std::string text;
  for (const ConnectionRun::Response& response : run.responses) {
    text += (text.empty() ? "" : " ") + std::to_string(response.status);
    if (!response.whole) text += " cut";
  }
  if (run.reset) text += " reset";
  return text;
}

TEST(ServerConnectionTest, PipelinedRequestsOfEveryKind) {
  const std::string chunks = "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nT: u\r\n\r\n";
  const ConnectionRun run = RunAll(
      Get("/a") + Post("/e", "hello") + PostChunked("/e", chunks) + Post("/p", "through") +
      PostChunked("/p", chunks) + Get("/h") + Post("/t", "later") + PostChunked("/t", chunks) +
      Post("/c", "unwanted") + Post("/k", "afterwards") + Get("/s") + Get("/l") + Get("/i") +
      Get("/r") + Get("/0") + "HEAD /a HTTP/1.1\r\nHost: a\r\n\r\nHEAD /s HTTP/1.1\r\nHost: a\r\n" +
      "\r\nHEAD /l HTTP/1.1\r\nHost: a\r\n\r\n" + Post("/a", "unread") + Get("/z"));
  EXPECT_EQ(Statuses(run),
            "200 200 200 200 200 200 200 200 200 200 200 200 200 500 204 200 200 200 200 200");
  EXPECT_EQ(run.responses[3].body, "through");
  EXPECT_EQ(run.responses[4].body, "abcde");
  EXPECT_EQ(run.responses[7].body, "got 5");
  EXPECT_EQ(run.responses[10].body, "onetwoit");
  EXPECT_EQ(run.responses.back().body, "GET /z");
}

TEST(ServerConnectionTest, NothingFollowsAResponseThatIsCutShort) {
  for (const char* path : {"/m", "/n", "/f"}) {
    const ConnectionRun run = RunAll(Get("/a") + Get(path) + Get("/z"));
    EXPECT_EQ(Statuses(run), "200 200 cut reset") << path;
    EXPECT_EQ(run.requests.size(), 2u);
  }
  EXPECT_EQ(Statuses(RunAll(Get("/a") + Get("/x") + Get("/a"))), "200 reset");
}

TEST(ServerConnectionTest, ResponsesWithoutBodiesAreNotCutShort) {
  for (const char* path : {"/m", "/n", "/f"}) {
    const std::string head = "HEAD " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n\r\n";
    EXPECT_EQ(Statuses(RunAll(head + Get("/z"))), "200 200") << path;
  }
}

TEST(ServerConnectionTest, Http10) {
  EXPECT_EQ(RunAll("GET /a HTTP/1.0\r\n\r\n" + Get("/a")).requests.size(), 1u);
  const std::string keep = " HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
  EXPECT_EQ(Statuses(RunAll("GET /a" + keep + "GET /l" + keep + "GET /a HTTP/1.0\r\n\r\n")),
            "200 200 200");
  const ConnectionRun stream = RunAll("GET /s" + keep + Get("/a"));
  ASSERT_EQ(Statuses(stream), "200");
  EXPECT_EQ(stream.responses[0].body, "onetwoit");
  EXPECT_EQ(Statuses(RunAll("GET /f" + keep)), "200 cut reset");
}

TEST(ServerConnectionTest, Expectations) {
  const std::string expect = "Expect: 100-continue\r\n";
  const ConnectionRun read = RunAll(Post("/e", "hello", expect) + Post("/t", "hello", expect) +
                                    Get("/e", expect) + Get("/z"));
  EXPECT_EQ(Statuses(read), "200 200 200 200");
  // Not told to send it, the client may have sent it or not.
  const ConnectionRun unread = RunAll(Post("/a", Get("/smuggled"), expect) + Get("/a"));
  EXPECT_EQ(Statuses(unread), "200");
  EXPECT_THAT(unread.responses[0].head, HasSubstr("Connection: close"));
}

TEST(ServerConnectionTest, ClientsThatEndEarly) {
  EXPECT_EQ(Statuses(RunAll("")), "");
  EXPECT_EQ(Statuses(RunAll(Get("/a") + "GET / HT")), "200");
  EXPECT_EQ(
      RunAll("POST /e HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf").responses.at(0).body,
      "no whole body");
  EXPECT_EQ(RunAll(PostChunked("/t", "5\r\nhel")).responses.at(0).body, "no whole body");
  EXPECT_EQ(Statuses(RunAll("POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf")),
            "200 cut reset");
}

TEST(ServerConnectionTest, BadRequestsAreTheLastOfTheirConnection) {
  for (const BadRequest& bad : kBadRequests) {
    const std::string wire = Get("/a") + std::string(bad.bytes) + std::string(kSmuggled);
    const ConnectionRun run = RunAll(wire);
    ASSERT_GE(run.responses.size(), bad.in_body ? 1u : 2u) << bad.name;
    EXPECT_EQ(run.requests.size(), bad.in_body ? 2u : 1u) << bad.name;
    if (bad.in_body) continue;
    EXPECT_EQ(Statuses(run), "200 " + std::to_string(bad.status)) << bad.name;
    EXPECT_THAT(run.responses[1].head, HasSubstr("\nConnection: close\n"));
    EXPECT_THAT(run.responses[1].body, StartsWith(std::string(ReasonPhrase(bad.status)) + ": "));
  }
}

}  // namespace
}  // namespace sedge::http
