// SPDX-License-Identifier: Apache-2.0
// Compressed bodies that are much larger than they look, and compressors that a script holds,
// through the real binary.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/coded_origin.h"
#include "tests/e2e/harness/http.h"

namespace sedge::e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

#ifdef __SANITIZE_ADDRESS__
constexpr size_t kAllowedGrowthBytes = 300u << 20;  // what is freed stays in quarantine
#else
constexpr size_t kAllowedGrowthBytes = 32u << 20;
#endif

TEST(CodedLimitsTest, ABombIsStoppedAtTheLimitOfABody) {
  const std::string bomb = Compressed(Format::kGzip, std::string(200 << 20, '\0'));
  LocalServer api([&](const ServerRequest&) -> ServerResponse {
    return {.headers = {{"Content-Encoding", "gzip"}}, .body = bomb};
  });
  Worker worker(Worker::Handler(R"(
    if (url.pathname === "/ping") return new Response("pong");
    const response = await fetch("http://api.test/");
    if (url.pathname === "/pass") return response;
    try {
      return new Response((await response.arrayBuffer()).byteLength);
    } catch (error) {
      return new Response(`${error.name}: ${error.message}`);
    })"),
                {"--map", MapTo("api.test", api)}, "[limits]\nmemory_mb = 512");
  EXPECT_THAT(Get(worker.url() + "/read").body, HasSubstr("longer than 134217728 bytes"));
  HttpRequest pass;
  pass.url = worker.url() + "/pass";
  pass.discard_body = true;
  const size_t before = worker.process().PeakResidentBytes();
  EXPECT_EQ(Fetch(pass).body_bytes, 200u << 20);
  EXPECT_LT(worker.process().PeakResidentBytes(), before + kAllowedGrowthBytes);
  EXPECT_EQ(Get(worker.url() + "/ping").body, "pong");
}

TEST(CodedLimitsTest, BombsTogetherAreStoppedAtTheMemoryLimit) {
  const std::string bomb = Compressed(Format::kGzip, std::string(120 << 20, '\0'));
  LocalServer api([&](const ServerRequest& request) -> ServerResponse {
    if (request.target == "/small") return {.body = "small"};
    return {.headers = {{"Content-Encoding", "gzip"}}, .body = bomb};
  });
  Worker worker(Worker::Handler(R"(
    if (url.pathname === "/ping") return new Response("pong");
    const read = async () => (await fetch("http://api.test/")).arrayBuffer();
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, read));
    const small = await (await fetch("http://api.test/small")).text();
    return new Response([small, ...outcomes.map(({ reason }) => `${reason?.name}: ${reason?.message}`)].join("\n"));)"),
                {"--map", MapTo("api.test", api)}, "[limits]\nmemory_mb = 64");
  EXPECT_EQ(Get(worker.url() + "/ping").body, "pong");
  const size_t before = worker.process().PeakResidentBytes();
  for (int round = 0; round < 3; ++round) {
    const HttpResponse response = Get(worker.url());
    EXPECT_EQ(response.status, 200) << response.body;
    EXPECT_TRUE(response.body.starts_with("small\n")) << response.body;
    EXPECT_THAT(response.body, HasSubstr("RangeError: the body does not fit into what is left of "
                                         "the memory limit of 64 MB (limits.memory_mb)"));
    EXPECT_THAT(response.body, Not(HasSubstr("undefined")));
  }
  EXPECT_LT(worker.process().PeakResidentBytes(), before + (96u << 20) + kAllowedGrowthBytes);
}

TEST(CodedLimitsTest, CompressorsThatAScriptHoldsCountAgainstItsMemory) {
  Worker worker(Worker::Handler(R"(
    if (url.pathname === "/ping") return new Response("pong");
    const kept = [];
    for (let i = 0; i < 1000; ++i) {
      const stream = new CompressionStream("gzip");
      stream.readable.getReader().read();
      await stream.writable.getWriter().write(new Uint8Array(1000));
      kept.push(stream);
    }
    return new Response(String(kept.length));)"),
                {}, "[limits]\nmemory_mb = 64");
  const HttpResponse response = Get(worker.url());
  EXPECT_EQ(response.status, 503);
  EXPECT_THAT(response.body, HasSubstr("memory limit of 64 MB"));
  EXPECT_EQ(Get(worker.url() + "/ping").body, "pong");
}

}  // namespace
}  // namespace sedge::e2e
