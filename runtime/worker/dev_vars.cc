// SPDX-License-Identifier: Apache-2.0
#include "runtime/worker/dev_vars.h"

#include <algorithm>

#include "runtime/base/ascii.h"
#include "runtime/worker/config_node.h"

namespace sedge::worker {
namespace {

bool IsNameChar(char c) { return IsAsciiAlnum(c) || c == '_' || c == '-' || c == '.'; }

std::string Unescape(std::string_view text) {
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    const char next = text[i] == '\\' && i + 1 < text.size() ? text[i + 1] : '\0';
    switch (next) {
      case 'n': plain += '\n'; break;
      case 'r': plain += '\r'; break;
      case 't': plain += '\t'; break;
      case '"': plain += '"'; break;
      case '\\': plain += '\\'; break;
      default: plain += text[i]; continue;
    }
    ++i;
  }
  return plain;
}

class DevVarsParser {
 public:
  DevVarsParser(std::string_view text, const std::string& source) : rest_(text), source_(source) {}

  Result<std::vector<DevVar>> Run() {
    if (rest_.starts_with("\xEF\xBB\xBF")) rest_.remove_prefix(3);
    while (!rest_.empty()) {
      SkipSpace();
      if (!rest_.empty() && rest_.front() != '\n' && rest_.front() != '#') {
        SEDGE_RETURN_IF_ERROR(ReadVar());
      }
      SEDGE_RETURN_IF_ERROR(EndLine());
    }
    return std::move(vars_);
  }

 private:
  Status Error(const std::string& why) const { return ConfigError(source_, line_, why); }
  void SkipSpace() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r"), rest_.size()));
  }
  std::string_view TakeName() {
    size_t end = 0;
    while (end < rest_.size() && IsNameChar(rest_[end])) ++end;
    const std::string_view name = rest_.substr(0, end);
    rest_.remove_prefix(end);
    SkipSpace();
    return name;
  }

  Status ReadVar() {
    const int line = line_;
    std::string_view name = TakeName();
    if (name == "export" && !rest_.empty() && IsNameChar(rest_.front())) name = TakeName();
    if (name.empty() || rest_.empty() || rest_.front() != '=') {
      return Error("this is not NAME=VALUE; a name has letters, digits, '_', '-' and '.'");
    }
    rest_.remove_prefix(1);
    SkipSpace();
    const char quote = rest_.empty() ? '\0' : rest_.front();
    std::string value;
    if (quote == '"' || quote == '\'' || quote == '`') {
      SEDGE_ASSIGN_OR_RETURN(value, TakeQuoted(quote));
    } else {
      const size_t end = std::min(rest_.find_first_of("#\n"), rest_.size());
      value = Trim(rest_.substr(0, end), " \t\r");
      rest_.remove_prefix(end);
    }
    vars_.push_back({std::string(name), std::move(value), line});
    return {};
  }

  Result<std::string> TakeQuoted(char quote) {
    size_t end = 1;
    while (end < rest_.size() && rest_[end] != quote) {
      end += rest_[end] == '\\' && end + 1 < rest_.size() ? 2 : 1;
    }
    if (end >= rest_.size()) return Error(std::string("the value's ") + quote + " has no end");
    const std::string_view inside = rest_.substr(1, end - 1);
    line_ += static_cast<int>(std::count(inside.begin(), inside.end(), '\n'));
    rest_.remove_prefix(end + 1);
    return quote == '"' ? Unescape(inside) : std::string(inside);
  }

  // A comment may follow, nothing else.
  Status EndLine() {
    SkipSpace();
    if (!rest_.empty() && rest_.front() == '#') {
      rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size()));
    }
    if (rest_.empty()) return {};
    if (rest_.front() != '\n') return Error("there is text after the value's closing quote");
    rest_.remove_prefix(1);
    ++line_;
    return {};
  }

  std::string_view rest_;
  const std::string& source_;
  int line_ = 1;
  std::vector<DevVar> vars_;
};

}  // namespace

Result<std::vector<DevVar>> ParseDevVars(std::string_view text, const std::string& source) {
  return DevVarsParser(text, source).Run();
}

}  // namespace sedge::worker
