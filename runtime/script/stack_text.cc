// SPDX-License-Identifier: Apache-2.0
#include "runtime/script/stack_text.h"

#include <charconv>

namespace sedge::script {
namespace {

// The digits that end at `end`, with a colon before them. Gives where the colon is; npos for none.
size_t NumberBefore(std::string_view line, size_t end, int& number) {
  size_t start = end;
  while (start > 0 && line[start - 1] >= '0' && line[start - 1] <= '9') --start;
  if (start == end || start == 0 || line[start - 1] != ':') return std::string_view::npos;
  const auto [last, error] = std::from_chars(line.data() + start, line.data() + end, number);
  return error == std::errc() && number > 0 ? start - 1 : std::string_view::npos;
}

// Where in `line` a place stands.
struct Span {
  size_t start = 0, end = 0;
};

bool FindPlace(std::string_view line, Span& span, StackPlace& place) {
  const size_t text = line.find_first_not_of(' ');
  if (text == std::string_view::npos || text == 0 || !line.substr(text).starts_with("at ")) {
    return false;
  }
  size_t start = text + 3;
  if (line.substr(start).starts_with("async ")) start += 6;
  // In parentheses; else up to the first space, such as the one before " {" of an inspected error.
  const size_t close = line.rfind(')');
  size_t end = line.size();
  if (close != std::string_view::npos && line.rfind('(', close) != std::string_view::npos &&
      line.rfind('(', close) >= start) {
    start = line.rfind('(', close) + 1;
    end = close;
  } else if (const size_t space = line.find(' ', start); space != std::string_view::npos) {
    end = space;
  }
  const size_t column = NumberBefore(line, end, place.column);
  if (column == std::string_view::npos) return false;
  const size_t row = NumberBefore(line, column, place.line);
  if (row == std::string_view::npos || row <= start) return false;
  place.file = line.substr(start, row - start);
  span = {start, end};
  return true;
}

}  // namespace

std::string RewriteFrames(std::string_view text, const std::function<bool(StackPlace&)>& map) {
  std::string out;
  while (!text.empty()) {
    const size_t newline = text.find('\n');
    const std::string_view line = text.substr(0, newline);
    Span span;
    StackPlace place;
    if (FindPlace(line, span, place) && map(place)) {
      out += line.substr(0, span.start);
      out += place.file + ":" + std::to_string(place.line) + ":" + std::to_string(place.column);
      out += line.substr(span.end);
    } else {
      out += line;
    }
    if (newline == std::string_view::npos) break;
    out += '\n';
    text.remove_prefix(newline + 1);
  }
  return out;
}

}  // namespace sedge::script
