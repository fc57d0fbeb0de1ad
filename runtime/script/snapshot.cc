// SPDX-License-Identifier: Apache-2.0
#include "runtime/script/snapshot.h"

#include "runtime/script/builtins.h"
#include "runtime/script/engine.h"
#include "runtime/script/v8_compat.h"

namespace sedge::script {

Result<std::string> MakeSnapshot() {
  v8::SnapshotCreator creator(Engine::Get().external_references());
  v8::Isolate* isolate = creator.GetIsolate();
  Status status;
  {
    v8::HandleScope handles(isolate);
    v8::Local<v8::Context> context = v8::Context::New(isolate);
    {
      v8::Context::Scope scope(context);
      Result<v8::Local<v8::Object>> hooks = EvaluateBuiltins(isolate, context);
      if (hooks.ok()) {
        creator.AddData(context, *hooks);
      } else {
        status = hooks.status();
      }
    }
    creator.SetDefaultContext(context);
  }
  // The blob is made even after a failure: SnapshotCreator may not be destroyed without.
  v8::StartupData blob = creator.CreateBlob(v8::SnapshotCreator::FunctionCodeHandling::kKeep);
  std::string bytes(blob.data, static_cast<size_t>(blob.raw_size));
  delete[] blob.data;
  if (!status.ok()) return status;
  return bytes;
}

}  // namespace sedge::script
