// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/fetch/incoming_url.h"

#include "runtime/base/ascii.h"
#include "runtime/web/url/url_parser.h"

namespace sedge::web {
namespace {

// What the URL parser leaves as it is in a host and in a path with query.
constexpr bool IsPlainHostChar(char c) {
  return (c >= 'a' && c <= 'z') || IsAsciiDigit(c) || c == '.' || c == '-';
}
constexpr bool IsPlainPathChar(char c) {
  return IsAsciiAlnum(c) || c == '/' || c == '-' || c == '_' || c == '~' || c == '?' || c == '=' ||
         c == '&' || c == ',' || c == '+' || c == ':' || c == '@' || c == '%' || c == '!' ||
         c == '$';
}

// True when they are their own serialisation, as those of most requests are: then parsing can be
// skipped. A digit at the host's end may be that of an IPv4 address, a dot in the path a dot
// segment.
bool IsPlainHost(std::string_view host) {
  if (host.empty() || !IsAsciiAlpha(host.back()) || host.starts_with("xn--") ||
      host.find(".xn--") != std::string_view::npos) {
    return false;
  }
  for (const char c : host) {
    if (!IsPlainHostChar(c)) return false;
  }
  return true;
}

// The scheme and host of a request, and the origin that they make.
struct Known {
  bool tls = false;
  std::string host;
  std::string origin;
};

std::string Joined(std::string_view origin, std::string_view path) {
  std::string url;
  url.reserve(origin.size() + path.size());
  return url.append(origin).append(path);
}

}  // namespace

bool IsPlainPath(std::string_view path) {
  for (size_t i = 0; i < path.size(); ++i) {
    if (IsPlainPathChar(path[i])) continue;
    if (path[i] == '.' && i > 0 && path[i - 1] != '/' && path[i - 1] != '.') continue;
    return false;
  }
  return path.find("%2") == std::string_view::npos;  // "%2e" is a dot segment too
}

std::string UrlOf(const http::RequestHead& head) {
  const std::string_view scheme = head.tls ? "https://" : "http://";
  const std::string_view host = head.host.empty() ? std::string_view("localhost") : head.host;
  const std::string_view path = head.path.starts_with('/') ? head.path : std::string_view("/");
  const bool plain_path = IsPlainPath(path);
  // Addresses and hosts with a port are few on one server: the last one is remembered.
  static thread_local Known known;
  if (plain_path && head.tls == known.tls && host == known.host) return Joined(known.origin, path);
  std::string url = Joined(std::string(scheme).append(host), path);
  if (plain_path && IsPlainHost(host)) return url;
  Result<UrlRecord> parsed = ParseUrl(url, nullptr);
  if (!parsed.ok()) return url;
  std::string href = parsed->href();
  if (plain_path && href.ends_with(path)) {
    known = {head.tls, std::string(host), href.substr(0, href.size() - path.size())};
  }
  return href;
}

}  // namespace sedge::web
