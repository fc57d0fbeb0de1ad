// SPDX-License-Identifier: Apache-2.0
// The engine with a few small builtins and ops, once for the test program.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "runtime/script/deferred.h"
#include "runtime/script/entry_scope.h"
#include "runtime/script/isolate.h"

namespace sedge::script {

struct TestService {
  int calls = 0;
};

// What the ops newCounter, bump and endCounter handle.
struct Counter {
  Counter() { ++alive; }
  ~Counter() { --alive; }
  int value = 0;
  static int alive;
};

class ScriptTest : public testing::Test {
 protected:
  void SetUp() override { Start({}); }
  void Start(const IsolateOptions& options);
  // The value of the expression as a string, or "throws: " and the error.
  std::string Eval(const std::string& source, uint64_t request = 0);

  TestService service_;
  std::unique_ptr<Isolate> isolate_;
};

// The last Deferred that the op `later` was given.
Deferred& LastDeferred();

}  // namespace sedge::script
