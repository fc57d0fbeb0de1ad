// SPDX-License-Identifier: Apache-2.0
// Errors about the syntax of a configuration, with the place in its text.
#include <algorithm>
#include <string>
#include <string_view>

#include "runtime/worker/config_node.h"

namespace sedge::worker {
namespace {

constexpr int kMaxFrameColumns = 160;  // longer lines are cut

bool IsContinued(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }  // of UTF-8

// The line, which counts from 1, without its end; the last one when there are fewer.
std::string_view LineAt(std::string_view text, int line) {
  for (int i = 1; i < line; ++i) {
    const size_t end = text.find('\n');
    if (end == text.npos) break;
    text.remove_prefix(end + 1);
  }
  text = text.substr(0, text.find('\n'));
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

// Its first characters, at most so many.
std::string_view Start(std::string_view line, int characters) {
  size_t at = 0;
  while (at < line.size() && (IsContinued(line[at]) || characters-- > 0)) ++at;
  return line.substr(0, at);
}

// The line with the one before it: what is missing is often missing there.
std::string FrameOf(std::string_view text, int line, int column) {
  const std::string number = std::to_string(line);
  const auto shown = [&](int which) {
    const std::string label = std::to_string(which);
    const std::string_view code = LineAt(text, which);
    const std::string_view start = Start(code, kMaxFrameColumns);
    return "\n  " + std::string(number.size() - label.size(), ' ') + label + " | " +
           std::string(start) + (start.size() < code.size() ? "..." : "");
  };
  std::string frame = line > 1 ? shown(line - 1) : "";
  frame += shown(line);
  if (column < 1 || column > kMaxFrameColumns) return frame;
  std::string blank;
  for (const char c : Start(LineAt(text, line), column - 1)) {
    if (!IsContinued(c)) blank += c == '\t' ? '\t' : ' ';
  }
  return frame + "\n  " + std::string(number.size(), ' ') + " | " + blank + "^";
}

}  // namespace

int ColumnOf(std::string_view text, size_t at) {
  at = std::min(at, text.size());
  const size_t end = at == 0 ? text.npos : text.rfind('\n', at - 1);
  const std::string_view before =
      text.substr(end == text.npos ? 0 : end + 1, end == text.npos ? at : at - end - 1);
  return 1 +
         static_cast<int>(std::ranges::count_if(before, [](char c) { return !IsContinued(c); }));
}

Status ConfigSyntaxError(const std::string& source, std::string_view text, int line, int column,
                         const std::string& why) {
  return InvalidArgument(source + ":" + std::to_string(line) + ":" + std::to_string(column) + ": " +
                         why + FrameOf(text, line, column));
}

}  // namespace sedge::worker
