// SPDX-License-Identifier: Apache-2.0
#include "tools/bundle/build_message.h"

#include <algorithm>
#include <charconv>
#include <iterator>

namespace sedge::tools {
namespace {

constexpr size_t kMaxFrameColumns = 160;         // longer source lines (minified code) are cut
constexpr std::string_view kBar = "\u2502";      // esbuild's, before the source line
constexpr std::string_view kLastBar = "\u2575";  // before the line with the marks
constexpr size_t kPlaceIndent = 4;

std::string_view TakeLine(std::string_view& text) {
  const size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

bool TakeNumber(std::string_view text, int& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && number >= 0;
}

// "src/index.ts:1:21:" with its indentation. esbuild's columns count from 0.
bool ReadPlace(std::string_view line, BuildMessage& message) {
  if (line.find_first_not_of(' ') != kPlaceIndent || !line.ends_with(':')) return false;
  line = line.substr(kPlaceIndent, line.size() - kPlaceIndent - 1);
  const size_t column = line.rfind(':');
  if (column == std::string_view::npos || column == 0) return false;
  const size_t row = line.rfind(':', column - 1);
  if (row == std::string_view::npos || row == 0) return false;
  int line_number = 0, column_number = 0;
  if (!TakeNumber(line.substr(row + 1, column - row - 1), line_number) ||
      !TakeNumber(line.substr(column + 1), column_number)) {
    return false;
  }
  message.file = line.substr(0, row);
  message.line = line_number;
  message.column = column_number + 1;
  return true;
}

// "✘ [ERROR] text [plugin x]" and "▲ [WARNING] text [id]".
bool ReadTitle(std::string_view line, std::string_view mark, std::string& text) {
  const size_t at = line.find(mark);
  if (at == std::string_view::npos || at > 4) return false;
  text = Trimmed(line.substr(at + mark.size()));
  return true;
}

// The body of one message, up to the next title: a place with its frame, then notes, which may have
// places of their own.
class BodyReader {
 public:
  explicit BodyReader(BuildMessage& message) : message_(message) {}

  void Take(std::string_view line) {
    BuildMessage place;
    if (ReadPlace(line, place)) {
      is_main_ = !has_place_;
      has_place_ = true;
      if (is_main_) {
        message_.file = place.file;
        message_.line = place.line;
        message_.column = place.column;
      } else {
        AddAdvice("(" + place.file + ":" + std::to_string(place.line) + ":" +
                  std::to_string(place.column) + ")");
      }
      return;
    }
    if (const size_t bar = line.find(kBar); bar != std::string_view::npos && IsGutter(line, bar)) {
      if (is_main_ && source_.empty()) source_ = line.substr(bar + kBar.size());
      return;
    }
    if (const size_t bar = line.find(kLastBar);
        bar != std::string_view::npos && IsGutter(line, bar)) {
      if (is_main_ && width_ == 0) {
        const std::string_view marks = Trimmed(line.substr(bar + kLastBar.size()));
        width_ = static_cast<size_t>(std::count(marks.begin(), marks.end(), '~'));
      }
      return;
    }
    AddAdvice(Trimmed(line));
  }

  void Finish() {
    if (message_.line == 0 || source_.empty()) return;
    source_.remove_prefix(source_.starts_with(' ') ? 1 : 0);
    message_.frame =
        CodeFrame(message_.line, message_.column, source_, std::max<size_t>(width_, 1));
  }

 private:
  static bool IsGutter(std::string_view line, size_t bar) {
    return line.substr(0, bar).find_first_not_of(" 0123456789") == std::string_view::npos;
  }
  void AddAdvice(std::string_view text) {
    if (text.empty()) return;
    if (!message_.advice.empty()) message_.advice += ' ';
    message_.advice += text;
  }

  BuildMessage& message_;
  bool has_place_ = false, is_main_ = false;
  std::string_view source_;
  size_t width_ = 0;
};

}  // namespace

std::string BuildMessage::ToText() const {
  std::string all;
  if (!file.empty()) {
    all = file + ":";
    if (line > 0) all += std::to_string(line) + ":" + std::to_string(column) + ":";
    all += " ";
  }
  all += text;
  if (!frame.empty()) all += "\n" + frame;
  if (!advice.empty()) all += "\n  " + advice;
  return all;
}

EsbuildOutput ParseEsbuildOutput(std::string_view text) {
  EsbuildOutput output;
  std::vector<BuildMessage>* list = nullptr;
  while (!text.empty()) {
    const std::string_view line = TakeLine(text);
    std::string title;
    if (ReadTitle(line, "[ERROR] ", title)) {
      list = &output.errors;
    } else if (ReadTitle(line, "[WARNING] ", title)) {
      list = &output.warnings;
    } else {
      if (!Trimmed(line).empty()) output.rest.append(line).append("\n");
      continue;
    }
    BuildMessage message;
    message.text = title;
    BodyReader body(message);
    // Everything of a message is indented; what is not is another message, or the summary.
    while (!text.empty() && (text.front() == ' ' || text.front() == '\n' || text.front() == '\r')) {
      body.Take(TakeLine(text));
    }
    body.Finish();
    list->push_back(std::move(message));
  }
  return output;
}

std::string CodeFrame(int line, int column, std::string_view text, size_t width) {
  size_t caret = column > 0 ? static_cast<size_t>(column - 1) : 0;
  if (text.size() > kMaxFrameColumns) {
    const size_t from = std::min(caret > kMaxFrameColumns / 2 ? caret - kMaxFrameColumns / 2 : 0,
                                 text.size() - kMaxFrameColumns);
    text = text.substr(from, kMaxFrameColumns);
    caret -= std::min(caret, from);
  }
  caret = std::min(caret, text.size());
  const std::string number = std::to_string(line);
  std::string frame = "  " + number + " | " + std::string(text) + "\n  ";
  frame += std::string(number.size(), ' ') + " | ";
  for (const char c : text.substr(0, caret)) {
    // Bytes that continue a character take no column.
    if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) frame += c == '\t' ? '\t' : ' ';
  }
  const size_t room = std::max<size_t>(text.size() - caret, 1);
  return frame + std::string(std::clamp<size_t>(width, 1, room), '^');
}

std::string PackageOf(std::string_view specifier) {
  if (specifier.empty() || specifier.front() == '.' || specifier.front() == '/' ||
      specifier.front() == '#' || specifier.find(':') != std::string_view::npos) {
    return "";
  }
  size_t end = specifier.find('/');
  if (specifier.front() == '@' && end != std::string_view::npos) end = specifier.find('/', end + 1);
  return std::string(specifier.substr(0, end));
}

}  // namespace sedge::tools
