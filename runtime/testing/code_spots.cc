// SPDX-License-Identifier: Apache-2.0
#include "runtime/testing/code_spots.h"

#include <algorithm>
#include <string>

namespace sedge::test {
namespace {

bool IsOneOf(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool IsWordByte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x80 || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c >= '0' && c <= '9') || c == '_' || c == '$' || c == '#' || c == '@' || c == '\\';
}

class Scanner {
 public:
  explicit Scanner(std::string_view source) : source_(source) {}

  std::vector<CodeSpot> Run() {
    if (source_.starts_with("#!")) SkipLine();
    while (!AtEnd()) Step();
    return std::move(spots_);
  }

 private:
  bool AtEnd() const { return at_ >= source_.size(); }
  char Now() const { return source_[at_]; }
  char After() const { return at_ + 1 < source_.size() ? source_[at_ + 1] : '\0'; }

  // One byte on: of a character, its first byte counts, and twice when it needs two code units.
  void Advance() {
    const auto byte = static_cast<unsigned char>(Now());
    ++at_;
    if (byte == '\n') {
      ++line_;
      ++offset_;
      column_ = 1;
    } else if ((byte & 0xC0) != 0x80) {
      const int units = byte >= 0xF0 ? 2 : 1;
      offset_ += static_cast<uint32_t>(units);
      column_ += units;
    }
  }

  void Mark() { spots_.push_back({offset_, line_, column_}); }

  void SkipLine() {
    while (!AtEnd() && Now() != '\n') Advance();
  }

  void Step() {
    const char c = Now();
    if (c == '/' && After() == '/') {
      SkipLine();
    } else if (c == '/' && After() == '*') {
      SkipComment();
    } else if (c == '"' || c == '\'') {
      TakeString(c);
    } else if (c == '`') {
      Mark();
      Advance();
      TakeTemplate();
    } else if (c == '/' && regex_may_start_) {
      TakeRegex();
    } else if (IsWordByte(c)) {
      TakeWord();
    } else {
      TakeOther(c);
    }
  }

  void SkipComment() {
    Advance();
    Advance();
    while (!AtEnd() && !(Now() == '*' && After() == '/')) Advance();
    for (int i = 0; i < 2 && !AtEnd(); ++i) Advance();
  }

  void TakeString(char quote) {
    Mark();
    Advance();
    while (!AtEnd() && Now() != quote && Now() != '\n') {
      if (Now() == '\\') Advance();
      if (!AtEnd()) Advance();
    }
    if (!AtEnd() && Now() == quote) Advance();
    regex_may_start_ = false;
  }

  // The text of a template up to its end or to `${`.
  void TakeTemplate() {
    bool line_start = false;
    while (!AtEnd()) {
      if (line_start && Now() != '\n') {
        Mark();
        line_start = false;
      }
      if (Now() == '`') {
        Advance();
        regex_may_start_ = false;
        return;
      }
      if (Now() == '$' && After() == '{') {
        Advance();
        Advance();
        templates_.push_back(braces_);
        regex_may_start_ = true;
        return;
      }
      if (Now() == '\\') Advance();
      if (AtEnd()) return;
      line_start = Now() == '\n';
      Advance();
    }
  }

  void TakeRegex() {
    Mark();
    Advance();
    bool in_class = false;
    while (!AtEnd() && Now() != '\n' && (in_class || Now() != '/')) {
      if (Now() == '[') in_class = true;
      if (Now() == ']') in_class = false;
      if (Now() == '\\') Advance();
      if (!AtEnd()) Advance();
    }
    if (!AtEnd() && Now() == '/') Advance();
    regex_may_start_ = false;
  }

  void TakeWord() {
    const CodeSpot spot{offset_, line_, column_};
    const size_t start = at_;
    while (!AtEnd() && IsWordByte(Now())) Advance();
    const std::string_view word = source_.substr(start, at_ - start);
    if (!IsOneOf(word, {"else", "try", "finally", "do"})) spots_.push_back(spot);
    regex_may_start_ =
        IsOneOf(word, {"return", "typeof", "case", "in", "of", "delete", "void", "throw", "new",
                       "else", "do", "await", "yield", "instanceof"});
  }

  void TakeOther(char c) {
    Advance();
    if (c == '{') ++braces_;
    if (c == '}') {
      if (!templates_.empty() && templates_.back() == braces_) {
        templates_.pop_back();
        TakeTemplate();
        return;
      }
      --braces_;
    }
    // After `)` and `]` a slash divides; so it does after `}` in most code that is not a statement.
    if (c != ' ' && c != '\t' && c != '\r' && c != '\n') regex_may_start_ = c != ')' && c != ']';
  }

  const std::string_view source_;
  size_t at_ = 0;
  uint32_t offset_ = 0;
  int line_ = 1;
  int column_ = 1;
  bool regex_may_start_ = true;
  int braces_ = 0;
  std::vector<int> templates_;  // of each open `${`, the braces that were open then
  std::vector<CodeSpot> spots_;
};

}  // namespace

std::vector<CodeSpot> CodeSpots(std::string_view source) { return Scanner(source).Run(); }

}  // namespace sedge::test
