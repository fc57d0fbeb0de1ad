// SPDX-License-Identifier: Apache-2.0
#include "runtime/script/isolate.h"

#include "tests/script/script_env.h"

namespace sedge::script {
namespace {

using IsolateTest = ScriptTest;

TEST_F(IsolateTest, BuiltinsRunWithPrimordialsAndRequire) { EXPECT_EQ(Eval("lib.marker"), "7"); }

TEST_F(IsolateTest, ARequireCycleOrUnknownIdIsAnError) {
  EXPECT_EQ(Eval("lib.same('nope')"), "throws: Error: there is no builtin \"nope\"");
}

TEST_F(IsolateTest, CodeGenerationFromStringsIsOff) {
  EXPECT_EQ(Eval("new Function('return 1')"),
            "throws: EvalError: Code generation from strings disallowed for this context");
}

TEST_F(IsolateTest, UnhandledRejectionsReachTheHook) {
  Eval("Promise.reject(new Error('lost')); 1");
  EXPECT_EQ(Eval("rejected"), "Error: lost");
}

TEST_F(IsolateTest, EatingTheHeapEndsTheScriptAndNotTheProcess) {
  Start({.memory_bytes = 32u << 20});
  EXPECT_EQ(Eval("const a = []; for (;;) a.push({ x: 'y'.repeat(100) + a.length })"), "terminated");
  EXPECT_EQ(isolate_->termination(), Termination::kMemory);
}

TEST_F(IsolateTest, OneHugeAllocationEndsTheScriptAndNotTheProcess) {
  Start({.memory_bytes = 32u << 20});
  EXPECT_EQ(Eval("const a = []; for (;;) a.push('y'.repeat(1 << 26).split(''))"), "terminated");
  EXPECT_EQ(isolate_->termination(), Termination::kMemory);
}

TEST_F(IsolateTest, ArrayBuffersCountAgainstTheSameLimit) {
  Start({.memory_bytes = 32u << 20});
  EXPECT_EQ(Eval("const a = []; for (;;) { try { a.push(new Uint8Array(1 << 20)) } catch {} }"),
            "terminated");
  EXPECT_EQ(isolate_->termination(), Termination::kMemory);
}

TEST_F(IsolateTest, BuffersThatAreCollectedGiveTheirMemoryBack) {
  Start({.memory_bytes = 64u << 20});
  EXPECT_EQ(Eval("for (let i = 0; i < 500; i++) new Uint8Array(1 << 20); 'fine'"), "fine");
}

}  // namespace
}  // namespace sedge::script
