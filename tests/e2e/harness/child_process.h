// SPDX-License-Identifier: Apache-2.0
// A program as a child process: the one of the library that is installed (tools/fixture).
#pragma once

#include "sedge/testing/child_process.h"

namespace sedge::e2e {

using fixture::ChildProcess;

}  // namespace sedge::e2e
