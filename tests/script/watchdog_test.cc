// SPDX-License-Identifier: Apache-2.0
#include "runtime/script/watchdog.h"

#include "tests/script/script_env.h"

namespace sedge::script {
namespace {

using WatchdogTest = ScriptTest;

TEST_F(WatchdogTest, EndsAnEndlessLoopAndLaterScriptsRun) {
  Start({.cpu_ms = 50});
  EXPECT_EQ(Eval("for (;;) {}"), "terminated");
  EXPECT_EQ(isolate_->termination(), Termination::kCpu);
  EXPECT_EQ(Eval("1 + 1"), "2");
}

TEST_F(WatchdogTest, EndsAnEndlessChainOfMicrotasks) {
  Start({.cpu_ms = 50});
  Eval("const spin = () => Promise.resolve().then(spin); spin(); 1");
  EXPECT_EQ(isolate_->termination(), Termination::kCpu);
}

TEST_F(WatchdogTest, AddsUpTheRunsOfOneRequest) {
  Start({.cpu_ms = 60});
  int runs = 0;
  for (; runs < 200 && isolate_->termination() == Termination::kNone; ++runs) {
    Eval("{ const end = Date.now() + 15; while (Date.now() < end) {} }", 7);
  }
  EXPECT_EQ(isolate_->termination(), Termination::kCpu);
  EXPECT_GT(runs, 2);
  EXPECT_EQ(isolate_->TakeTerminatedRequests(), std::vector<uint64_t>{7});
}

TEST_F(WatchdogTest, LeavesManyShortRunsAlone) {
  Start({.cpu_ms = 30});
  for (int i = 0; i < 30; ++i) {
    EXPECT_EQ(Eval("{ const end = Date.now() + 4; while (Date.now() < end) {} } 'fine'"), "fine");
  }
  EXPECT_EQ(isolate_->termination(), Termination::kNone);
}

}  // namespace
}  // namespace sedge::script
