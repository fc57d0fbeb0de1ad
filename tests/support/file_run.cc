// SPDX-License-Identifier: Apache-2.0
#include "tests/support/file_run.h"

#include <unistd.h>

#include <filesystem>

#include "runtime/loop/timer.h"
#include "runtime/script/engine.h"
#include "runtime/worker/builtins_data.h"
#include "runtime/worker/worker_ops.h"

namespace sedge::worker {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kPumpMs = 5;
// Small, so that a test reaches it at once.
constexpr size_t kEventBytes = 64u << 10;

}  // namespace

TemporaryFolder::TemporaryFolder() {
  std::string pattern = fs::temp_directory_path() / "sedge-js-test-XXXXXX";
  path = mkdtemp(pattern.data()) ? pattern : "";
}

TemporaryFolder::~TemporaryFolder() {
  if (!path.empty()) fs::remove_all(path);
}

Result<test::TestTotals> FileRun::Run(
    const std::string& file, const std::function<void(const test::TestRecord&)>& on_record) {
  kv::StoreOptions store_options;
  store_options.path = folder_.path;
  store_options.durable_writes = false;
  SEDGE_ASSIGN_OR_RETURN(std::unique_ptr<kv::Store> store, kv::OpenRocksStore(store_options));
  SEDGE_ASSIGN_OR_RETURN(std::unique_ptr<loop::Loop> loop, loop::Loop::Create());
  SEDGE_ASSIGN_OR_RETURN(std::unique_ptr<http::Client> client, http::Client::Create(*loop, {}));
  const std::string path = fs::absolute(file).lexically_normal();
  config_.main = path;
  config_.base_dir = fs::path(path).parent_path();
  config_.name = fs::path(path).stem();
  config_.limits.event_bytes = kEventBytes;
  spec_.options = &options_;
  spec_.config = &config_;
  spec_.store = store.get();
  kv::EventualReads eventual(*store, Clock::System());
  spec_.eventual = &eventual;
  spec_.clock = &Clock::System();
  spec_.sources = std::make_shared<script::SourceCache>();
  if (!source_.empty()) spec_.sources->Add(path, source_);
  spec_.bindings = R"({"vars":{},"kv":[["KV","js-test"],["EDGE","js-test",true]]})";
  spec_.cf = R"({"colo":"TEST"})";
  spec_.is_test = true;
  spec_.before_load = before;
  test::TestTotals result;
  {
    SEDGE_ASSIGN_OR_RETURN(std::unique_ptr<WorkerIsolate> isolate,
                           WorkerIsolate::Create(spec_, *loop, *client, {}));
    test::TestRun run(isolate->isolate(), test_options_, on_record, [&](test::TestTotals totals) {
      result = totals;
      loop->Stop();
    });
    run.Start();
    // V8's own tasks: what its threads have compiled, Atomics.waitAsync.
    std::unique_ptr<loop::Timer> pump;
    pump = std::make_unique<loop::Timer>(*loop, [&] {
      isolate->PumpTasks();
      pump->Start(kPumpMs);
    });
    pump->Start(kPumpMs);
    loop->Run();
    if (after) after(isolate->isolate());
  }
  client.reset();
  loop.reset();
  return result;
}

void InitializeEngine() {
  static const bool initialized = [] {
    script::EngineOptions options;
    options.builtins = Builtins();
    options.ops = AllOps();
    options.snapshot = Snapshot();
    script::Engine::Initialize(std::move(options));
    return true;
  }();
  static_cast<void>(initialized);
}

}  // namespace sedge::worker
