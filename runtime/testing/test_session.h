// SPDX-License-Identifier: Apache-2.0
// TestSession: runs test files on several threads, each file by itself (test_file.h), and tells
// what comes of them. Files are begun in their order. Used by one thread, which waits; Stop() from
// any.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "runtime/script/coverage.h"
#include "runtime/testing/coverage_report.h"
#include "runtime/testing/shared_store.h"
#include "runtime/testing/test_file.h"

namespace sedge::test {

struct SessionFile {
  std::string path;   // absolute
  std::string shown;  // for messages
  std::shared_ptr<const TestProject> project;
  std::string broken;  // why it cannot be run, where that is known already; else ""
  // Makes what is loaded of it, on the thread that will run it: a configuration whose `main` that
  // is. Adds the files that it came from to `seen`.
  std::function<Result<worker::WorkerConfig>(std::vector<std::pair<std::string, FileStamp>>& seen)>
      prepare;
};

struct SessionOptions {
  int threads = 1;
  TestOptions tests;                   // its `bail` ends the session
  CoverageReport* coverage = nullptr;  // gets what ran; null: it is not counted
};

// Calls come one at a time, from any thread.
class SessionListener {
 public:
  virtual ~SessionListener() = default;
  virtual void OnFileStart(const SessionFile& file) = 0;
  virtual void OnRecord(const SessionFile& file, TestRecord record) = 0;
  virtual void OnFileError(const SessionFile& file, const std::string& message) = 0;
  // What workers print outside of the tests' own capture.
  virtual void OnConsole(const SessionFile& file, const std::string& worker, int level,
                         std::string_view text) = 0;
  // `seen`: every file that it read, or looked for in vain.
  virtual void OnFileEnd(const SessionFile& file, double duration_ms,
                         const std::vector<std::pair<std::string, FileStamp>>& seen) = 0;
};

class TestSession {
 public:
  TestSession(SessionOptions options, SessionListener& listener);
  ~TestSession();

  // Returns when all files are over, or were stopped. Once.
  void Run(const std::vector<SessionFile>& files);
  // Any thread, and signal handlers' threads: no new file is begun, and running ones end soon.
  void Stop() { stopping_ = true; }
  // A failure ended it early.
  bool bailed() const { return bailed_; }

 private:
  void RunFiles(const std::vector<SessionFile>& files);
  void RunFile(const SessionFile& file);
  void RunPrepared(const SessionFile& file, worker::WorkerConfig prepared, TestFile::Hooks hooks,
                   std::vector<std::pair<std::string, FileStamp>>& seen);
  void Watch();
  void AddCoverage(script::Coverage& coverage, script::Isolate& isolate, const std::string& test);

  const SessionOptions options_;
  SessionListener& listener_;
  SharedStore store_;
  std::atomic<size_t> next_{0};
  std::atomic<bool> stopping_{false};
  std::atomic<bool> bailed_{false};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::set<TestFile*> running_;  // guarded by mutex_
  size_t threads_left_ = 0;      // guarded by mutex_
  std::mutex listening_;         // held during each call of the listener
};

}  // namespace sedge::test
