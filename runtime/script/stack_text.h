// SPDX-License-Identifier: Apache-2.0
// Stack traces as text: finding the places in their lines. No V8; any thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace sedge::script {

struct StackPlace {
  std::string file;
  int line = 0;    // 1-based
  int column = 0;  // 1-based
};

// Calls `map` with the place of each line that reads as a frame, "    at f (worker.js:2:13)" or
// "    at async worker.js:2:13", and puts what it leaves there in its place when it gives true. The
// rest of the text stays as it is.
std::string RewriteFrames(std::string_view text, const std::function<bool(StackPlace&)>& map);

}  // namespace sedge::script
