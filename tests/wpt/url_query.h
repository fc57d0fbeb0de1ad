// SPDX-License-Identifier: Apache-2.0
// The parameters of a URL's query, decoded, in order.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sedge::wpt {

std::string PercentDecode(std::string_view text);
std::string PercentEncode(std::string_view text);

class UrlQuery {
 public:
  explicit UrlQuery(std::string_view text);
  // The first value of that name.
  std::optional<std::string> Get(std::string_view name) const;
  std::string GetOr(std::string_view name, std::string fallback) const {
    return Get(name).value_or(std::move(fallback));
  }
  const std::vector<std::pair<std::string, std::string>>& items() const { return items_; }

 private:
  std::vector<std::pair<std::string, std::string>> items_;
};

}  // namespace sedge::wpt
