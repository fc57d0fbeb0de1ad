// SPDX-License-Identifier: Apache-2.0
#include "runtime/worker/route.h"

#include <algorithm>
#include <tuple>

#include "runtime/base/ascii.h"
#include "runtime/worker/endpoint.h"
#include "runtime/worker/host_name.h"

namespace sedge::worker {
namespace {

constexpr std::string_view kAllowed =
    "allowed is [http://|https://]HOST[/PATH], where HOST may begin with * and PATH may end with "
    "*, "
    "such as example.com/* or *.example.com/images/*";

Status BadPattern(std::string_view text, std::string_view why) {
  return InvalidArgument("the route \"" + std::string(text.substr(0, 200)) + "\" " +
                         std::string(why) + "; " + std::string(kAllowed));
}

// The path as requests carry it: what a URL's path percent-encodes (URL standard, "path
// percent-encode set") is encoded.
std::string EncodePath(std::string_view path) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte >= 0x7f ||
        std::string_view("\"<>`{}^").find(c) != std::string_view::npos) {
      encoded += '%';
      encoded += kHex[byte >> 4];
      encoded += kHex[byte & 15];
    } else {
      encoded += c;
    }
  }
  return encoded;
}

// Splits a ":8080" off the end of `host`. REQUIRES: a path is already off.
Status TakePort(std::string_view text, std::string_view& host, uint16_t& port) {
  const size_t colon = host.rfind(':');
  if (colon == std::string_view::npos || host.find(']', colon) != std::string_view::npos) return {};
  const Result<uint16_t> parsed = ParsePort(host.substr(colon + 1));
  if (!parsed.ok() || *parsed == 0)
    return BadPattern(text, "has no port from 1 to 65535 after ':'");
  port = *parsed;
  host = host.substr(0, colon);
  return {};
}

Status ParseHost(std::string_view text, std::string_view host, RoutePattern& pattern) {
  SEDGE_RETURN_IF_ERROR(TakePort(text, host, pattern.port));
  if (!host.empty() && host.front() == '*') {
    pattern.any_host_prefix = true;
    host.remove_prefix(1);
    if (host.empty()) return {};
  }
  if (host.find('*') != std::string_view::npos) {
    return BadPattern(text, "has a wildcard inside its host");
  }
  Result<std::string> normal = NormalizeHost(host);
  if (!normal.ok()) {
    return BadPattern(text, "is wrong: " + std::string(normal.status().message()));
  }
  if (!pattern.any_host_prefix && normal->front() == '.') {
    return BadPattern(text, "has a host that begins with a dot");
  }
  pattern.host = std::move(normal).value();
  return {};
}

// Segments of the path; a final "*" that is a segment of its own counts as minus one.
int PathScore(const RoutePattern& pattern) {
  const auto slashes = static_cast<int>(std::count(pattern.path.begin(), pattern.path.end(), '/'));
  return slashes + 1 - (pattern.any_path_suffix && pattern.path.ends_with('/') ? 2 : 0);
}

}  // namespace

Result<RoutePattern> ParseRoutePattern(std::string_view text) {
  if (text.empty()) return BadPattern(text, "is empty");
  if (text.size() > kMaxRoutePatternBytes) {
    return BadPattern(text, "has " + std::to_string(text.size()) + " bytes, more than " +
                                std::to_string(kMaxRoutePatternBytes));
  }
  RoutePattern pattern;
  std::string_view rest = text;
  if (const size_t colon = rest.find("://"); colon != std::string_view::npos) {
    const std::string_view scheme = rest.substr(0, colon);
    if (EqualsIgnoreCase(scheme, "http")) {
      pattern.scheme = RouteScheme::kHttp;
    } else if (EqualsIgnoreCase(scheme, "https")) {
      pattern.scheme = RouteScheme::kHttps;
    } else {
      return BadPattern(text, "has another scheme than http or https");
    }
    rest.remove_prefix(colon + 3);
  }
  if (rest.find('?') != std::string_view::npos) return BadPattern(text, "has a query");
  if (rest.find('#') != std::string_view::npos) return BadPattern(text, "has a fragment");
  const size_t slash = std::min(rest.find('/'), rest.size());
  SEDGE_RETURN_IF_ERROR(ParseHost(text, rest.substr(0, slash), pattern));
  std::string_view path = rest.substr(slash);
  if (path.empty()) path = "/";
  if (path.ends_with('*')) {
    pattern.any_path_suffix = true;
    path.remove_suffix(1);
  }
  if (path.find('*') != std::string_view::npos) {
    return BadPattern(text, "has a wildcard inside its path");
  }
  pattern.path = EncodePath(path);
  return pattern;
}

