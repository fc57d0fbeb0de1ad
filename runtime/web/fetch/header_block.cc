// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/fetch/header_block.h"

#include <algorithm>

#include "runtime/base/ascii.h"

namespace sedge::web {

bool SplitHeaderBlock(std::string_view block, std::vector<http::HeaderField>& fields) {
  fields.clear();
  while (!block.empty()) {
    const size_t name_end = block.find('\0');
    if (name_end == std::string_view::npos) return false;
    const size_t value_end = block.find('\0', name_end + 1);
    if (value_end == std::string_view::npos) return false;
    fields.push_back(
        {block.substr(0, name_end), block.substr(name_end + 1, value_end - name_end - 1)});
    block.remove_prefix(value_end + 1);
  }
  return true;
}

std::string MakeHeaderBlock(const http::HeaderList& headers) {
  size_t size = 0;
  for (const auto& [name, value] : headers) size += name.size() + value.size() + 2;
  std::string block(size, '\0');
  char* at = block.data();
  for (const auto& [name, value] : headers) {
    for (const char c : name) *at++ = AsciiLower(c);
    at = std::copy(value.begin(), value.end(), at + 1) + 1;
  }
  return block;
}

}  // namespace sedge::web
