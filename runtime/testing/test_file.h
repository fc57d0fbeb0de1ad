// SPDX-License-Identifier: Apache-2.0
// TestFile: one test file from its load to the end of its last test, on a loop and in isolates of
// its own: the file's isolate, in which the main worker runs too when it is a module, so that they
// share modules and globals; and one for each further worker that is asked for. Nothing is shared
// with other files but the store's folder. The thread that runs it.
#pragma once

#include <time.h>

#include <atomic>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "kv/eventual_reads.h"
#include "runtime/base/file_stamp.h"
#include "runtime/loop/loop.h"
#include "runtime/loop/timer.h"
#include "runtime/script/error.h"
#include "runtime/testing/memory_exchange.h"
#include "runtime/testing/scoped_store.h"
#include "runtime/testing/test_clock.h"
#include "runtime/testing/test_fetches.h"
#include "runtime/testing/test_output.h"
#include "runtime/testing/test_run.h"
#include "runtime/worker/worker_isolate.h"

namespace sedge::test {

// A worker that tests can reach.
struct WorkerUnderTest {
  worker::WorkerConfig config;  // prepared: `main` is what is loaded
  std::string broken;           // why it cannot be loaded; else ""
  // A file of pairs in wrangler's bulk format for each of some bindings, as the configuration has
  // it.
  std::vector<std::pair<std::string, std::string>> seeds;  // namespace id -> absolute path
};

// What all files of one configuration share. Read-only.
struct TestProject {
  std::string base_dir;                  // absolute: stacks name files relative to it
  std::vector<WorkerUnderTest> workers;  // the main one first; may be none
};

class TestFile final : public worker::TestHost, private web::WorkerLogSink {
 public:
  struct Hooks {
    std::function<void(TestRecord)> on_record;
    std::function<void(const std::string& message)> on_error;  // outside of any test
    std::function<void(const std::string& worker, int level, std::string_view text)> on_console;
    // With each isolate before it loads any code, and when the tests are over; may be empty.
    std::function<void(script::Isolate&)> before_load, after_tests;
  };
  // What is given outlives it. `path` (absolute) is the test file, and `prepared` the configuration
  // of the main worker, if any, with what the file is loaded from as its `main`.
  TestFile(const TestProject& project, std::string path, worker::WorkerConfig prepared,
           TestOptions options, SharedStore& store, Hooks hooks);
  ~TestFile() override;

  // Runs everything; blocks until it is over.
  TestTotals Run();

  const std::string& path() const { return path_; }
  // After Run(): every file that was read, or looked for in vain.
  const std::vector<std::pair<std::string, FileStamp>>& seen() const { return seen_; }

  // Any thread, while Run() is under way: ends it at once.
  void Stop();
  // Any thread: ends what runs in JavaScript when the current test has used more of its thread's
  // time than there was for all of it.
  void EndIfOverdue();

 private:
  struct Worker {
    worker::WorkerSpec spec;
    std::unique_ptr<TestFetches> fetches;
    std::unique_ptr<worker::WorkerIsolate>
        isolate;  // null: it runs in the file's, or was not asked for
    bool started = false;
  };

  Status Prepare();
  void MakeSpec(const worker::WorkerConfig& config, std::shared_ptr<script::SourceCache> sources,
                Worker& worker);
  Result<std::unique_ptr<worker::WorkerIsolate>> CreateIsolate(const worker::WorkerSpec& spec);
  void TerminateAll(script::Termination why);
  void StartTests();
  void ContinueLoading();
  void Close();
  void OnTurn();
  void Finish(TestTotals totals);
  void FailFile(const std::string& message);
  void CheckTermination();
  bool IsOverdue();
  void FailForMemory(const worker::WorkerConfig& config);
  void FailOverdue();
  void FailRest(const std::string& what);
  static void NotePlace(v8::Isolate* isolate, void* self);
  void SendTo(int worker, std::unique_ptr<MemoryExchange> exchange);
  void Released(MemoryExchange* exchange);
  MemoryExchange* FindExchange(SlotId slot, const worker::WorkerIsolate* isolate);
  void PrintInTest(int level, std::string_view text);
  template <typename Visit>
  void ForEachIsolate(Visit visit);
  struct Tick {
    int64_t until_ns = 0;
    std::function<void(Status)> done;
    int64_t since_ns = 0;  // from when on timers are counted
    int ran = 0;           // timers, since then
  };
  void TickStep(Tick tick);
  worker::WorkerIsolate* FindWorkerIsolate(int worker);

