// SPDX-License-Identifier: Apache-2.0
#include "tools/bundle/import_scan.h"

#include <algorithm>
#include <iterator>

namespace sedge::tools {
namespace {

// After these words a slash begins a regular expression.
constexpr std::string_view kBeforeExpression[] = {
    "await", "case", "default", "delete", "do",     "else", "in",    "instanceof",
    "new",   "of",   "return",  "throw",  "typeof", "void", "yield",
};

bool IsWordPart(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '$' || static_cast<unsigned char>(c) >= 0x80;
}

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  std::vector<FoundImport> Run() {
    if (text_.starts_with("#!")) SkipLine();
    while (SkipSpace()) Step();
    return std::move(found_);
  }

 private:
  char At(size_t at) const { return at < text_.size() ? text_[at] : '\0'; }

  void SkipLine() { at_ = std::min(text_.find('\n', at_), text_.size()); }

  // Over white space and comments; false at the end.
  bool SkipSpace() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
        ++at_;
      } else if (c == '/' && At(at_ + 1) == '/') {
        SkipLine();
      } else if (c == '/' && At(at_ + 1) == '*') {
        const size_t end = text_.find("*/", at_ + 2);
        at_ = end == std::string_view::npos ? text_.size() : end + 2;
      } else {
        return true;
      }
    }
    return false;
  }

  void Step() {
    const char c = text_[at_];
    if (IsWordPart(c)) {
      Word();
    } else if (c == '"' || c == '\'') {
      SkipString();
      value_before_ = true;
    } else if (c == '`') {
      ++at_;
      SkipTemplate();
    } else if (c == '/' && !value_before_) {
      SkipRegExp();
      value_before_ = true;
    } else if (c == '{' || c == '}') {
      Brace(c);
    } else {
      value_before_ = c == ')' || c == ']';
      dot_before_ = c == '.';
      ++at_;
      return;
    }
    dot_before_ = false;
  }

  // Inside of a template's ${...} the brace that ends it goes back to the template.
  void Brace(char c) {
    ++at_;
    value_before_ = c == '}';
    if (templates_.empty()) return;
    if (c == '{') {
      ++templates_.back();
    } else if (--templates_.back() < 0) {
      templates_.pop_back();
      SkipTemplate();
    }
  }

  void SkipTemplate() {
    for (; at_ < text_.size(); ++at_) {
      if (text_[at_] == '\\') {
        ++at_;
      } else if (text_[at_] == '`') {
        ++at_;
        value_before_ = true;
        return;
      } else if (text_[at_] == '$' && At(at_ + 1) == '{') {
        at_ += 2;
        templates_.push_back(0);
        value_before_ = false;
        return;
      }
    }
  }

  // To behind the closing quote; gives what is between, with escapes as they are.
  std::string_view SkipString() {
    const char quote = text_[at_];
    const size_t start = ++at_;
    while (at_ < text_.size() && text_[at_] != quote && text_[at_] != '\n') {
      at_ += text_[at_] == '\\' ? 2 : 1;
    }
    at_ = std::min(at_, text_.size());
    const std::string_view inside = text_.substr(start, at_ - start);
    if (At(at_) == quote) ++at_;
    return inside;
  }

  void SkipRegExp() {
    bool in_class = false;
    for (++at_; at_ < text_.size() && text_[at_] != '\n'; ++at_) {
      const char c = text_[at_];
      if (c == '\\') {
        ++at_;
      } else if (c == '[') {
        in_class = true;
      } else if (c == ']') {
        in_class = false;
      } else if (c == '/' && !in_class) {
        ++at_;
        return;
      }
    }
  }

  std::string_view ReadWord() {
    const size_t start = at_;
    while (at_ < text_.size() && IsWordPart(text_[at_])) ++at_;
    return text_.substr(start, at_ - start);
  }

  void Word() {
    const bool is_property = dot_before_;
    const std::string_view word = ReadWord();
    value_before_ = is_property ||
                    std::find(std::begin(kBeforeExpression), std::end(kBeforeExpression), word) ==
                        std::end(kBeforeExpression);
    if (is_property || (word != "import" && word != "export")) return;
    const size_t after = at_;
    if (!SkipSpace()) return;
    const bool found = word == "import" ? Import() : Export();
    if (!found) at_ = after;
  }

  bool Import() {
    const char c = text_[at_];
    if (c == '"' || c == '\'') return Take();
    if (c == '(') {
      ++at_;
      return SkipSpace() && (text_[at_] == '"' || text_[at_] == '\'') && Take();
    }
    return Clause();
  }

  bool Export() { return (text_[at_] == '{' || text_[at_] == '*') && Clause(); }

  // Names in braces, commas and the like, up to `from "x"`.
  bool Clause() {
    while (SkipSpace()) {
      const char c = text_[at_];
      if (IsWordPart(c)) {
        if (ReadWord() != "from" || !SkipSpace()) continue;
        if (text_[at_] == '"' || text_[at_] == '\'') return Take();
      } else if (c == '"' || c == '\'') {
        SkipString();  // import { "a name" as b }
      } else if (c == '{' || c == '}' || c == ',' || c == '*') {
        ++at_;
      } else {
        return false;
      }
    }
    return false;
  }

  bool Take() {
    const size_t offset = at_;
    found_.push_back({std::string(SkipString()), offset});
    return true;
  }

  std::string_view text_;
  size_t at_ = 0;
  bool value_before_ = false;  // what came before is a value: a slash divides it
  bool dot_before_ = false;
  std::vector<int> templates_;  // open braces inside of each ${
  std::vector<FoundImport> found_;
};

}  // namespace

std::vector<FoundImport> ScanImports(std::string_view text) { return Scanner(text).Run(); }

}  // namespace sedge::tools