Result<RoutePattern> ParseCustomDomain(std::string_view text) {
  const auto bad = [text](std::string_view why) {
    return InvalidArgument("the custom domain \"" + std::string(text.substr(0, 200)) + "\" " +
                           std::string(why) +
                           "; allowed is a host name alone, such as "
                           "shop.example.com");
  };
  if (text.find('*') != std::string_view::npos) return bad("has a wildcard");
  if (text.find('/') != std::string_view::npos) return bad("has a scheme or a path");
  if (text.find(':') != std::string_view::npos) return bad("has a port");
  Result<std::string> host = NormalizeHost(text);
  if (!host.ok()) return bad("is wrong: " + std::string(host.status().message()));
  if (host->front() == '.') return bad("begins with a dot");
  RoutePattern pattern;
  pattern.host = std::move(host).value();
  pattern.path = "/";
  pattern.any_path_suffix = true;
  pattern.custom_domain = true;
  return pattern;
}

bool RoutePattern::Matches(RouteScheme request_scheme, std::string_view request_host,
                           uint16_t request_port, std::string_view target) const {
  if (!MatchesTarget(target)) return false;
  if (scheme != RouteScheme::kAny && request_scheme != RouteScheme::kAny &&
      scheme != request_scheme) {
    return false;
  }
  // Without a port in the Host header it is the scheme's own.
  const bool default_port = port == 80 || port == 443;
  if (port != 0 && (request_port == 0 ? !default_port : port != request_port)) return false;
  if (any_host_prefix && request_host.size() > host.size()) {
    request_host.remove_prefix(request_host.size() - host.size());
  }
  return EqualsIgnoreCase(request_host, host);
}

std::string RoutePattern::ToString() const {
  std::string text;
  if (scheme != RouteScheme::kAny) text = scheme == RouteScheme::kHttp ? "http://" : "https://";
  if (any_host_prefix) text += '*';
  text += host;
  if (port != 0) text += ":" + std::to_string(port);
  if (custom_domain) return text;
  text += path;
  if (any_path_suffix) text += '*';
  return text;
}

bool IsMoreSpecific(const RoutePattern& a, const RoutePattern& b) {
  // False sorts before true, and the smaller number first: hence the negations.
  const auto key = [](const RoutePattern& p) {
    return std::make_tuple(p.any_host_prefix, -static_cast<int64_t>(p.host.size()), p.port == 0,
                           p.custom_domain, -PathScore(p), p.any_path_suffix,
                           -static_cast<int64_t>(p.path.size()), p.scheme == RouteScheme::kAny);
  };
  return key(a) < key(b);
}

HostAndPort SplitHost(std::string_view authority) {
  const size_t colon = authority.rfind(':');
  if (colon == std::string_view::npos || authority.find(']', colon) != std::string_view::npos) {
    return {authority, 0};
  }
  uint32_t port = 0;
  for (const char c : authority.substr(colon + 1)) {
    port = IsAsciiDigit(c) && port <= 65535 ? port * 10 + static_cast<uint32_t>(c - '0') : 65536;
  }
  return {authority.substr(0, colon), port <= 65535 ? static_cast<uint16_t>(port) : uint16_t{0}};
}

}  // namespace sedge::worker
