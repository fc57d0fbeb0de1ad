// SPDX-License-Identifier: Apache-2.0
// .dev.vars: variables of a worker in dotenv syntax, beside its configuration. Any thread.
//   # comment
//   NAME=value            up to a # or the end of the line, without spaces around it
//   export NAME='text'    single quotes and backquotes: as it stands, may span lines
//   NAME="a\nb"           double quotes: \n, \r and \t are replaced, may span lines
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/status.h"

namespace sedge::worker {

struct DevVar {
  std::string name;
  std::string value;
  int line = 0;
};

// In the file's order; the last of a name counts. The error has `source` and line in it.
Result<std::vector<DevVar>> ParseDevVars(std::string_view text, const std::string& source);

}  // namespace sedge::worker
