// SPDX-License-Identifier: Apache-2.0
// A folder of its own for a test: the one of the library that is installed (tools/fixture).
#pragma once

#include "sedge/testing/temp_folder.h"

namespace sedge::e2e {

using fixture::TempFolder;

}  // namespace sedge::e2e
