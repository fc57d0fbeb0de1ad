// SPDX-License-Identifier: Apache-2.0
// Engine: V8 once per process: platform, flags, and the startup snapshot that every isolate starts
// from. Made before the first isolate, on the main thread; lives until the process ends.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "runtime/base/status.h"
#include "runtime/script/builtin_text.h"

namespace v8 {
class Platform;
class Isolate;
class StartupData;
}  // namespace v8

namespace sedge::script {

class ClockedPlatform;
class ForegroundTasks;
struct OpDef;

struct EngineOptions {
  std::span<const BuiltinSource> builtins;
  std::vector<OpDef> ops;
  // Made by the build; may be empty, and is not used when V8 at run time is another build: then the
  // builtins are evaluated when an isolate starts.
  std::span<const char> snapshot;
};

class Engine {
 public:
  // Also used by the snapshot maker, which passes no snapshot.
  static void Initialize(EngineOptions options);
  static Engine& Get();

  v8::Platform* platform() { return platform_; }
  // Null when there is none of that id.
  BuiltinText* FindBuiltin(std::string_view id);
  const std::vector<OpDef>& ops() const { return options_.ops; }
  // Null-terminated; what a snapshot refers to by index.
  const intptr_t* external_references() const { return references_.data(); }
  // Null when builtins must be evaluated.
  v8::StartupData* snapshot() { return snapshot_valid_ ? blob_.get() : nullptr; }
  // Before an isolate is disposed of.
  void NotifyShutdown(v8::Isolate* isolate);
  // Runs tasks that V8 posted for this isolate's thread.
  void PumpTasks(v8::Isolate* isolate);
  // Notes of them.
  std::shared_ptr<ForegroundTasks> TasksOf(v8::Isolate* isolate);

 private:
  Engine();
  EngineOptions options_;
  std::vector<std::unique_ptr<BuiltinText>> builtins_;
  std::vector<intptr_t> references_;
  v8::Platform* platform_ = nullptr;
  ClockedPlatform* clocked_platform_ = nullptr;
  std::unique_ptr<v8::StartupData> blob_;
  bool snapshot_valid_ = false;
};

}  // namespace sedge::script
