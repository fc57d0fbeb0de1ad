// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/log.h"

#include <gtest/gtest.h>

namespace sedge {
namespace {

TEST(LogTest, TextNamesTheLevelOnlyWhenSomethingIsWrong) {
  EXPECT_EQ(FormatLogLine(LogFormat::kText, LogLevel::kInfo, 0, "ready", {{"port", 80}}),
            "ready port=80\n");
  EXPECT_EQ(FormatLogLine(LogFormat::kText, LogLevel::kWarn, 0, "slow", {}), "warn: slow\n");
}

TEST(LogTest, TextLeavesEmptyFieldsOutAndKeepsTheOthersApartFromLines) {
  EXPECT_EQ(FormatLogLine(LogFormat::kText, LogLevel::kInfo, 0, "put",
                          {{"key", ""}, {"keys", 0}, {"error", ""}}),
            "put keys=0\n");
  EXPECT_EQ(FormatLogLine(LogFormat::kText, LogLevel::kError, 0, "it failed\n    at a.js:1:2",
                          {{"key", ""}, {"worker", "w"}, {"request", "GET /"}}),
            "error: it failed\n    at a.js:1:2\n  worker=w request=GET /\n");
  EXPECT_EQ(FormatLogLine(LogFormat::kText, LogLevel::kInfo, 0, "a\nb", {}), "a\nb\n");
}

TEST(LogTest, JsonIsOneEscapedLine) {
  EXPECT_EQ(FormatLogLine(LogFormat::kJson, LogLevel::kError, 1'700'000'000'123, "a \"b\"\n\x01",
                          {{"n", 5}, {"s", "x\\y"}}),
            "{\"time\":\"2023-11-14T22:13:20.123Z\",\"level\":\"error\","
            "\"message\":\"a \\\"b\\\"\\n\\u0001\",\"n\":5,\"s\":\"x\\\\y\"}\n");
}

}  // namespace
}  // namespace sedge
