// SPDX-License-Identifier: Apache-2.0
// Thousands of clients that keep their connections open and say nothing: they cost little, and
// others are served.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include "tests/e2e/harness/http.h"
#include "tests/e2e/harness/worker.h"

namespace sedge::e2e {
namespace {

constexpr size_t kConnections = 5'000;
constexpr size_t kOtherFiles = 100;
// The figure that we work towards is in docs/performance.md; this is where something is wrong, also
// with a sanitizer's overhead.
constexpr size_t kMaxBytesEach = 32u << 10;

const std::string kGet = "GET /idle HTTP/1.1\r\nHost: x\r\n\r\n";

// "" when so many files may be open.
std::string RaiseFileLimit() {
  rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_max < kConnections + kOtherFiles) {
    return "the hard limit of open files is " + std::to_string(limit.rlim_max) + "; needed are " +
           std::to_string(kConnections + kOtherFiles);
  }
  limit.rlim_cur = limit.rlim_max;
  return setrlimit(RLIMIT_NOFILE, &limit) == 0 ? "" : "the limit of open files cannot be raised";
}

TEST(IdleConnectionsTest, FiveThousandAreHeldAndOthersServed) {
  if (const std::string why = RaiseFileLimit(); !why.empty()) GTEST_SKIP() << why;
  Worker worker(
      "export default { fetch: (request) => new Response(new URL(request.url).pathname) };");
  for (int i = 0; i < 100; ++i) ASSERT_EQ(Get(worker.url() + "/warm").body, "/warm");
  const size_t before = worker.process().ResidentBytes();

  std::vector<std::unique_ptr<RawConnection>> idle;
  for (size_t i = 0; i < kConnections; ++i) {
    idle.push_back(std::make_unique<RawConnection>(worker.url()));
    ASSERT_TRUE(idle.back()->connected()) << i;
    ASSERT_TRUE(idle.back()->Send(kGet));
  }
  for (auto& client : idle) ASSERT_TRUE(client->ReadUntil("/idle").ends_with("/idle"));

  for (int i = 0; i < 100; ++i) ASSERT_EQ(Get(worker.url() + "/served").body, "/served");
  const size_t after = worker.process().ResidentBytes();
  EXPECT_LT((after - std::min(before, after)) / kConnections, kMaxBytesEach);
  // They are alive, every one.
  for (auto& client : idle) ASSERT_TRUE(client->Send("GET /again HTTP/1.1\r\nHost: x\r\n\r\n"));
  for (auto& client : idle) ASSERT_TRUE(client->ReadUntil("/again").ends_with("/again"));

  worker.process().Signal(SIGTERM);
  EXPECT_EQ(worker.process().WaitForExit(), 0);
}

}  // namespace
}  // namespace sedge::e2e
