// SPDX-License-Identifier: Apache-2.0
#include "runtime/worker/endpoint.h"

#include <charconv>

#include "runtime/base/ascii.h"
#include "runtime/worker/host_name.h"

namespace sedge::worker {
namespace {

constexpr std::string_view kAllowed =
    "allowed is http://HOST[:PORT] or https://HOST[:PORT], such as http://127.0.0.1:9000";

Status BadUrl(std::string_view url, std::string_view why) {
  return InvalidArgument("the URL \"" + std::string(url) + "\" " + std::string(why) + "; " +
                         std::string(kAllowed));
}

}  // namespace

Result<uint16_t> ParsePort(std::string_view digits) {
  unsigned value = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, value);
  if (digits.empty() || error != std::errc() || stop != end || value > 65535) {
    return InvalidArgument("the port \"" + std::string(digits) +
                           "\" is not a number from 0 to 65535");
  }
  return static_cast<uint16_t>(value);
}

Result<Endpoint> ParseEndpoint(std::string_view url) {
  Endpoint endpoint;
  const size_t colon = url.find("://");
  const std::string_view scheme = url.substr(0, colon == std::string_view::npos ? 0 : colon);
  if (EqualsIgnoreCase(scheme, "https")) {
    endpoint.tls = true;
  } else if (!EqualsIgnoreCase(scheme, "http")) {
    return BadUrl(url, scheme.empty() ? "has no scheme" : "has another scheme");
  }
  std::string_view authority = url.substr(colon + 3);
  const size_t end = authority.find_first_of("/?#");
  if (end != std::string_view::npos) {
    if (authority.substr(end) != "/") return BadUrl(url, "has a path or a query");
    authority = authority.substr(0, end);
  }
  if (authority.find('@') != std::string_view::npos) return BadUrl(url, "has a user name");
  endpoint.port = endpoint.tls ? 443 : 80;
  const size_t port_at = authority.rfind(':');
  if (port_at != std::string_view::npos && authority.find(']', port_at) == std::string_view::npos) {
    const Result<uint16_t> port = ParsePort(authority.substr(port_at + 1));
    if (!port.ok() || *port == 0) return BadUrl(url, "has no port from 1 to 65535 after ':'");
    endpoint.port = *port;
    authority = authority.substr(0, port_at);
  }
  const Result<std::string> host = NormalizeHost(authority);
  if (!host.ok()) return BadUrl(url, "is wrong: " + std::string(host.status().message()));
  endpoint.host = WithoutBrackets(*host);
  return endpoint;
}

}  // namespace sedge::worker
