// SPDX-License-Identifier: Apache-2.0
#include "runtime/testing/test_session.h"

#include <algorithm>
#include <chrono>
#include <thread>

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
  const size_t threads =
      std::clamp<size_t>(static_cast<size_t>(options_.threads), 1, std::max<size_t>(files.size(), 1));
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
  TestTotals totals;
  if (!file.broken.empty()) {
    hooks.on_error(file.broken);
    totals.failed = 1;
  } else {
    TestFile run(*file.project, file.path, options_.tests, store_, hooks);
    {
      std::lock_guard lock(mutex_);
      running_.insert(&run);
    }
    totals = run.Run();
    std::lock_guard lock(mutex_);
    running_.erase(&run);
  }
  const std::chrono::duration<double, std::milli> took =
      std::chrono::steady_clock::now() - started;
  std::lock_guard lock(listening_);
  listener_.OnFileEnd(file, totals, took.count());
}

}  // namespace sedge::test
