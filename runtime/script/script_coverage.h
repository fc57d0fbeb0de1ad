// SPDX-License-Identifier: Apache-2.0
// How often each part of a script ran, as V8 counts it; see coverage.h. Plain data.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sedge::script {

// A part of a script and how often it ran; later ranges of a function lie inside of earlier ones,
// and say it better. Offsets are UTF-16 code units.
struct CoverageRange {
  uint32_t start = 0;
  uint32_t end = 0;
  uint64_t count = 0;
};

struct FunctionCoverage {
  std::string name;                   // "" for the script itself and for functions without a name
  std::vector<CoverageRange> ranges;  // the first is all of the function
};

struct ScriptCoverage {
  std::string path;  // absolute
  std::string text;  // as it was run
  std::vector<FunctionCoverage> functions;
};

}  // namespace sedge::script
