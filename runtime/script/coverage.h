// SPDX-License-Identifier: Apache-2.0
// Coverage: how often each part of the scripts of one isolate runs, as V8 counts it ("precise block
// coverage", through its inspector). The isolate's thread; either may go first.
#pragma once

#include <memory>
#include <vector>

#include "runtime/base/status.h"
#include "runtime/script/isolate.h"
#include "runtime/script/script_coverage.h"

namespace sedge::script {

class Coverage {
 public:
  // Counts what is compiled from now on. REQUIRES: no EntryScope is open that has JavaScript below
  // it.
  static Result<std::unique_ptr<Coverage>> Start(Isolate& isolate);
  ~Coverage();
  Coverage(const Coverage&) = delete;
  Coverage& operator=(const Coverage&) = delete;

  // What has run since the start, of all files that the module loader loaded; counts start anew.
  // Fails when the isolate is gone.
  Result<std::vector<ScriptCoverage>> Take();

 private:
  class Inspector;
  explicit Coverage(Isolate& isolate) : isolate_(isolate), life_(isolate.life()) {}
  // The "result" of a protocol's method; fails with what the inspector says.
  Result<v8::Local<v8::Object>> Call(const char* method, const char* params);

  Isolate& isolate_;
  const std::shared_ptr<Isolate*> life_;
  std::weak_ptr<Inspector> inspector_;  // the isolate owns it
};

}  // namespace sedge::script
