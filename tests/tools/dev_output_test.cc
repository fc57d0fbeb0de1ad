// SPDX-License-Identifier: Apache-2.0
#include "tools/dev/dev_output.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "runtime/loop/listener.h"
#include "tools/dev/free_port.h"

namespace sedge::tools {
namespace {

TEST(RequestLineTest, SaysWhatWasAskedAndWhatBecameOfIt) {
  EXPECT_EQ(RequestLine({"GET", "/a?b", "api", 200, 1.26}, false), "GET /a?b 200 1.3 ms api");
  EXPECT_EQ(RequestLine({"POST", "/", "", 404, 123.4}, false), "POST / 404 123 ms");
  EXPECT_EQ(RequestLine({"GET", "/", "api", 0, 1}, false), "GET / client gone 1.0 ms api");
}

TEST(RequestLineTest, HasTheColourOfItsStatus) {
  for (const auto& [status, color] :
       {std::pair(204, "32"), std::pair(302, "36"), std::pair(404, "33"), std::pair(503, "31")}) {
    const std::string text = std::to_string(status);
    EXPECT_EQ(RequestLine({"GET", "/", "", status, 1}, true), "\x1b[1mGET\x1b[0m / \x1b[" +
                                                                  std::string(color) + "m" + text +
                                                                  "\x1b[0m \x1b[2m1.0 ms\x1b[0m");
  }
}

TEST(RequestLineTest, AClientsBytesDoNotSteerTheTerminal) {
  EXPECT_EQ(RequestLine({"GET", "/\x1b[2J\x7f", "", 200, 1}, false), "GET /?[2J? 200 1.0 ms");
  const std::string line = RequestLine({"GET", std::string(10'000, 'a'), "", 200, 1}, false);
  EXPECT_LT(line.size(), 300u);
}

TEST(FindFreePortTest, GoesOnToOneThatIsFree) {
  const auto loop = loop::Loop::Create();
  ASSERT_TRUE(loop.ok());
  const auto taken = loop::Listen(**loop, {}, [](std::unique_ptr<loop::Stream>) {});
  ASSERT_TRUE(taken.ok());
  const uint16_t port = (*taken)->port();
  const uint16_t found = FindFreePort("127.0.0.1", port);
  EXPECT_NE(found, port);
  EXPECT_LE(found - port, kPortsToTry);
  EXPECT_EQ(FindFreePort("127.0.0.1", 0), 0);
  EXPECT_EQ(FindFreePort("no such host.", port), port);  // listening says why
}

}  // namespace
}  // namespace sedge::tools
