// SPDX-License-Identifier: Apache-2.0
#include "runtime/testing/test_file.h"

#include <pthread.h>

#include <algorithm>
#include <utility>

#include "runtime/base/clock.h"
#include "runtime/script/clocked_platform.h"
#include "runtime/worker/start_engine.h"

namespace sedge::test {
namespace {

using worker::WorkerIsolate;

// V8's own tasks: what its threads have compiled, Atomics.waitAsync.
constexpr uint64_t kPumpMs = 5;
// Tests hold more than the workers that they test.
constexpr size_t kMinMemoryBytes = 512u << 20;
// A test that has computed for all of its time is ended by force after so much more. Its thread's
// time counts: on a busy machine a test takes long and has done little.
constexpr int64_t kOverdueMs = 1'000;

int64_t ReadMs(clockid_t clock) {
  timespec time;
  if (clock_gettime(clock, &time) != 0) return 0;
  return int64_t{time.tv_sec} * 1'000 + time.tv_nsec / 1'000'000;
}

// What isolates are given in the network's place; nothing of a test run gets there.
class NoClient final : public http::Client {
 public:
  RequestId Send(http::ClientRequest, ResponseCallback) override { return 0; }
  void Cancel(RequestId) override {}
  size_t connection_count() const override { return 0; }
};

}  // namespace

TestFile::TestFile(const TestProject& project, std::string path, worker::WorkerConfig prepared,
                   TestOptions options, SharedStore& store, Hooks hooks)
    : project_(project),
      path_(std::move(path)),
      file_config_(std::move(prepared)),
      options_(std::move(options)),
      hooks_(std::move(hooks)),
      sources_(std::make_shared<script::SourceCache>(file_config_.modules)),
      store_(store, clock_),
      eventual_(store_, clock_) {}

TestFile::~TestFile() = default;

TestTotals TestFile::Run() {
  Status status = Prepare();
  if (status.ok()) {
    script::SetDateClock(&clock_);
    loop_->Post([this] { StartTests(); });
    loop_->Run();
    Close();
    script::SetDateClock(nullptr);
  } else {
    FailFile(std::string(status.message()));
    seen_ = sources_->Seen();
  }
  return totals_;
}

Status TestFile::Prepare() {
  clockid_t clock;
  if (pthread_getcpuclockid(pthread_self(), &clock) == 0) {
    std::lock_guard lock(mutex_);
    cpu_clock_ = clock;
  }
  SEDGE_ASSIGN_OR_RETURN(loop_, loop::Loop::Create());
  client_ = std::make_unique<NoClient>();
  if (!project_.workers.empty()) sources_->AddMade(project_.workers[0].config.modules);
  file_config_.base_dir = project_.base_dir;
  file_config_.limits.cpu_ms = 0;  // EndIfOverdue() has the tests' limits
  file_config_.limits.memory_bytes = std::max(file_config_.limits.memory_bytes, kMinMemoryBytes);
  MakeSpec(file_config_, sources_, file_);
  file_.spec.is_test = true;
  workers_.resize(project_.workers.size());
  for (size_t i = 0; i < workers_.size(); ++i) {
    const WorkerUnderTest& under_test = project_.workers[i];
    MakeSpec(under_test.config, std::make_shared<script::SourceCache>(under_test.config.modules),
             workers_[i]);
    workers_[i].spec.log_name = under_test.config.name;
    for (const worker::KvNamespaceConfig& ns : under_test.config.kv_namespaces) {
      if (ns.eventual) eventual_.SetSeed(ns.id, ns.eventual_seed);
    }
    for (const auto& [ns, path] : under_test.seeds) {
      SEDGE_RETURN_IF_ERROR(SeedFile(ns, path).status());
    }
  }
  loop_->set_turn_hook([this] { OnTurn(); });
  real_timer_ = std::make_unique<loop::Timer>(*loop_, [this] {
    script::EntryScope scope(file_.isolate->isolate());
    file_.isolate->isolate().CallHook("fireRealTimers").IsEmpty();
  });
  pump_ = std::make_unique<loop::Timer>(*loop_, [this] {
    ForEachIsolate([](WorkerIsolate& isolate) { isolate.PumpTasks(); });
    pump_->Start(kPumpMs);
  });
  return OkStatus();
}

void TestFile::MakeSpec(const worker::WorkerConfig& config,
                        std::shared_ptr<script::SourceCache> sources, Worker& worker) {
  worker.fetches = std::make_unique<TestFetches>(
      *loop_,
      [this, is_file = &worker == &file_](int to, std::unique_ptr<MemoryExchange> exchange) {
        if (!is_file) exchange->set_of_worker();
        SendTo(to, std::move(exchange));
      },
      [this](MemoryExchange* exchange) { Released(exchange); });
  worker::WorkerSpec& spec = worker.spec;
  spec.options = &serve_options_;
  spec.config = &config;
  spec.store = &store_;
  spec.eventual = &eventual_;
  spec.clock = &clock_;
  spec.sources = std::move(sources);
  spec.bindings = worker::BindingsJson(config);
  spec.cf = worker::kLocalCf;
  spec.cf_of = [this, &worker](SlotId slot) {
    const MemoryExchange* const exchange = FindExchange(slot, worker.isolate.get());
    return exchange ? exchange->cf() : std::string();
  };
  spec.fetches = worker.fetches.get();
  spec.log_sink = this;
  spec.test_host = this;
  spec.before_load = hooks_.before_load;
}

Result<std::unique_ptr<WorkerIsolate>> TestFile::CreateIsolate(const worker::WorkerSpec& spec) {
  script::Isolate* loading = nullptr;
  return WorkerIsolate::Create(spec, *loop_, *client_, {}, [&](WorkerIsolate* isolate) {
    std::lock_guard lock(mutex_);
    if (isolate) {
      loading = &isolate->isolate();
      loading->set_before_memory_end([this, isolate = loading->v8()] { NotePlace(isolate, this); });
      running_.insert(loading);
    } else {
      running_.erase(loading);
    }
  });
}

void TestFile::StartTests() {
  SetCurrentTest("", options_.load_ms);
  Result<std::unique_ptr<WorkerIsolate>> isolate = CreateIsolate(file_.spec);
  if (stopped_) return Finish(totals_);
  if (!isolate.ok()) {
    return IsOverdue() ? FailOverdue() : FailFile(std::string(isolate.status().message()));
  }
  file_.isolate = std::move(isolate).value();
  pump_->Start(kPumpMs);
  loading_ = true;
  load_timer_ = std::make_unique<loop::Timer>(*loop_, [this] {
    FailFile(path_ + ": a top-level await did not come to its end within " +
             std::to_string(options_.load_ms) + " ms");
  });
  load_timer_->Start(static_cast<uint64_t>(options_.load_ms));
  ContinueLoading();
}

void TestFile::ContinueLoading() {
  std::string error;
  script::ModuleLoader::Loading state;
  {
    script::EntryScope scope(file_.isolate->isolate());
    state = file_.isolate->isolate().modules().loading(&error);
  }
  if (state == script::ModuleLoader::Loading::kWaiting) return;
  loading_ = false;
  load_timer_.reset();
  if (state == script::ModuleLoader::Loading::kFailed) return FailFile(error);
  run_ = std::make_unique<TestRun>(
      file_.isolate->isolate(), options_,
      [this](TestRecord record) {
        output_.End(record);
        hooks_.on_record(std::move(record));
      },
      [this](TestTotals totals) { Finish(totals); });
  run_->Start();
}

void TestFile::Finish(TestTotals totals) {
  if (finished_) return;
  finished_ = true;
  totals_ = totals;
  loop_->Stop();
}

void TestFile::FailFile(const std::string& message) {
  if (finished_) return;
  ++totals_.failed;
  hooks_.on_error(message);
  finished_ = true;
  if (loop_) loop_->Stop();
}

void TestFile::Close() {
  {
    std::lock_guard lock(mutex_);
    running_.clear();
  }
  loop_->set_turn_hook(nullptr);
  if (hooks_.after_tests && !stopped_) {
    ForEachIsolate([this](WorkerIsolate& isolate) {
      if (!isolate.isolate().terminating()) hooks_.after_tests(isolate.isolate());
    });
  }
  when_idle_.clear();
  run_.reset();
  seen_ = sources_->Seen();
  for (const Worker& worker : workers_) {
    if (!worker.isolate) continue;
    const auto more = worker.spec.sources->Seen();
    seen_.insert(seen_.end(), more.begin(), more.end());
  }
  // Isolates release their exchanges; bodies of one may be read by another.
  for (Worker& worker : workers_) worker.isolate.reset();
  file_.isolate.reset();
  workers_.clear();
  file_.fetches.reset();
  exchanges_.clear();
  pump_.reset();
  load_timer_.reset();
  real_timer_.reset();
  loop_.reset();
}

void TestFile::Stop() {
  stopped_ = true;
  std::lock_guard lock(mutex_);
  TerminateAll(script::Termination::kShutdown);
}

void TestFile::SetCurrentTest(std::string_view path, int64_t deadline_ms) {
  if (!path.empty()) output_.Begin(path);
  place_ = {};
  test_started_ns_ = Clock::System().MonotonicNs();
  std::lock_guard lock(mutex_);
  asked_place_ = false;
  current_test_ = path;
  cpu_limit_ms_ = deadline_ms > 0 && cpu_clock_ ? ReadMs(*cpu_clock_) + deadline_ms : 0;
}

void TestFile::EndIfOverdue() {
  std::lock_guard lock(mutex_);
  if (running_.empty() || cpu_limit_ms_ == 0) return;
  if (ReadMs(*cpu_clock_) < cpu_limit_ms_ + kOverdueMs) return;
  // First where it is: what is ended leaves no stack.
  if (!asked_place_) {
    asked_place_ = true;
    for (script::Isolate* isolate : running_) isolate->v8()->RequestInterrupt(&NotePlace, this);
    return;
  }
  overdue_ = true;
  TerminateAll(script::Termination::kCpu);
}

// Which of them runs is not known here, and one may have called another. With mutex_ held.
void TestFile::TerminateAll(script::Termination why) {
  for (script::Isolate* isolate : running_) isolate->Terminate(why);
}

bool TestFile::IsOverdue() {
  std::lock_guard lock(mutex_);
  return overdue_;
}

void TestFile::OnTurn() {
  if (finished_) return;
  if (stopped_) return Finish(totals_);
  CheckTermination();
  if (loading_ && !finished_) ContinueLoading();
  if (finished_ || when_idle_.empty() || !Idle()) return;
  for (const auto& done : std::exchange(when_idle_, {})) done();
}

void TestFile::CheckTermination() {
  // A worker that ended at a limit of its own has answered so, and goes on.
  const bool overdue = IsOverdue();
  if (file_.isolate && file_.isolate->CheckTermination()) {
    if (stopped_) return Finish(totals_);
    return file_.isolate->out_of_memory() ? FailForMemory(file_config_) : FailOverdue();
  }
  for (Worker& worker : workers_) {
    if (!worker.isolate || !worker.isolate->CheckTermination()) continue;
    if (stopped_) return Finish(totals_);
    if (worker.isolate->out_of_memory()) return FailForMemory(*worker.spec.config);
    if (overdue) return FailOverdue();
  }
}

void TestFile::FailForMemory(const worker::WorkerConfig& config) {
  FailRest("needs more than " + std::to_string(config.limits.memory_bytes >> 20) +
           " MB of memory (limits.memory_mb)");
}

void TestFile::FailOverdue() {
  FailRest("computed on without letting go after its time was over, and was ended by force");
}

// In the isolate that runs, of whatever worker.
void TestFile::NotePlace(v8::Isolate* isolate, void* self) {
  static_cast<TestFile*>(self)->place_ = script::DescribeNow(isolate);
}

void TestFile::FailRest(const std::string& what) {
  if (finished_) return;
  std::string test;
  {
    std::lock_guard lock(mutex_);
    test = current_test_;
  }
  const std::string message = what + "; what comes after it in this file was not run";
  if (test.empty() || !run_) {
    const std::string frame = place_.CodeFrame();
    return FailFile(
        (place_.file.empty() ? "" : place_.file + ":" + std::to_string(place_.line) + ": ") +
        "the file " + message + (frame.empty() ? "" : "\n" + frame));
  }
  TestRecord record;
  record.path = SplitPath(test);
  record.status = TestStatus::kFail;
  record.message = "The test " + message;
  record.file = place_.file;
  record.line = place_.line;
  record.column = place_.column;
  record.stack = place_.stack;
  run_->AddCodeFrame(record);
  if (record.code_frame.empty()) record.code_frame = place_.CodeFrame();
  record.duration_ms = static_cast<double>(Clock::System().MonotonicNs() - test_started_ns_) / 1e6;
  record.output = output_.Take();
  ++totals_.failed;
  finished_ = true;
  hooks_.on_record(std::move(record));
  loop_->Stop();
}

WorkerIsolate* TestFile::FindWorkerIsolate(int worker) {
  if (worker < 0) return file_.isolate.get();
  Worker& wanted = workers_[static_cast<size_t>(worker)];
  return wanted.isolate ? wanted.isolate.get() : file_.isolate.get();
}

void TestFile::SendTo(int worker, std::unique_ptr<MemoryExchange> exchange) {
  MemoryExchange* const raw = exchange.get();
  exchanges_.push_back(std::move(exchange));
  WorkerIsolate* const isolate = FindWorkerIsolate(worker);
  if (!isolate) return raw->Release();
  raw->set_isolate(isolate);
  isolate->DispatchNow(raw,
                       worker < 0 ? WorkerIsolate::Target::kMocks : WorkerIsolate::Target::kWorker);
}

void TestFile::Released(MemoryExchange* exchange) {
  exchanges_.remove_if([exchange](const auto& one) { return one.get() == exchange; });
}

}  // namespace sedge::test
