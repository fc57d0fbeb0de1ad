// SPDX-License-Identifier: Apache-2.0
// FileRun: runs one test file by itself, as `sedge test` does, with its text from memory if need
// be.
#pragma once

#include <functional>
#include <string>

#include "runtime/testing/test_file.h"

namespace sedge::worker {

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
};

// With the builtins, the ops and the snapshot; once.
void InitializeEngine();

}  // namespace sedge::worker
