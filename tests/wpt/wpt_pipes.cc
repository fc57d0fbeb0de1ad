// SPDX-License-Identifier: Apache-2.0
#include "tests/wpt/wpt_pipes.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "runtime/base/ascii.h"

namespace sedge::wpt {
namespace {

// Takes what stands before `separator`, and that, off `text`. A backslash makes the next character
// an ordinary one.
std::string TakeUntil(std::string_view& text, char separator) {
  std::string taken;
  size_t at = 0;
  for (; at < text.size() && text[at] != separator; ++at) {
    if (text[at] == '\\' && at + 1 < text.size()) ++at;
    taken += text[at];
  }
  text.remove_prefix(std::min(at + 1, text.size()));
  return taken;
}

void SetHeader(e2e::ServerResponse& response, const std::string& name, const std::string& value,
               bool append) {
  if (!append) {
    std::erase_if(response.headers,
                  [&](const auto& header) { return EqualsIgnoreCase(header.first, name); });
  }
  response.headers.emplace_back(name, value);
}

}  // namespace

e2e::ServerResponse Piped(e2e::ServerResponse response, std::string_view pipes) {
  while (!pipes.empty()) {
    const std::string name = TakeUntil(pipes, '(');
    const size_t end = std::min(pipes.find(')'), pipes.size());
    std::string_view arguments = pipes.substr(0, end);
    pipes.remove_prefix(std::min(end + 1, pipes.size()));
    if (pipes.starts_with('|')) pipes.remove_prefix(1);
    const std::string first = TakeUntil(arguments, ',');
    if (name == "header") {
      const std::string value = TakeUntil(arguments, ',');
      SetHeader(response, first, std::string(Trim(value)), Trim(arguments) == "True");
    } else if (name == "status") {
      response.status = std::stoi(first);
    }
  }
  return response;
}

}  // namespace sedge::wpt
