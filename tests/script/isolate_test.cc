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

int collections = 0;

TEST_F(IsolateTest, GarbageIsCollectedWhereThatCanFreeWhatIsWanted) {
  Start({.memory_bytes = 64u << 20});
  Eval("globalThis.kept = new Uint8Array(40 << 20); 1");
  collections = 0;
  isolate_->v8()->AddGCEpilogueCallback(
      [](v8::Isolate*, v8::GCType, v8::GCCallbackFlags) { ++collections; },
      v8::kGCTypeMarkSweepCompact);
  isolate_->CollectIfWorthwhile(1);  // nothing is known of what is alive yet
  const int first = collections;
  EXPECT_GE(first, 1);
  for (int i = 0; i < 100; ++i) isolate_->CollectIfWorthwhile(1);
  EXPECT_EQ(collections, first);

  Eval("for (let i = 0; i < 10; i++) new Uint8Array(1 << 20); 1");
  isolate_->CollectIfWorthwhile(30u << 20);
  EXPECT_EQ(collections, first);
  isolate_->CollectIfWorthwhile(8u << 20);
  EXPECT_GT(collections, first);
  EXPECT_LT(isolate_->live_bytes(), 48u << 20);
  EXPECT_EQ(Eval("kept.length"), "41943040");
}

}  // namespace
}  // namespace sedge::script
