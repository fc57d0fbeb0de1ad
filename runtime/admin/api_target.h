// SPDX-License-Identifier: Apache-2.0
// ApiTarget: the target of a request, taken apart before anything in it is decoded, so that a
// "%2F" in a key never becomes another segment. A value; its views are of the text it was made of.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sedge::admin {

// nullopt when a "%" is not followed by two hexadecimal digits.
std::optional<std::string> PercentDecode(std::string_view text);
// Everything but unreserved characters (RFC 3986) as %XX.
std::string PercentEncode(std::string_view text);

class ApiTarget {
 public:
  // REQUIRES: `target` outlives this.
  explicit ApiTarget(std::string_view target);

  // Not decoded; "/a//b" has three. None when the target does not start with "/".
  const std::vector<std::string_view>& segments() const { return segments_; }
  // The first parameter of that name, decoded as a form is ("+" is a space); a damaged escape stays
  // as it is.
  std::optional<std::string> Parameter(std::string_view name) const;

 private:
  std::vector<std::string_view> segments_;
  std::vector<std::pair<std::string, std::string>> parameters_;
};

}  // namespace sedge::admin
