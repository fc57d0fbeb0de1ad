// SPDX-License-Identifier: Apache-2.0
// TestOutput: what the test that runs has printed so far, kept outside of its isolate: for when
// that is ended by force and can tell no more. The thread that runs the test.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/testing/test_record.h"

namespace sedge::test {

class TestOutput {
 public:
  // A test begins, or another attempt of it, which adds to what the first one printed.
  void Begin(std::string_view test);
  // Its record is made, with all that it printed.
  void End(const TestRecord& record);
  void Add(int level, std::string_view text);

  // What workers in isolates of their own printed comes a little later: in their order.
  void AddComing(int level, std::string_view text) {
    coming_.push_back({level, std::string(text)});
  }
  struct Coming {
    int level = 0;
    std::string text;
  };
  Coming TakeComing();

  // Everything, in the order in which it was printed.
  std::vector<ConsoleLine> Take();

 private:
  std::string test_;
  std::vector<ConsoleLine> lines_;
  size_t dropped_ = 0;
  std::deque<Coming> coming_;
};

}  // namespace sedge::test
