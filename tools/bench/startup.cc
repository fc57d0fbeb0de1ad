// SPDX-License-Identifier: Apache-2.0
// sedge_startup [N]: how long an isolate with its context takes, N times, from the startup
// snapshot: "median_ms minimum_ms snapshot_bytes". What a worker's first request waits for before
// the worker's own code runs.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
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

int Main(int argc, char** argv) {
  const int count = argc > 1 ? std::max(1, std::atoi(argv[1])) : 50;
  script::EngineOptions options;
  options.builtins = Builtins();
  options.ops = AllOps();
  options.snapshot = Snapshot();
  script::Engine::Initialize(std::move(options));
  std::vector<double> times_ms;
  for (int i = 0; i < count; ++i) {
    const Clock::time_point start = Clock::now();
    const auto isolate = script::Isolate::Create({});
    if (!isolate.ok() || !Prepare(**isolate)) {
      std::fprintf(stderr, "sedge_startup: an isolate cannot be made\n");
      return 1;
    }
    const std::chrono::duration<double, std::milli> taken = Clock::now() - start;
    times_ms.push_back(taken.count());
  }
  std::sort(times_ms.begin(), times_ms.end());
  std::printf("%.2f %.2f %zu\n", times_ms[times_ms.size() / 2], times_ms.front(),
              Snapshot().size());
  return 0;
}

}  // namespace
}  // namespace sedge::worker

int main(int argc, char** argv) { return sedge::worker::Main(argc, argv); }
