// SPDX-License-Identifier: Apache-2.0
// TestRun: runs the tests that a test file registered in its isolate; the native half of
// testing/runner.js. The isolate's thread; lives until `done` was called or the isolate is gone.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "runtime/script/isolate.h"
#include "runtime/testing/test_record.h"

namespace sedge::test {

struct TestOptions {
  // Only tests whose full name ("suite name") contains this, or matches it when it is written
  // "/expression/flags". "": all.
  std::string filter;
  double timeout_ms = 5000;  // of each test and hook that names none of its own
  int64_t load_ms = 30'000;  // of the file's own code, until its first test
  bool bail = false;         // after a failure the rest is skipped
};

// What became of a file's tests; hooks and errors outside of tests count as failures.
struct TestTotals {
  size_t passed = 0;
  size_t failed = 0;
  size_t skipped = 0;
  size_t todo = 0;
};

class TestRun {
 public:
  // REQUIRES: the isolate has the test file loaded (WorkerSpec::is_test).
  TestRun(script::Isolate& isolate, TestOptions options, std::function<void(TestRecord)> on_record,
          std::function<void(TestTotals)> on_done);
  // The callbacks get each record as soon as there is one and then, once, the totals.
  void Start();
  // Adds the lines around the place of a record.
  void AddCodeFrame(TestRecord& record) { record.code_frame = CodeFrame(record); }

 private:
  static TestRun& From(const v8::FunctionCallbackInfo<v8::Value>& info);
  void Record(v8::Local<v8::Value> value);
  void Done(v8::Local<v8::Value> totals);
  void Fail(v8::Local<v8::Value> error);
  void DescribePlace(v8::Local<v8::Value> error, TestRecord& record);
  std::string CodeFrame(const TestRecord& record);

  script::Isolate& isolate_;
  const TestOptions options_;
  const std::function<void(TestRecord)> on_record_;
  const std::function<void(TestTotals)> on_done_;
};

}  // namespace sedge::test
