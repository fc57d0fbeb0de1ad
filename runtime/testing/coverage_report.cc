// SPDX-License-Identifier: Apache-2.0
#include "runtime/testing/coverage_report.h"

#include <algorithm>
#include <cstdio>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "runtime/testing/code_spots.h"

namespace sedge::test {
namespace {

// Finds the innermost range at offsets that are asked for in order.
class CountFinder {
 public:
  explicit CountFinder(const std::vector<script::FunctionCoverage>& functions) {
    for (const script::FunctionCoverage& function : functions) {
      ranges_.insert(ranges_.end(), function.ranges.begin(), function.ranges.end());
    }
    std::stable_sort(ranges_.begin(), ranges_.end(), [](const auto& a, const auto& b) {
      return a.start != b.start ? a.start < b.start : a.end > b.end;
    });
  }
  uint64_t At(uint32_t offset) {
    while (next_ < ranges_.size() && ranges_[next_].start <= offset)
      open_.push_back(ranges_[next_++]);
    while (!open_.empty() && open_.back().end <= offset) open_.pop_back();
    return open_.empty() ? 0 : open_.back().count;
  }

 private:
  std::vector<script::CoverageRange> ranges_;
  size_t next_ = 0;
  std::vector<script::CoverageRange> open_;
};

// lcov's lines end with a line end and its fields with commas.
std::string Field(std::string text) {
  for (char& c : text) {
    if (c == '\n' || c == '\r' || c == ',') c = '_';
  }
  return text;
}

std::string Percent(size_t hit, size_t all) {
  if (all == 0) return "-";
  char text[16];
  // Never 100 unless all of it ran.
  const double percent = 100.0 * static_cast<double>(hit) / static_cast<double>(all);
  std::snprintf(text, sizeof text, "%.1f", hit == all ? 100.0 : std::min(percent, 99.9));
  return text;
}

// "3-5,9" of the lines that did not run; lines between them that have no code do not part them.
std::string MissedLines(const std::map<int, uint64_t>& lines) {
  std::string text;
  int first = 0;
  int last = 0;
  const auto flush = [&] {
    if (first == 0) return;
    if (!text.empty()) text += ",";
    text += std::to_string(first);
    if (last > first) text += "-" + std::to_string(last);
    first = 0;
  };
  for (const auto& [line, count] : lines) {
    if (count > 0) {
      flush();
    } else {
      if (first == 0) first = line;
      last = line;
    }
  }
  flush();
  return text;
}

size_t Columns(const std::string& text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string PadRight(const std::string& text, size_t width) {
  const size_t columns = Columns(text);
  return text + std::string(columns < width ? width - columns : 0, ' ');
}

std::string PadLeft(const std::string& text, size_t width) {
  const size_t columns = Columns(text);
  return std::string(columns < width ? width - columns : 0, ' ') + text;
}

}  // namespace

void CoverageReport::Add(const script::ScriptCoverage& script, const FindPlace& find) {
  const std::vector<CodeSpot> spots = CodeSpots(script.text);
  const auto place_of = [&](const CodeSpot& spot) -> std::optional<Place> {
    if (!find) return Place{script.path, spot.line};
    return find(spot.line, spot.column);
  };
  // Of one script a line ran as often as its busiest part; scripts add up.
  std::map<std::pair<std::string, int>, uint64_t> lines;
  CountFinder counts(script.functions);
  for (const CodeSpot& spot : spots) {
    const std::optional<Place> place = place_of(spot);
    if (!place) continue;
    uint64_t& line = lines[{place->path, place->line}];
    line = std::max(line, counts.At(spot.offset));
  }
  for (const auto& [place, count] : lines) files_[place.first].lines[place.second] += count;

  std::map<std::tuple<std::string, int, std::string>, int> seen;
  for (const script::FunctionCoverage& function : script.functions) {
    if (function.ranges.empty()) continue;
    const script::CoverageRange& whole = function.ranges.front();
    const auto spot =
        std::lower_bound(spots.begin(), spots.end(), whole.start,
                         [](const CodeSpot& a, uint32_t offset) { return a.offset < offset; });
    // The script itself is no function of it; nor is what has no code.
    if ((function.name.empty() && whole.start == 0) || spot == spots.end()) continue;
    const std::optional<Place> place = place_of(*spot);
    if (!place) continue;
    const int nth = seen[{place->path, place->line, function.name}]++;
    files_[place->path].functions[{place->line, function.name, nth}] += whole.count;
  }
}

CoverageReport::Sums CoverageReport::SumsOf(const File& file) {
  Sums sums;
  sums.lines = file.lines.size();
  sums.functions = file.functions.size();
  for (const auto& [line, count] : file.lines) sums.lines_hit += count > 0 ? 1 : 0;
  for (const auto& [function, count] : file.functions) sums.functions_hit += count > 0 ? 1 : 0;
  return sums;
}

// Counts are told by name alone, so each has its own: "(anonymous_3)" is the function of that
// number in the file, from 0, as istanbul has it, and a second "f" is "f_2".
std::vector<std::string> CoverageReport::NamesOf(const File& file) {
  std::set<std::string> taken;
  for (const auto& [function, count] : file.functions) taken.insert(Field(std::get<1>(function)));
  std::set<std::string> given;
  std::vector<std::string> names;
  for (const auto& [function, count] : file.functions) {
    const std::string& own = std::get<1>(function);
    std::string name =
        own.empty() ? "(anonymous_" + std::to_string(names.size()) + ")" : Field(own);
    for (int n = 2; given.contains(name); ++n) {
      const std::string next = Field(own) + "_" + std::to_string(n);
      if (!taken.contains(next)) name = next;
    }
    given.insert(name);
    names.push_back(std::move(name));
  }
  return names;
}

std::string CoverageReport::Shown(const std::string& path) const {
  return path.starts_with(root_ + "/") ? path.substr(root_.size() + 1) : path;
}

std::string CoverageReport::Lcov() const {
  std::string out;
  for (const auto& [path, file] : files_) {
    const Sums sums = SumsOf(file);
    out += "TN:\nSF:" + Field(Shown(path)) + "\n";
    const std::vector<std::string> names = NamesOf(file);
    size_t n = 0;
    for (const auto& [function, count] : file.functions) {
      out += "FN:" + std::to_string(std::get<0>(function)) + "," + names[n++] + "\n";
    }
    n = 0;
    for (const auto& [function, count] : file.functions) {
      out += "FNDA:" + std::to_string(count) + "," + names[n++] + "\n";
    }
    out += "FNF:" + std::to_string(sums.functions) + "\nFNH:" + std::to_string(sums.functions_hit) +
           "\n";
    for (const auto& [line, count] : file.lines) {
      out += "DA:" + std::to_string(line) + "," + std::to_string(count) + "\n";
    }
    out += "LF:" + std::to_string(sums.lines) + "\nLH:" + std::to_string(sums.lines_hit) +
           "\nend_of_record\n";
  }
  return out;
}

std::string CoverageReport::Table() const {
  struct Row {
    std::string name, lines, functions, missed;
  };
  std::vector<Row> rows;
  Sums all;
  size_t width = std::string_view("All files").size();
  for (const auto& [path, file] : files_) {
    const Sums sums = SumsOf(file);
    all.lines += sums.lines;
    all.lines_hit += sums.lines_hit;
    all.functions += sums.functions;
    all.functions_hit += sums.functions_hit;
    rows.push_back({Field(Shown(path)), Percent(sums.lines_hit, sums.lines),
                    Percent(sums.functions_hit, sums.functions), MissedLines(file.lines)});
    width = std::max(width, Columns(rows.back().name));
  }
  rows.push_back({"All files", Percent(all.lines_hit, all.lines),
                  Percent(all.functions_hit, all.functions), ""});
  std::string out = PadRight("File", width) + " | % Lines | % Funcs | Lines that did not run\n";
  const std::string rule =
      std::string(width, '-') + "-|---------|---------|-----------------------\n";
  out += rule;
  for (const Row& row : rows) {
    if (&row == &rows.back()) out += rule;
    std::string line = PadRight(row.name, width) + " | " + PadLeft(row.lines, 7) + " | " +
                       PadLeft(row.functions, 7) + " | " + row.missed;
    while (line.ends_with(' ')) line.pop_back();
    out += line + "\n";
  }
  return out;
}

double CoverageReport::LinePercent() const {
  size_t lines = 0;
  size_t hit = 0;
  for (const auto& [path, file] : files_) {
    const Sums sums = SumsOf(file);
    lines += sums.lines;
    hit += sums.lines_hit;
  }
  return lines == 0 ? 100 : 100.0 * static_cast<double>(hit) / static_cast<double>(lines);
}

}  // namespace sedge::test