  // TestHost.
  void SetCurrentTest(std::string_view path, int64_t deadline_ms) override;
  void KeepOutput(int level, std::string_view text) override { output_.Add(level, text); }
  void ArmRealTimer(double delay_ms) override;
  int FindWorker(std::string_view name) override;
  std::vector<std::string> WorkerNames() override;
  std::string WorkerOfRoute(std::string_view url) override;
  Status StartWorker(int index) override;
  bool Idle() override;
  void WhenIdle(std::function<void()> done) override;
  void CancelRunning(std::function<void()> done) override;
  std::string DescribeBusy() override;
  void OpenFrame() override;
  Status CloseFrame() override;
  Result<int64_t> SeedFile(std::string_view ns, std::string_view path) override;
  Result<int64_t> SeedText(std::string_view ns, std::string_view json) override;
  bool ClockIsHeld() override { return clock_.held(); }
  void SetClock(double wall_ms) override { clock_.HoldAt(static_cast<int64_t>(wall_ms)); }
  void AdvanceClock(double ms) override;
  void TickClock(double ms, std::function<void(Status)> done) override;
  void ResetClock() override;
  std::vector<std::string> TakeUncaught() override;
  bool IsOfWorker(SlotId slot) override;
  void FailFetch(SlotId slot, std::string_view why) override;

  // WorkerLogSink.
  void OnConsole(const std::string& worker, int level, std::string_view text) override;
  void OnUncaught(const std::string& worker, std::string_view text) override;
  void OnHandlerError(const std::string& worker, std::string_view text) override;

  const TestProject& project_;
  const std::string path_;
  worker::WorkerConfig file_config_;
  const TestOptions options_;
  const Hooks hooks_;
  const std::shared_ptr<script::SourceCache> sources_;  // of the file's isolate
  TestClock clock_;
  ScopedStore store_;
  kv::EventualReads eventual_;
  worker::ServeOptions serve_options_;
  std::unique_ptr<loop::Loop> loop_;
  std::unique_ptr<http::Client> client_;
  std::vector<Worker> workers_;
  Worker file_;
  std::list<std::unique_ptr<MemoryExchange>> exchanges_;
  std::unique_ptr<TestRun> run_;
  std::unique_ptr<loop::Timer> pump_;
  std::unique_ptr<loop::Timer> real_timer_;
  std::vector<std::function<void()>> when_idle_;
  TestTotals totals_;
  bool finished_ = false;
  bool loading_ = false;  // a top-level await of the file is under way
  std::unique_ptr<loop::Timer> load_timer_;
  std::vector<std::pair<std::string, FileStamp>> seen_;
  std::vector<std::string> uncaught_;
  TestOutput output_;
  script::ScriptError place_;  // where JavaScript was when it was about to be ended by force
  int64_t test_started_ns_ = 0;

  std::mutex mutex_;
  // Guarded by mutex_: what Stop and EndIfOverdue may end, also while it is loaded.
  std::set<script::Isolate*> running_;
  bool overdue_ = false;                // guarded by mutex_: EndIfOverdue ended something
  bool asked_place_ = false;            // guarded by mutex_: it has asked where JavaScript is
  std::string current_test_;            // guarded by mutex_: its path
  std::optional<clockid_t> cpu_clock_;  // guarded by mutex_: of the thread that runs
  int64_t cpu_limit_ms_ = 0;            // guarded by mutex_: by that clock; 0: none
  std::atomic<bool> stopped_{false};
};

template <typename Visit>
void TestFile::ForEachIsolate(Visit visit) {
  if (file_.isolate) visit(*file_.isolate);
  for (Worker& worker : workers_) {
    if (worker.isolate) visit(*worker.isolate);
  }
}

}  // namespace sedge::test
