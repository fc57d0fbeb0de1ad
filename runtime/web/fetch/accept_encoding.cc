// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/fetch/accept_encoding.h"

#include <algorithm>
#include <iterator>

#include "runtime/base/ascii.h"

namespace sedge::web {
namespace {

constexpr std::string_view kKnown[] = {"gzip", "x-gzip", "br", "identity", "*"};

bool IsKnown(std::string_view element) {
  const std::string_view name = Trim(element.substr(0, element.find(';')));
  return std::any_of(std::begin(kKnown), std::end(kKnown),
                     [name](std::string_view known) { return EqualsIgnoreCase(name, known); });
}

// `headers` of either kind.
template <typename Headers>
std::string CodingsFor(const Headers& headers) {
  std::string joined;
  bool is_given = false;
  bool has_range = false;
  for (const auto [name, value] : headers) {
    if (EqualsIgnoreCase(name, "range")) has_range = true;
    if (!EqualsIgnoreCase(name, "accept-encoding")) continue;
    if (is_given) joined += ", ";
    joined += value;
    is_given = true;
  }
  if (!is_given) return std::string(has_range ? "identity" : kDefaultCodings);
  return KnownCodings(joined);
}

}  // namespace

std::string KnownCodings(std::string_view value) {
  std::string kept;
  for (std::string_view left = value;;) {
    const size_t comma = left.find(',');
    const std::string_view element = Trim(left.substr(0, comma));
    if (IsKnown(element)) kept.append(kept.empty() ? "" : ", ").append(element);
    if (comma == std::string_view::npos) break;
    left.remove_prefix(comma + 1);
  }
  return kept.empty() ? std::string(value) : kept;
}

std::string RequestedCodings(std::span<const http::HeaderField> headers) {
  return CodingsFor(headers);
}

std::string RequestedCodings(const http::HeaderList& headers) { return CodingsFor(headers); }

}  // namespace sedge::web
