// SPDX-License-Identifier: Apache-2.0
#include "tools/test/reporter.h"

#include "tools/test/reporters.h"

namespace sedge::tools {

std::optional<ReporterKind> ParseReporterKind(std::string_view name) {
  if (name == "pretty") return ReporterKind::kPretty;
  if (name == "tap") return ReporterKind::kTap;
  if (name == "junit") return ReporterKind::kJunit;
  return std::nullopt;
}

std::unique_ptr<Reporter> MakeReporter(ReporterKind kind, std::ostream& out, bool color) {
  switch (kind) {
    case ReporterKind::kTap: return MakeTapReporter(out);
    case ReporterKind::kJunit: return MakeJunitReporter(out);
    case ReporterKind::kPretty: break;
  }
  return MakePrettyReporter(out, color);
}

}  // namespace sedge::tools
