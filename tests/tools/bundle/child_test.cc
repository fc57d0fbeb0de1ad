// SPDX-License-Identifier: Apache-2.0
#include "tools/bundle/child.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <thread>

namespace sedge::tools {
namespace {

using ::testing::HasSubstr;

ChildResult Shell(const std::string& script, ChildOptions options = {}) {
  options.argv = {"/bin/sh", "-c", script};
  Result<ChildResult> result = RunChild(options);
  EXPECT_TRUE(result.ok());
  return result.ok() ? std::move(result).value() : ChildResult{};
}

bool IsAlive(pid_t pid) { return kill(pid, 0) == 0; }

bool EndsSoon(pid_t pid) {
  for (int i = 0; i < 1000 && IsAlive(pid); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return !IsAlive(pid);
}

TEST(ChildTest, GivesStatusAndBothStreams) {
  const ChildResult result = Shell("echo out; echo err >&2; exit 3");
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_EQ(result.output, "out\nerr\n");
  EXPECT_FALSE(result.timed_out);
  EXPECT_EQ(Shell("kill -TERM $$").exit_code, 128 + SIGTERM);
}

TEST(ChildTest, HasItsFolderEnvironmentAndNoInput) {
  ChildOptions options;
  options.cwd = "/";
  options.env = {{"SEDGE_CHILD_TEST", "a b"}, {"HOME", "/nowhere"}};
  EXPECT_EQ(Shell("pwd; echo \"$SEDGE_CHILD_TEST $HOME\"; cat", options).output,
            "/\na b /nowhere\n");
}

TEST(ChildTest, OutputComesWhileItRuns) {
  ChildOptions options;
  std::string seen;
  options.on_output = [&](std::string_view text) { seen += text; };
  const ChildResult result = Shell("i=0; while [ $i -lt 2000 ]; do echo line $i; i=$((i+1)); done", options);
  EXPECT_THAT(result.output, HasSubstr("line 1999\n"));
  EXPECT_EQ(seen, result.output);
}

TEST(ChildTest, AProgramThatIsNotThereIsAStatus) {
  ChildOptions options;
  options.argv = {"/nowhere/esbuild"};
  const Result<ChildResult> result = RunChild(options);
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->exit_code, 127);
}

TEST(ChildTest, TheDeadlineEndsItWithAllThatItStarted) {
  ChildOptions options;
  options.timeout_ms = 300;
  const ChildResult result = Shell("sleep 1000 & echo $!; wait", options);
  EXPECT_TRUE(result.timed_out);
  const pid_t sleeper = std::stoi(result.output);
  EXPECT_TRUE(EndsSoon(sleeper));
}

TEST(ChildTest, IsEndedEarlyWhenItIsCancelled) {
  ChildOptions options;
  const auto cancel = std::make_shared<std::atomic<bool>>(false);
  options.cancel = cancel;
  options.on_output = [&](std::string_view) { *cancel = true; };
  const ChildResult result = Shell("echo started; sleep 1000", options);
  EXPECT_TRUE(result.cancelled);
  EXPECT_FALSE(result.timed_out);
}

TEST(ChildTest, WhatItLeavesBehindEndsWithIt) {
  const auto start = std::chrono::steady_clock::now();
  const ChildResult result = Shell("sleep 1000 & echo $!; exit 3");
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(100));
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_TRUE(EndsSoon(std::stoi(result.output)));
}

TEST(ChildTest, DiesWithTheProcessThatRunsItHoweverThatEnds) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t parent = fork();
  if (parent == 0) {
    ChildOptions options;
    options.argv = {"/bin/sh", "-c", "sleep 1000 & echo $!; echo $$; wait"};
    options.on_output = [&](std::string_view text) {
      if (write(ends[1], text.data(), text.size()) < 0) _exit(1);
    };
    (void)RunChild(options);
    _exit(0);
  }
  std::string pids;
  for (char c; std::count(pids.begin(), pids.end(), '\n') < 2 && read(ends[0], &c, 1) == 1;) pids += c;
  kill(parent, SIGKILL);
  waitpid(parent, nullptr, 0);
  const size_t second = pids.find('\n') + 1;
  EXPECT_TRUE(EndsSoon(std::stoi(pids)));
  EXPECT_TRUE(EndsSoon(std::stoi(pids.substr(second))));
  close(ends[0]);
  close(ends[1]);
}

}  // namespace
}  // namespace sedge::tools
