// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/fetch/header_block.h"

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

}  // namespace sedge::web
