// SPDX-License-Identifier: Apache-2.0
// CodeSpots: where in a JavaScript source there is code, as opposed to comments, white space and
// brackets. Coverage asks how often each spot ran; a line without one is no line to cover. Any
// thread.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace sedge::test {

struct CodeSpot {
  uint32_t offset = 0;  // UTF-16 code units from the start
  int line = 0;         // 1-based
  int column = 0;       // 1-based, UTF-16 code units
};

// The starts of names, numbers, strings and other words, in order; of a template also each line of
// its text. Words that only join statements (`else`, `try`, `finally`, `do`) are none: they never
// run by themselves.
std::vector<CodeSpot> CodeSpots(std::string_view source);

}  // namespace sedge::test
