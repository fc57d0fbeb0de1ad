// SPDX-License-Identifier: Apache-2.0
// Memory does not follow the length of a body, whichever way it goes and whoever reads it.
#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>

#include "tests/e2e/harness/http.h"
#include "tests/e2e/harness/local_server.h"
#include "tests/e2e/harness/worker.h"

namespace sedge::e2e {
namespace {

constexpr uint64_t kBytes = 64u << 20;
// Buffers on the way, and what the allocator keeps of them.
constexpr size_t kNativeGrowthBytes = 8u << 20;
// A script that handles every chunk leaves garbage until the collector comes by, up to the worker's
// limit of memory.
constexpr size_t kScriptGrowthBytes = 40u << 20;
constexpr const char* kSettings = "[limits]\nmemory_mb = 32";

struct Way {
  const char* name;
  bool is_upload;
  bool is_native;  // no script sees the bytes
  const char* handler;
};

void PrintTo(const Way& way, std::ostream* out) { *out << way.name; }

constexpr Way kWays[] = {
    {"DownloadPassedOn", false, true, "return fetch('http://api.test' + url.pathname);"},
    {"DownloadWithOtherHeaders", false, true,
     "const { body } = await fetch('http://api.test' + url.pathname);"
     "return new Response(body, { headers: { 'x-other': '1' } });"},
    {"DownloadThatAScriptMakes", false, false, R"(
      let left = url.pathname === "/large" ? 64 << 20 : 1;
      return new Response(new ReadableStream({ pull(controller) {
        if (left === 0) return controller.close();
        const size = Math.min(left, 1 << 16);
        left -= size;
        controller.enqueue(new Uint8Array(size).fill(120));
      } }));)"},
    {"DownloadThatAScriptChanges", false, false, R"(
      const { body } = await fetch("http://api.test" + url.pathname);
      return new Response(body.pipeThrough(new TransformStream({
        transform(chunk, controller) { controller.enqueue(chunk); },
      })));)"},
    {"UploadPassedOn", true, true, "return fetch('http://api.test/', request);"},
    {"UploadThatAScriptReads", true, false, R"(
      let size = 0;
      if (request.body) for await (const chunk of request.body) size += chunk.length;
      return new Response(String(size));)"},
};

class LargeBodyTest : public testing::TestWithParam<Way> {
 protected:
  LargeBodyTest()
      : api_([](const ServerRequest& request) -> ServerResponse {
          if (request.target == "/large") return {.stream_bytes = kBytes};
          return {.body = std::to_string(request.body.size())};
        }),
        worker_(Worker::Handler(GetParam().handler), {"--map", "api.test=" + api_.url()},
                kSettings) {}

  // Warms up what the first request makes, and gives the memory after it.
  size_t MemoryBefore() {
    EXPECT_EQ(Send("POST", worker_.url(), "warm").status, 200);
    return worker_.process().ResidentBytes();
  }
  void ExpectConstantMemory(size_t before) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    (void)before;  // sanitizers keep what was freed
#else
    const size_t allowed = GetParam().is_native ? kNativeGrowthBytes : kScriptGrowthBytes;
    EXPECT_LT(worker_.process().PeakResidentBytes(), before + allowed);
#endif
  }

  LocalServer api_;
  Worker worker_;
};

TEST_P(LargeBodyTest, IsMovedAtConstantMemory) {
  const size_t before = MemoryBefore();
  HttpRequest request;
  request.url = worker_.url() + "/large";
  request.timeout_ms = 120'000;
  if (GetParam().is_upload) {
    request.method = "POST";
    request.body.assign(kBytes, 'u');
    EXPECT_EQ(Fetch(request).body, std::to_string(kBytes));
  } else {
    request.discard_body = true;
    EXPECT_EQ(Fetch(request).body_bytes, kBytes);
  }
  ExpectConstantMemory(before);
}

// What a client does not read is not read from the origin, nor made.
TEST_P(LargeBodyTest, WaitsForASlowReader) {
  if (GetParam().is_upload) GTEST_SKIP() << "the response is short";
  const size_t before = MemoryBefore();
  RawConnection slow(worker_.url());
  slow.Send("GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  slow.ReadUntil("xxxx");
  // Others are served meanwhile, and nothing piles up.
  for (int i = 0; i < 20; ++i) EXPECT_EQ(Send("POST", worker_.url(), "other").status, 200);
  ExpectConstantMemory(before);
  const std::string& all = slow.ReadToEnd();
  EXPECT_GE(static_cast<uint64_t>(std::count(all.begin(), all.end(), 'x')), kBytes);
  ExpectConstantMemory(before);
}

INSTANTIATE_TEST_SUITE_P(Ways, LargeBodyTest, testing::ValuesIn(kWays),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace sedge::e2e
