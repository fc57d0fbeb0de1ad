// SPDX-License-Identifier: Apache-2.0
// js_test FILE...: runs *_test.js files inside the runtime, each in an isolate of its own with
// env's KV on a fresh store; prints TAP. Exit status 0 when everything passed.
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "runtime/base/log.h"
#include "runtime/loop/timer.h"
#include "runtime/script/engine.h"
#include "runtime/worker/builtins_data.h"
#include "runtime/worker/worker_isolate.h"
#include "runtime/worker/worker_ops.h"

namespace sedge::worker {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kPumpMs = 5;
// Small, so that a test reaches it at once.
constexpr size_t kEventBytes = 64u << 10;

// A folder that goes with the object.
struct TemporaryFolder {
  TemporaryFolder() {
    std::string pattern = fs::temp_directory_path() / "sedge-js-test-XXXXXX";
    path = mkdtemp(pattern.data()) ? pattern : "";
  }
  ~TemporaryFolder() {
    if (!path.empty()) fs::remove_all(path);
  }
  std::string path;
};

std::string Indented(const std::string& text) {
  std::string out = "    ";
  for (const char c : text) {
    out += c;
    if (c == '\n') out += "    ";
  }
  return out;
}

class FileRun {
 public:
  // The number of failures; -1 when the file could not be loaded.
  int Run(const std::string& file, int& number) {
    kv::StoreOptions store_options;
    store_options.path = folder_.path;
    store_options.durable_writes = false;
    Result<std::unique_ptr<kv::Store>> store = kv::OpenRocksStore(store_options);
    Result<std::unique_ptr<loop::Loop>> loop = loop::Loop::Create();
    if (!store.ok() || !loop.ok()) return -1;
    Result<std::unique_ptr<http::Client>> client = http::Client::Create(**loop, {});
    if (!client.ok()) return -1;
    const std::string path = fs::absolute(file).lexically_normal();
    config_.main = path;
    config_.base_dir = fs::path(path).parent_path();
    config_.name = fs::path(path).stem();
    config_.limits.event_bytes = kEventBytes;
    spec_.options = &options_;
    spec_.config = &config_;
    spec_.store = store->get();
    kv::EventualReads eventual(**store, Clock::System());
    spec_.eventual = &eventual;
    spec_.clock = &Clock::System();
    spec_.sources = std::make_shared<script::SourceCache>();
    spec_.bindings = R"({"vars":{},"kv":[["KV","js-test"],["EDGE","js-test",true]]})";
    spec_.cf = R"({"colo":"TEST"})";
    spec_.is_test = true;
    int failures = 0;
    {
      Result<std::unique_ptr<WorkerIsolate>> isolate =
          WorkerIsolate::Create(spec_, **loop, **client, {});
      if (!isolate.ok()) {
        std::printf("not ok %d - %s\n%s\n", ++number, file.c_str(),
                    Indented(std::string(isolate.status().message())).c_str());
        return -1;
      }
      (*isolate)->RunTests(
          [&](const WorkerIsolate::TestResult& result) {
            std::printf("%s %d - %s: %s%s\n", result.status == "fail" ? "not ok" : "ok", ++number,
                        config_.name.c_str(), result.name.c_str(),
                        result.status == "skip" ? " # SKIP" : "");
            if (!result.message.empty()) std::printf("%s\n", Indented(result.message).c_str());
          },
          [&](int failed) {
            failures = failed;
            (*loop)->Stop();
          });
      // V8's own tasks: what its threads have compiled, Atomics.waitAsync.
      std::unique_ptr<loop::Timer> pump;
      pump = std::make_unique<loop::Timer>(**loop, [&] {
        (*isolate)->PumpTasks();
        pump->Start(kPumpMs);
      });
      pump->Start(kPumpMs);
      (*loop)->Run();
    }
    client->reset();
    loop->reset();
    return failures;
  }

 private:
  TemporaryFolder folder_;
  ServeOptions options_;
  WorkerConfig config_;
  WorkerSpec spec_;
};

int Main(int argc, char** argv) {
  script::EngineOptions options;
  options.builtins = Builtins();
  options.ops = AllOps();
  options.snapshot = Snapshot();
  script::Engine::Initialize(std::move(options));
  int number = 0;
  int failures = 0;
  for (int i = 1; i < argc; ++i) {
    const int failed = FileRun().Run(argv[i], number);
    failures += failed < 0 ? 1 : failed;
  }
  std::printf("1..%d\n", number);
  if (number == 0) std::printf("# no test ran\n");
  return failures == 0 && number > 0 ? 0 : 1;
}

}  // namespace
}  // namespace sedge::worker

int main(int argc, char** argv) { return sedge::worker::Main(argc, argv); }
