// SPDX-License-Identifier: Apache-2.0
// V8's tasks for an isolate's thread are noted, and run once they are looked for.
#include "runtime/script/foreground_tasks.h"

#include <chrono>
#include <thread>

#include "runtime/script/engine.h"
#include "tests/script/script_env.h"

namespace sedge::script {
namespace {

class ForegroundTasksTest : public ScriptTest {
 protected:
  v8::Platform& platform() { return *Engine::Get().platform(); }
  double now() { return platform().MonotonicallyIncreasingTime(); }
};

TEST_F(ForegroundTasksTest, WhatWasPostedIsFoundOnce) {
  ForegroundTasks tasks;
  EXPECT_TRUE(tasks.TakeDue(platform()));  // nobody knows what came before
  EXPECT_FALSE(tasks.TakeDue(platform()));
  tasks.NotePosted();
  tasks.NotePosted();
  EXPECT_TRUE(tasks.TakeDue(platform()));
  EXPECT_FALSE(tasks.TakeDue(platform()));
}

TEST_F(ForegroundTasksTest, WhatIsDelayedIsFoundWhenItIsDue) {
  ForegroundTasks tasks;
  tasks.TakeDue(platform());
  tasks.NoteDelayed(now() + 3600);
  tasks.NoteDelayed(now());
  tasks.NoteDelayed(now());
  const double due = now() + 0.05;
  tasks.NoteDelayed(due);
  EXPECT_TRUE(tasks.TakeDue(platform()));
  while (!tasks.TakeDue(platform())) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_GE(now(), due);
  EXPECT_FALSE(tasks.TakeDue(platform()));
}

TEST_F(ForegroundTasksTest, AnIsolatesTasksRun) {
  ASSERT_EQ(Eval("WebAssembly.compile(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]))"
                 ".then(() => { globalThis.compiled = true }); 1"),
            "1");
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (Eval("typeof compiled") != "boolean" && std::chrono::steady_clock::now() < end) {
    isolate_->PumpTasks();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_EQ(Eval("compiled"), "true");
}

TEST_F(ForegroundTasksTest, AnIsolatesNotesGoWithIt) {
  ForegroundTaskNotes notes;
  const std::shared_ptr<ForegroundTasks> before = notes.Of(isolate_->v8());
  EXPECT_EQ(notes.Of(isolate_->v8()), before);
  notes.Forget(isolate_->v8());
  EXPECT_NE(notes.Of(isolate_->v8()), before);
}

}  // namespace
}  // namespace sedge::script
