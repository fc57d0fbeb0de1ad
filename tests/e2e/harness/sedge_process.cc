// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/harness/sedge_process.h"

namespace sedge::e2e {

std::string SedgeProcess::SedgeBinary() { return SEDGE_BINARY; }

}  // namespace sedge::e2e
