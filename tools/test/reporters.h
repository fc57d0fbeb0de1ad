// SPDX-License-Identifier: Apache-2.0
// The reporters that there are, for MakeReporter; see reporter.h.
#pragma once

#include <memory>
#include <ostream>

#include "tools/test/reporter.h"

namespace sedge::tools {

// For people: a line for each test of a single file, or for each of several files; then the
// failures with their code frames, then the sums.
std::unique_ptr<Reporter> MakePrettyReporter(std::ostream& out, bool color);
// TAP 14 (https://testanything.org/tap-version-14-specification.html): a subtest for each file.
std::unique_ptr<Reporter> MakeTapReporter(std::ostream& out);
// JUnit's XML as CI systems read it (https://github.com/testmoapp/junitxml), written at the end.
std::unique_ptr<Reporter> MakeJunitReporter(std::ostream& out);

}  // namespace sedge::tools
