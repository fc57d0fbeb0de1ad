// SPDX-License-Identifier: Apache-2.0
#include "runtime/script/engine.h"

#include <libplatform/libplatform.h>

#include "runtime/base/check.h"
#include "runtime/base/log.h"
#include "runtime/script/builtins.h"
#include "runtime/script/op.h"

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
  for (const OpDef& op : engine.options_.ops) {
    engine.references_.push_back(reinterpret_cast<intptr_t>(op.callback));
  }
  engine.references_.push_back(reinterpret_cast<intptr_t>(RequireCallback()));
  engine.references_.push_back(0);
  // Else the memory of dead ArrayBuffers still counts when a collection is over.
  v8::V8::SetFlagsFromString("--no-concurrent-array-buffer-sweeping");
  // Else the stack of a stack overflow has no lines: they cannot be computed any more then.
  v8::V8::SetFlagsFromString("--no-enable-lazy-source-positions");
  engine.platform_ = v8::platform::NewDefaultPlatform(kPlatformThreads).release();
  v8::V8::InitializePlatform(engine.platform_);
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

void Engine::NotifyShutdown(v8::Isolate* isolate) {
  v8::platform::NotifyIsolateShutdown(platform_, isolate);
}

void Engine::PumpTasks(v8::Isolate* isolate) {
  while (v8::platform::PumpMessageLoop(platform_, isolate)) {
  }
}

}  // namespace sedge::script
