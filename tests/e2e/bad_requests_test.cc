// SPDX-License-Identifier: Apache-2.0
// Every malformed request through the real binary: refused and closed, whole and in pieces, and
// what a smuggler hides behind it is never answered.
#include "tests/http/bad_requests.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "tests/e2e/harness/http.h"
#include "tests/e2e/harness/worker.h"

namespace sedge::e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

size_t Count(std::string_view text, std::string_view piece) {
  size_t count = 0;
  for (size_t at = text.find(piece); at != std::string_view::npos; at = text.find(piece, at + 1)) {
    ++count;
  }
  return count;
}

class BadRequestsTest : public testing::Test {
 protected:
  // Sends `bytes` in pieces that end at `cuts`, and reads to the end.
  std::string Answer(std::string_view bytes, const std::vector<size_t>& cuts) {
    RawConnection client(worker_.url());
    size_t from = 0;
    for (const size_t cut : cuts) {
      client.Send(bytes.substr(from, cut - from));
      from = cut;
    }
    client.Send(bytes.substr(from));
    return client.ReadToEnd();
  }
  void ExpectRefused(const http::BadRequest& bad, const std::vector<size_t>& cuts) {
    const std::string bytes = std::string(bad.bytes) + std::string(http::kSmuggled);
    const std::string all = Answer(bytes, cuts);
    EXPECT_THAT(all, StartsWith("HTTP/1.1 " + std::to_string(bad.status) + " ")) << bad.name;
    EXPECT_THAT(all, HasSubstr("\r\nConnection: close\r\n")) << bad.name;
    EXPECT_EQ(Count(all, "\r\nDate: "), 1u) << bad.name << "\n" << all;
  }

  Worker worker_{R"(
    let smuggled = 0;
    export default { async fetch(request) {
      if (request.url.endsWith("/smuggled")) ++smuggled;
      await request.text().catch(() => {});
      return new Response(`answered, ${smuggled} smuggled`);
    } };)"};
};

TEST_F(BadRequestsTest, AreRefusedWholeAndInPieces) {
  for (const http::BadRequest& bad : http::kBadRequests) {
    SCOPED_TRACE(bad.name);
    ExpectRefused(bad, {});
    std::vector<size_t> every;
    for (size_t cut = 1; cut < bad.bytes.size(); ++cut) every.push_back(cut);
    ExpectRefused(bad, every);
    for (size_t cut = 1; cut < bad.bytes.size(); ++cut) ExpectRefused(bad, {cut});
    if (HasFailure()) return;
  }
  EXPECT_EQ(Get(worker_.url()).body, "answered, 0 smuggled");
}

}  // namespace
}  // namespace sedge::e2e
