// SPDX-License-Identifier: Apache-2.0
#include "runtime/testing/test_session.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <thread>

#include "runtime/script/module_loader.h"
#include "runtime/worker/start_engine.h"

namespace sedge::test {
namespace {

// How often tests that hang, and Stop(), are looked for.
constexpr std::chrono::milliseconds kWatchEvery{50};

}  // namespace

TestSession::TestSession(SessionOptions options, SessionListener& listener)
    : options_(std::move(options)), listener_(listener) {}

TestSession::~TestSession() = default;

void TestSession::Run(const std::vector<SessionFile>& files) {
  worker::StartEngine();
  const size_t threads = std::clamp<size_t>(static_cast<size_t>(options_.threads), 1,
                                            std::max<size_t>(files.size(), 1));
  threads_left_ = threads;
  std::vector<std::thread> running;
  for (size_t i = 0; i < threads; ++i) {
    running.emplace_back([this, &files] {
      RunFiles(files);
      std::lock_guard lock(mutex_);
      --threads_left_;
      changed_.notify_all();
    });
  }
  Watch();
  for (std::thread& thread : running) thread.join();
}

void TestSession::Watch() {
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, kWatchEvery, [this] { return threads_left_ == 0; })) {
    for (TestFile* file : running_) {
      if (stopping_) {
        file->Stop();
      } else {
        file->EndIfOverdue();
      }
    }
  }
}

void TestSession::RunFiles(const std::vector<SessionFile>& files) {
  while (!stopping_) {
    const size_t index = next_++;
    if (index >= files.size()) return;
    RunFile(files[index]);
  }
}

// What is under test: not the test file itself, nor packages.
void TestSession::AddCoverage(script::Coverage& coverage, script::Isolate& isolate,
                              const std::string& test) {
  Result<std::vector<script::ScriptCoverage>> taken = coverage.Take();
  script::SourceCache* const sources = isolate.modules().sources();
  if (!taken.ok() || !sources) return;
  const auto counts = [&](const std::string& path) {
    return path != test && path.find("/node_modules/") == std::string::npos &&
           path.starts_with('/');
  };
  std::lock_guard lock(listening_);
  for (const script::ScriptCoverage& script : *taken) {
    const std::shared_ptr<const script::SourceMap> map =
        sources->MapOf(script.path, [](const std::string&) { return true; });
    if (!map) {
      if (counts(script.path)) options_.coverage->Add(script);
      continue;
    }
    options_.coverage->Add(script, [&](int line, int column) {
      const std::optional<script::SourceMap::Place> place = map->Find(line, column);
      return place && counts(place->source)
                 ? std::optional(CoverageReport::Place{place->source, place->line})
                 : std::nullopt;
    });
  }
}

void TestSession::RunFile(const SessionFile& file) {
  const auto started = std::chrono::steady_clock::now();
  {
    std::lock_guard lock(listening_);
    listener_.OnFileStart(file);
  }
  const auto failed = [this] {
    if (!options_.tests.bail) return;
    bailed_ = true;
    stopping_ = true;
  };
  TestFile::Hooks hooks;
  hooks.on_record = [&](TestRecord record) {
    if (record.status == TestStatus::kFail) failed();
    std::lock_guard lock(listening_);
    listener_.OnRecord(file, std::move(record));
  };
  hooks.on_error = [&](const std::string& message) {
    failed();
    std::lock_guard lock(listening_);
    listener_.OnFileError(file, message);
  };
  hooks.on_console = [&](const std::string& worker, int level, std::string_view text) {
    std::lock_guard lock(listening_);
    listener_.OnConsole(file, worker, level, text);
  };
  std::vector<std::pair<std::string, FileStamp>> seen;
  if (!file.broken.empty()) {
    hooks.on_error(file.broken);
  } else if (Result<worker::WorkerConfig> prepared = file.prepare(seen); !prepared.ok()) {
    hooks.on_error(std::string(prepared.status().message()));
  } else {
    RunPrepared(file, std::move(prepared).value(), std::move(hooks), seen);
  }
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - started;
  std::lock_guard lock(listening_);
  listener_.OnFileEnd(file, took.count(), seen);
}

void TestSession::RunPrepared(const SessionFile& file, worker::WorkerConfig prepared,
                              TestFile::Hooks hooks,
                              std::vector<std::pair<std::string, FileStamp>>& seen) {
  std::map<script::Isolate*, std::unique_ptr<script::Coverage>> coverage;
  if (options_.coverage) {
    hooks.before_load = [&](script::Isolate& isolate) {
      Result<std::unique_ptr<script::Coverage>> started = script::Coverage::Start(isolate);
      if (started.ok()) coverage[&isolate] = std::move(started).value();
    };
    hooks.after_tests = [&](script::Isolate& isolate) {
      if (const auto node = coverage.extract(&isolate)) {
        AddCoverage(*node.mapped(), isolate, file.path);
      }
    };
  }
  TestFile run(*file.project, file.path, std::move(prepared), options_.tests, store_,
               std::move(hooks));
  {
    std::lock_guard lock(mutex_);
    running_.insert(&run);
  }
  run.Run();
  seen.insert(seen.end(), run.seen().begin(), run.seen().end());
  std::lock_guard lock(mutex_);
  running_.erase(&run);
}

}  // namespace sedge::test
