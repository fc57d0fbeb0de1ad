// SPDX-License-Identifier: Apache-2.0
// FileRun: runs one test file in an isolate of its own, with env's KV and EDGE on a fresh store.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "runtime/testing/test_run.h"
#include "runtime/worker/worker_isolate.h"

namespace sedge::worker {

// A folder that goes with the object.
struct TemporaryFolder {
  TemporaryFolder();
  ~TemporaryFolder();
  std::string path;
};

class FileRun {
 public:
  explicit FileRun(test::TestOptions options = {}) : test_options_(std::move(options)) {}
  // In place of the file's contents.
  void set_source(std::string text) { source_ = std::move(text); }
  // Called with the isolate before the file is loaded in it, and after its tests.
  std::function<void(script::Isolate&)> before, after;

  // Fails when the file could not be loaded. REQUIRES: script::Engine is initialised.
  Result<test::TestTotals> Run(const std::string& file,
                               const std::function<void(const test::TestRecord&)>& on_record);

 private:
  const test::TestOptions test_options_;
  std::string source_;
  TemporaryFolder folder_;
  ServeOptions options_;
  WorkerConfig config_;
  WorkerSpec spec_;
};

// With the builtins, the ops and the snapshot; once.
void InitializeEngine();

}  // namespace sedge::worker
