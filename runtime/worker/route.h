// SPDX-License-Identifier: Apache-2.0
// RoutePattern: one route of a Workers configuration, such as "*.example.com/images/*", as
// Cloudflare documents them: an optional scheme, a host that may begin with "*", a path that may
// end with "*". Host ignores case, path does not. A value; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "runtime/base/status.h"

namespace sedge::worker {

constexpr size_t kMaxRoutePatternBytes = 2048;

enum class RouteScheme : uint8_t { kAny, kHttp, kHttps };

struct RoutePattern {
  RouteScheme scheme = RouteScheme::kAny;
  bool any_host_prefix = false;  // "*example.com": `host` is the end of the request's host
  std::string host;              // lower case ASCII, without the wildcard; IPv6 in brackets
  uint16_t port = 0;             // 0: any
  bool any_path_suffix = false;  // "/images/*": `path` is the beginning of the request's target
  std::string path;              // from the first "/", without the wildcard
  // A whole host (`custom_domain`): gives way to any route of that host.
  bool custom_domain = false;

  bool operator==(const RoutePattern&) const = default;

  // `host` without port, in any case; `target` is path and query: a pattern without a final "*"
  // does not match a target with a query, as documented. A request whose scheme is not known
  // (kAny) matches patterns of either. Allocates nothing.
  bool Matches(RouteScheme request_scheme, std::string_view request_host, uint16_t request_port,
               std::string_view target) const;
  bool MatchesTarget(std::string_view target) const {
    return any_path_suffix ? target.starts_with(path) : target == path;
  }

  // Canonical text: "https://*.example.com/images/*".
  std::string ToString() const;
};

// The error names what is wrong and what is allowed, without file or line.
Result<RoutePattern> ParseRoutePattern(std::string_view text);
// A `custom_domain` is a host name alone.
Result<RoutePattern> ParseCustomDomain(std::string_view text);

// True when `a` is tried before `b`: a whole host before a wildcard, the longer host first, a named
// port first; then the path with more segments (a final "/*" counts as minus one, so that
// "/images*" comes before "/images/*", which is documented too), a whole path before a wildcard,
// the longer first; then a named scheme.
bool IsMoreSpecific(const RoutePattern& a, const RoutePattern& b);

// A request's Host header in its parts; port 0 when it has none or a wrong one.
struct HostAndPort {
  std::string_view host;
  uint16_t port = 0;
};
HostAndPort SplitHost(std::string_view authority);

}  // namespace sedge::worker
