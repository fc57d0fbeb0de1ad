// SPDX-License-Identifier: Apache-2.0
// SpawnDetached: starts another program and leaves it to itself. The loop's thread.
#pragma once

#include <string>
#include <vector>

#include "runtime/base/status.h"
#include "runtime/loop/loop.h"

namespace sedge::loop {

// `command`: a program, found as a shell would, and its arguments. It gets no input, its output
// goes nowhere, and signals of this terminal do not reach it. The error says why it cannot be
// started.
Status SpawnDetached(Loop& loop, std::vector<std::string> command);

}  // namespace sedge::loop
