// SPDX-License-Identifier: Apache-2.0
// CoverageReport: which lines of which files ran, added up over isolates; as lcov's tracefile and
// as a table. No V8. One thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "runtime/script/script_coverage.h"

namespace sedge::test {

class CoverageReport {
 public:
  // Files are shown relative to `root` when they are below it.
  explicit CoverageReport(std::string root) : root_(std::move(root)) {}

  // For scripts that were made of other files: the place (both 1-based) in one of those for a place
  // in the script; nothing for code that the generator added.
  struct Place {
    std::string path;
    int line = 0;
  };
  using FindPlace = std::function<std::optional<Place>(int line, int column)>;
  void Add(const script::ScriptCoverage& script, const FindPlace& find = {});

  bool empty() const { return files_.empty(); }
  // https://manpages.debian.org/geninfo.1: SF, FN, FNDA, FNF, FNH, DA, LF, LH.
  std::string Lcov() const;
  // One line for each file, with the lines that did not run, and the sums.
  std::string Table() const;
  // Of all lines, 0 to 100; 100 when there are none.
  double LinePercent() const;

 private:
  struct File {
    std::map<int, uint64_t> lines;
    // By line, name, and which of those of that name on the line.
    std::map<std::tuple<int, std::string, int>, uint64_t> functions;
  };
  struct Sums {
    size_t lines = 0;
    size_t lines_hit = 0;
    size_t functions = 0;
    size_t functions_hit = 0;
  };
  static Sums SumsOf(const File& file);
  static std::vector<std::string> NamesOf(const File& file);
  std::string Shown(const std::string& path) const;

  const std::string root_;
  std::map<std::string, File> files_;
};

}  // namespace sedge::test
