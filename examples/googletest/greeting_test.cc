// SPDX-License-Identifier: Apache-2.0
// Tests of the worker in worker/, on a real server.
#include <gtest/gtest.h>
#include <sedge/testing/worker_fixture.h>

// One server for all tests; KV is as in Options() before each.
class GreetingTest : public sedge::fixture::SharedWorkerFixture<GreetingTest> {
 public:
  static sedge::fixture::WorkerOptions Options() {
    return {.path = WORKER_FOLDER, .seed = {{"GREETINGS", {{"world", "Hello, world"}}}}};
  }
};

TEST_F(GreetingTest, GreetsWhomItKnows) {
  const auto response = Get("/world");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "Hello, world");
  EXPECT_EQ(response.Header("content-type"), "text/plain;charset=UTF-8");
}

TEST_F(GreetingTest, LearnsGreetings) {
  Kv("GREETINGS").Put("you", "Hello, you");
  EXPECT_EQ(Get("/you").body, "Hello, you");
}

TEST_F(GreetingTest, KnowsNobodyElse) {
  EXPECT_EQ(Get("/you").status, 404);
  EXPECT_TRUE(worker().WaitForLog("nobody knows you"));
  EXPECT_EQ(Kv("GREETINGS").List(), std::vector<std::string>{"world"});
}
