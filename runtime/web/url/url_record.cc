// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/url/url_record.h"

#include <utility>

namespace sedge::web {

std::optional<UrlRecord> UrlRecord::FromParts(std::string href, const UrlOffsets& o) {
  const bool ordered = o.scheme_end < o.username_end && o.username_end <= o.host_start &&
                       o.host_start <= o.host_end && o.host_end <= o.path_start &&
                       o.path_start <= o.query_start && o.query_start <= o.fragment_start &&
                       o.fragment_start <= href.size();
  if (!ordered || href[o.scheme_end] != ':') return std::nullopt;
  // With a host there is "//"; without one the three offsets are one.
  const bool has_host = o.host_start > o.scheme_end + 1;
  if (has_host ? o.username_end < o.scheme_end + 3 : o.host_end != o.scheme_end + 1) {
    return std::nullopt;
  }
  if (o.query_start < o.fragment_start && href[o.query_start] != '?') return std::nullopt;
  if (o.fragment_start < href.size() && href[o.fragment_start] != '#') return std::nullopt;
  UrlRecord url;
  url.href_ = std::move(href);
  url.o_ = o;
  url.type_ = SchemeTypeOf(url.scheme());
  return url;
}

bool UrlRecord::has_opaque_path() const {
  return type_ == SchemeType::kOther && !has_host() && !pathname().starts_with('/');
}

std::string_view UrlRecord::username() const {
  return has_host() ? Slice(o_.scheme_end + 3, o_.username_end) : std::string_view();
}

std::string_view UrlRecord::password() const {
  // Between the ':' at username_end and the '@' before host_start.
  return o_.host_start > o_.username_end + 1 ? Slice(o_.username_end + 1, o_.host_start - 1)
                                             : std::string_view();
}

std::string_view UrlRecord::host() const {
  return has_host() ? Slice(o_.host_start, o_.path_start) : std::string_view();
}

std::string_view UrlRecord::port_text() const {
  return has_host() && o_.path_start > o_.host_end ? Slice(o_.host_end + 1, o_.path_start)
                                                   : std::string_view();
}

uint16_t UrlRecord::effective_port() const {
  const std::string_view text = port_text();
  if (text.empty()) return DefaultPort(type_);
  uint32_t port = 0;
  for (char c : text) port = port * 10 + static_cast<uint32_t>(c - '0');
  return static_cast<uint16_t>(port);
}

std::string_view UrlRecord::query() const {
  return has_query() ? Slice(o_.query_start + 1, o_.fragment_start) : std::string_view();
}

std::string_view UrlRecord::fragment() const {
  return has_fragment() ? std::string_view(href_).substr(o_.fragment_start + 1)
                        : std::string_view();
}

std::string UrlRecord::origin() const {
  if (is_special() && type_ != SchemeType::kFile) {
    std::string origin(scheme());
    return origin.append("://").append(host());
  }
  if (scheme() == "blob") {
    const std::optional<UrlRecord> path_url = TryParseUrl(pathname());
    const SchemeType type = path_url ? path_url->type_ : SchemeType::kOther;
    if (type == SchemeType::kHttp || type == SchemeType::kHttps) return path_url->origin();
  }
  return "null";
}

}  // namespace sedge::web
