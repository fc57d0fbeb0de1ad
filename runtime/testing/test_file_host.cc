// SPDX-License-Identifier: Apache-2.0
// The half of TestFile that the code of tests asks for things (TestHost), and that workers tell of
// theirs (WorkerLogSink).
#include <cmath>
#include <filesystem>
#include <utility>

#include "runtime/testing/seed_file.h"
#include "runtime/testing/test_file.h"
#include "runtime/web/url/url_record.h"

namespace sedge::test {
namespace {

using worker::WorkerIsolate;

// Scripts count milliseconds in floating point: a timer that is due then may be due a little later.
constexpr int64_t kTimerSlackNs = 1000;
// So many timers within such a time look endless.
constexpr int kMaxTimersAtOnce = 10'000;
constexpr int64_t kAtOnceNs = 500'000;
constexpr int kErrorLevel = 4;  // of the console

Status EndlessTimers() {
  return ResourceExhausted("clock.tick(): timers without a delay go on starting timers: " +
                           std::to_string(kMaxTimersAtOnce) + " have run, and no time has passed");
}

}  // namespace

void TestFile::ArmRealTimer(double delay_ms) {
  if (delay_ms < 0) {
    real_timer_->Stop();
  } else {
    real_timer_->Start(static_cast<uint64_t>(delay_ms + 1));  // never early
  }
}

int TestFile::FindWorker(std::string_view name) {
  for (size_t i = 0; i < project_.workers.size(); ++i) {
    if (project_.workers[i].config.name == name) return static_cast<int>(i);
  }
  return -1;
}

std::vector<std::string> TestFile::WorkerNames() {
  std::vector<std::string> names;
  for (const WorkerUnderTest& worker : project_.workers) names.push_back(worker.config.name);
  return names;
}

std::string TestFile::WorkerOfRoute(std::string_view url) {
  const Result<web::UrlRecord> parsed = web::ParseUrl(url);
  if (!parsed.ok()) return "";
  const std::string authority(parsed->host());
  const std::string target(parsed->path_and_query());
  const worker::HostAndPort at = worker::SplitHost(authority);
  const worker::RouteScheme scheme =
      parsed->scheme() == "https" ? worker::RouteScheme::kHttps : worker::RouteScheme::kHttp;
  const worker::RoutePattern* best = nullptr;
  std::string name;
  for (size_t i = 1; i < project_.workers.size(); ++i) {
    for (const worker::RouteConfig& route : project_.workers[i].config.routes) {
      if (!route.pattern.Matches(scheme, at.host, at.port, target)) continue;
      if (best && !worker::IsMoreSpecific(route.pattern, *best)) continue;
      best = &route.pattern;
      name = project_.workers[i].config.name;
    }
  }
  return name;
}

Status TestFile::StartWorker(int index) {
  if (index < 0 || static_cast<size_t>(index) >= workers_.size()) {
    return NotFound(
        "there is no worker to test: no wrangler.jsonc, wrangler.json, wrangler.toml or index.js "
        "was "
        "found above the test file; name one with --config");
  }
  Worker& worker = workers_[static_cast<size_t>(index)];
  if (worker.started) return OkStatus();
  const WorkerUnderTest& under_test = project_.workers[static_cast<size_t>(index)];
  if (!under_test.broken.empty()) return InvalidArgument(under_test.broken);
  bool in_file = false;
  if (index == 0) {
    SEDGE_ASSIGN_OR_RETURN(in_file, file_.isolate->StartModule(under_test.config.main));
  }
  if (!in_file) {
    SEDGE_ASSIGN_OR_RETURN(worker.isolate, CreateIsolate(worker.spec));
  }
  worker.started = true;
  return OkStatus();
}

bool TestFile::Idle() {
  bool idle = file_.fetches->running() == 0;
  for (const Worker& worker : workers_) idle &= worker.fetches->running() == 0;
  ForEachIsolate([&](WorkerIsolate& isolate) {
    idle = idle && isolate.kv_operations() == 0 && isolate.incoming().idle();
  });
  return idle;
}

void TestFile::WhenIdle(std::function<void()> done) {
  when_idle_.push_back(std::move(done));
  loop_->Post([] {});  // for a turn
}

void TestFile::CancelRunning(std::function<void()> done) {
  loop_->Post([this, done = std::move(done)]() mutable {
    if (finished_) return;
    if (file_.fetches) file_.fetches->AbortAll();
    for (Worker& worker : workers_) worker.fetches->AbortAll();
    // Isolates hear of those who have gone in the next turn.
    loop_->Post([this, done = std::move(done)] {
      if (finished_) return;
      ForEachIsolate([](WorkerIsolate& isolate) { isolate.incoming().EndEveryWait(); });
      done();
    });
  });
}

std::string TestFile::DescribeBusy() {
  if (file_.fetches->running() > 0) return file_.fetches->Describe();
  for (const Worker& worker : workers_) {
    if (worker.fetches->running() > 0) return worker.fetches->Describe();
  }
  bool kv = false;
  ForEachIsolate([&](WorkerIsolate& isolate) { kv |= isolate.kv_operations() > 0; });
  return kv ? "a KV operation" : "a promise that was given to waitUntil()";
}

void TestFile::OpenFrame() { store_.OpenFrame(); }

Status TestFile::CloseFrame() {
  if (store_.changed()) eventual_.Reset();
  return store_.CloseFrame();
}

Result<int64_t> TestFile::SeedFile(std::string_view ns, std::string_view path) {
  const std::string absolute =
      std::filesystem::path(path).is_absolute()
          ? std::string(path)
          : (std::filesystem::path(path_).parent_path() / path).lexically_normal().string();
  const Result<std::string_view> text = sources_->Read(absolute);
  if (!text.ok()) {
    return NotFound(std::string(text.status().message()) +
                    "; a seed's path is relative to the test file, in a configuration to that");
  }
  return SeedStore(store_, ns, *text, clock_.WallSeconds(), absolute);
}

Result<int64_t> TestFile::SeedText(std::string_view ns, std::string_view json) {
  return SeedStore(store_, ns, json, clock_.WallSeconds(), "seed()");
}

void TestFile::AdvanceClock(double ms) {
  clock_.Hold();
  // Rounded up: a timer that is due then is due.
  clock_.AdvanceNs(static_cast<int64_t>(std::ceil(ms * 1e6)));
}

void TestFile::TickClock(double ms, std::function<void(Status)> done) {
  clock_.Hold();
  TickStep({clock_.MonotonicNs() + static_cast<int64_t>(ms * 1e6), std::move(done)});
}

// One timer after the other, each with what it sets going: KV, and fetches that are answered here.
void TestFile::TickStep(Tick tick) {
  loop_->Post([this, tick = std::move(tick)]() mutable {
    if (finished_) return;
    bool kv_runs = false;
    web::TimerService* next = nullptr;
    ForEachIsolate([&](WorkerIsolate& isolate) {
      kv_runs |= isolate.kv_operations() > 0;
      web::TimerService& timers = isolate.timers();
      if (timers.due_ns() < 0 || timers.due_ns() > tick.until_ns + kTimerSlackNs) return;
      if (!next || timers.due_ns() < next->due_ns()) next = &timers;
    });
    if (kv_runs) {
      // Looked at again when it is over.
    } else if (next) {
      if (next->due_ns() > clock_.MonotonicNs()) {
        clock_.AdvanceNs(next->due_ns() - clock_.MonotonicNs());
      }
      if (clock_.MonotonicNs() - tick.since_ns > kAtOnceNs) {
        tick.since_ns = clock_.MonotonicNs();
        tick.ran = 0;
      }
      if (++tick.ran > kMaxTimersAtOnce) return tick.done(EndlessTimers());
      next->FireNow();
    } else {
      if (tick.until_ns > clock_.MonotonicNs()) {
        clock_.AdvanceNs(tick.until_ns - clock_.MonotonicNs());
      }
      return tick.done(OkStatus());
    }
    TickStep(std::move(tick));
  });
}

void TestFile::ResetClock() {
  if (!clock_.held()) return;
  clock_.Release();
  ForEachIsolate([](WorkerIsolate& isolate) { isolate.timers().Rearm(); });
}

// What an isolate works on under that number.
MemoryExchange* TestFile::FindExchange(SlotId slot, const WorkerIsolate* isolate) {
  for (const auto& exchange : exchanges_) {
    if (exchange->user_data == slot && exchange->isolate() == isolate) {
      return exchange.get();
    }
  }
  return nullptr;
}

void TestFile::FailFetch(SlotId slot, std::string_view why) {
  if (MemoryExchange* const exchange = FindExchange(slot, file_.isolate.get())) {
    exchange->Fail(InvalidArgument(std::string(why)));
  }
  // Its answer goes nowhere.
  http::ResponseHead head;
  head.status = 502;
  file_.isolate->incoming().RespondPlain(slot, head, "");
}

bool TestFile::IsOfWorker(SlotId slot) {
  const MemoryExchange* const exchange = FindExchange(slot, file_.isolate.get());
  return exchange && exchange->is_of_worker();
}

std::vector<std::string> TestFile::TakeUncaught() { return std::exchange(uncaught_, {}); }

void TestFile::OnConsole(const std::string& worker, int level, std::string_view text) {
  // The file's own comes here when no test runs.
  if (worker.empty()) return hooks_.on_console(worker, level, text);
  PrintInTest(level, worker + ": " + std::string(text));
}

void TestFile::OnHandlerError(const std::string&, std::string_view text) {
  if (IsOverdue()) return;  // the failure says it
  PrintInTest(kErrorLevel, text);
}

// To the test that runs, as if it had printed it.
void TestFile::PrintInTest(int level, std::string_view text) {
  output_.AddComing(level, text);
  loop_->Post([this] {
    if (finished_ || !file_.isolate) return;
    script::Isolate& isolate = file_.isolate->isolate();
    const TestOutput::Coming coming = output_.TakeComing();
    script::EntryScope scope(isolate);
    v8::Local<v8::Value> line;
    if (!script::Utf8ToV8(isolate.v8(), coming.text).ToLocal(&line) ||
        isolate.CallHook("printInTest", {v8::Integer::New(isolate.v8(), coming.level), line})
            .IsEmpty()) {
      output_.Add(coming.level, coming.text);
    }
  });
}

void TestFile::OnUncaught(const std::string& worker, std::string_view text) {
  uncaught_.push_back(worker.empty() ? std::string(text) : worker + ": " + std::string(text));
}

}  // namespace sedge::test
