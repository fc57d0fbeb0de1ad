// SPDX-License-Identifier: Apache-2.0
#include "runtime/script/engine.h"

#include <libplatform/libplatform.h>

#include "runtime/base/check.h"
#include "runtime/base/log.h"
#include "runtime/script/builtins.h"
#include "runtime/script/clocked_platform.h"
#include "runtime/script/op.h"
#include "runtime/script/script_ops.h"

namespace sedge::script {
namespace {

Engine* g_engine = nullptr;

// Background compilation and garbage collection; more threads only take cores from the workers.
constexpr int kPlatformThreads = 1;

}  // namespace

void Engine::Initialize(EngineOptions options) {
  SEDGE_CHECK(g_engine == nullptr);
  g_engine = new Engine;  // V8 cannot be shut down and started again: lives for ever
  Engine& engine = *g_engine;
  engine.options_ = std::move(options);
  for (const BuiltinSource& source : engine.options_.builtins) {
    engine.builtins_.push_back(std::make_unique<BuiltinText>(source));
    engine.references_.push_back(reinterpret_cast<intptr_t>(engine.builtins_.back().get()));
  }
  for (const OpDef& op : engine.options_.ops) {
    engine.references_.push_back(reinterpret_cast<intptr_t>(op.callback));
  }
  engine.references_.push_back(reinterpret_cast<intptr_t>(RequireCallback()));
  engine.references_.push_back(LateValueReference());
  engine.references_.push_back(0);
  // Else the memory of dead ArrayBuffers still counts when a collection is over.
  v8::V8::SetFlagsFromString("--no-concurrent-array-buffer-sweeping");
  // Else the stack of a stack overflow has no lines: they cannot be computed any more then.
  v8::V8::SetFlagsFromString("--no-enable-lazy-source-positions");
  // The snapshot is part of the binary; V8 would add it up anew for each isolate, a tenth of the
  // isolate's start.
  v8::V8::SetFlagsFromString("--no-verify-snapshot-checksum");
  // Bytes of bytecode that a function runs between two looks at whether to optimise it: V8 optimises
  // it at the fourth or later. By default these are 132 KB, some 2,500 calls of a short function,
  // which each isolate counts by itself: of 50 workers none was ever through with that.
  v8::V8::SetFlagsFromString("--interrupt-budget=33000");
  engine.platform_ = v8::platform::NewDefaultPlatform(kPlatformThreads).release();
  engine.clocked_platform_ = new ClockedPlatform(*engine.platform_);  // lives for ever
  v8::V8::InitializePlatform(engine.clocked_platform_);
  v8::V8::Initialize();
  if (!engine.options_.snapshot.empty()) {
    engine.blob_ = std::make_unique<v8::StartupData>();
    engine.blob_->data = engine.options_.snapshot.data();
    engine.blob_->raw_size = static_cast<int>(engine.options_.snapshot.size());
    engine.snapshot_valid_ = engine.blob_->IsValid();
    if (!engine.snapshot_valid_) {
      LogDebug("the startup snapshot was made by another V8; builtins are evaluated instead");
    }
  }
}

Engine::Engine() = default;

Engine& Engine::Get() {
  SEDGE_CHECK(g_engine != nullptr);
  return *g_engine;
}

BuiltinText* Engine::FindBuiltin(std::string_view id) {
  for (const std::unique_ptr<BuiltinText>& builtin : builtins_) {
    if (builtin->id() == id) return builtin.get();
  }
  return nullptr;
}

void Engine::NotifyShutdown(v8::Isolate* isolate) {
  v8::platform::NotifyIsolateShutdown(platform_, isolate);
  clocked_platform_->foreground_tasks().Forget(isolate);
}

std::shared_ptr<ForegroundTasks> Engine::TasksOf(v8::Isolate* isolate) {
  return clocked_platform_->foreground_tasks().Of(isolate);
}

void Engine::PumpTasks(v8::Isolate* isolate) {
  while (v8::platform::PumpMessageLoop(platform_, isolate)) {
  }
}

}  // namespace sedge::script
