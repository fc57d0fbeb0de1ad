// SPDX-License-Identifier: Apache-2.0
// Which tests run, by their names (-t). The main thread.
#pragma once

#include <string_view>

#include "runtime/base/status.h"

namespace sedge::test {

// "/expression/flags" has to be a regular expression; everything else is a part of a name. Starts
// V8 when it has to look.
Status CheckFilter(std::string_view filter);

}  // namespace sedge::test
