// SPDX-License-Identifier: Apache-2.0
// sedge_startup [N]: how long an isolate with its context takes, N times, from the startup
// snapshot: "median_ms minimum_ms snapshot_bytes". What a worker's first request waits for before
// the worker's own code runs.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <vector>

#include "runtime/script/engine.h"
#include "runtime/script/entry_scope.h"
#include "runtime/script/isolate.h"
#include "runtime/script/result.h"
#include "runtime/worker/builtins_data.h"
#include "runtime/worker/worker_ops.h"

namespace sedge::worker {
namespace {

using Clock = std::chrono::steady_clock;

// What every worker's isolate does before its own code is loaded.
bool Prepare(script::Isolate& isolate) {
  script::EntryScope scope(isolate);
  v8::Local<v8::Value> bindings;
  return script::Utf8ToV8(scope.v8(), R"({"vars":{},"kv":[]})").ToLocal(&bindings) &&
         !isolate.CallHook("prepare", {bindings}).IsEmpty();
}

using Milliseconds = std::chrono::duration<double, std::milli>;

Milliseconds TimeOf(const std::function<void()>& work) {
  const Clock::time_point start = Clock::now();
  work();
  return Clock::now() - start;
}

struct Times {
  void Add(Milliseconds time) { ms.push_back(time.count()); }
  void Print() {
    std::sort(ms.begin(), ms.end());
    std::printf("%.2f %.2f ", ms[ms.size() / 2], ms.front());
  }
  std::vector<double> ms;
};

void NewContext(v8::Isolate* v8) {
  v8::Isolate::Scope scope(v8);
  v8::HandleScope handles(v8);
  v8::Context::New(v8);
}

// V8's own snapshot.
void BareIsolate() {
  std::unique_ptr<v8::ArrayBuffer::Allocator> allocator(
      v8::ArrayBuffer::Allocator::NewDefaultAllocator());
  v8::Isolate::CreateParams params;
  params.array_buffer_allocator = allocator.get();
  v8::Isolate* v8 = v8::Isolate::New(params);
  NewContext(v8);
  v8->Dispose();
}

int Main(int argc, char** argv) {
  const int count = argc > 1 ? std::max(1, std::atoi(argv[1])) : 50;
  script::EngineOptions options;
  options.builtins = Builtins();
  options.ops = AllOps();
  options.snapshot = Snapshot();
  script::Engine::Initialize(std::move(options));
  Times ready, context, bare;
  for (int i = 0; i < count; ++i) {
    std::unique_ptr<script::Isolate> isolate;
    ready.Add(TimeOf([&] {
      auto made = script::Isolate::Create({});
      if (made.ok() && Prepare(**made)) isolate = std::move(*made);
    }));
    if (!isolate) {
      std::fprintf(stderr, "sedge_startup: an isolate cannot be made\n");
      return 1;
    }
    context.Add(TimeOf([&] { NewContext(isolate->v8()); }));
    isolate.reset();
    bare.Add(TimeOf(BareIsolate));
  }
  ready.Print();
  context.Print();
  bare.Print();
  std::printf("%zu\n", Snapshot().size());
  return 0;
}

}  // namespace
}  // namespace sedge::worker

int main(int argc, char** argv) { return sedge::worker::Main(argc, argv); }
