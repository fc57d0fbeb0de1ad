// SPDX-License-Identifier: Apache-2.0
#include "runtime/script/native.h"

#include "tests/script/script_env.h"

namespace sedge::script {
namespace {

using NativeTest = ScriptTest;

TEST_F(NativeTest, AnOpGivesAnObjectThatOtherOpsTake) {
  EXPECT_EQ(Eval("globalThis.c = ops.newCounter(10); ops.bump(c); ops.bump(c)"), "2");
  EXPECT_EQ(Eval("ops.bump(ops.newCounter(10))"), "1");
  EXPECT_EQ(Eval("typeof c + Object.keys(c).length"), "object0");
}

TEST_F(NativeTest, OtherValuesAreRefused) {
  const std::string error =
      "throws: TypeError: op argument 0 is not a live native object of the op's type";
  EXPECT_EQ(Eval("ops.bump({})"), error);
  EXPECT_EQ(Eval("ops.bump(1)"), error);
  EXPECT_EQ(Eval("ops.useOther(ops.newCounter(1))"), error);
  EXPECT_EQ(Eval("const c = ops.newCounter(1); ops.endCounter(c); ops.bump(c)"), error);
}

TEST_F(NativeTest, ItGoesWhenItIsReleased) {
  const int before = Counter::alive;
  Eval("globalThis.c = ops.newCounter(1000)");
  EXPECT_EQ(Counter::alive, before + 1);
  Eval("ops.endCounter(c)");
  EXPECT_EQ(Counter::alive, before);
}

TEST_F(NativeTest, ItGoesWithTheIsolate) {
  const int before = Counter::alive;
  Eval(
      "globalThis.kept = [ops.newCounter(10), ops.newCounter(10), ops.newCounter(10)]; "
      "ops.newCounter(1)");
  EXPECT_EQ(Counter::alive, before + 4);
  isolate_.reset();
  EXPECT_EQ(Counter::alive, before);
}

TEST_F(NativeTest, ManySmallHandlesWithMuchBehindThemAreCollected) {
  const int before = Counter::alive;
  // 8 GB, by what is told to V8, would never fit.
  Eval("for (let i = 0; i < 8_000; ++i) ops.newCounter(1_000_000)");
  EXPECT_LT(Counter::alive, before + 1000);
  EXPECT_EQ(isolate_->termination(), Termination::kNone);
}

TEST_F(NativeTest, WhatGrowsLaterCountsToo) {
  const int before = Counter::alive;
  Eval("for (let i = 0; i < 8_000; ++i) ops.growCounter(ops.newCounter(1), 1_000_000)");
  EXPECT_LT(Counter::alive, before + 1000);
  EXPECT_EQ(isolate_->termination(), Termination::kNone);
}

TEST_F(NativeTest, WhatIsKeptCountsAgainstTheIsolatesMemory) {
  IsolateOptions options;
  options.memory_bytes = 64u << 20;
  Start(options);
  const size_t before = isolate_->native_bytes();
  EXPECT_EQ(Eval("globalThis.c = ops.newCounter(1000); 1"), "1");
  EXPECT_EQ(isolate_->native_bytes(), before + 1000);
  Eval("ops.endCounter(c)");
  EXPECT_EQ(isolate_->native_bytes(), before);
  EXPECT_EQ(Eval("globalThis.kept = []; while (true) kept.push(ops.newCounter(1_000_000))"),
            "terminated");
  EXPECT_EQ(isolate_->termination(), Termination::kMemory);
}

}  // namespace
}  // namespace sedge::script
