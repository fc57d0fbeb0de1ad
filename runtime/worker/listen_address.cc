// SPDX-License-Identifier: Apache-2.0
#include "runtime/worker/listen_address.h"

#include <filesystem>

#include "runtime/worker/endpoint.h"
#include "runtime/worker/host_name.h"

namespace sedge::worker {
namespace {

constexpr std::string_view kUnixPrefix = "unix:";
constexpr std::string_view kAllowed =
    "allowed is HOST:PORT, [IPV6]:PORT or unix:PATH, such as 127.0.0.1:8787, [::1]:0, *:80 or "
    "unix:/run/sedge.sock";

Status Bad(const std::string& why) { return InvalidArgument(why + "; " + std::string(kAllowed)); }

}  // namespace

std::string ListenAddress::url() const {
  if (is_unix()) return std::string(kUnixPrefix) + unix_path;
  const bool ipv6 = host.find(':') != std::string::npos;
  return "http://" + (ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

Result<std::string> ParseListenHost(std::string_view text) {
  if (text == "*") return std::string("0.0.0.0");
  Result<std::string> host = NormalizeHost(text);
  if (host.ok()) return std::string(WithoutBrackets(*host));
  // ::1 without brackets is clear enough where no port can follow.
  host = NormalizeHost("[" + std::string(text) + "]");
  if (host.ok()) return std::string(WithoutBrackets(*host));
  return InvalidArgument("\"" + std::string(text) +
                         "\" is not an address; allowed is an address or a name of "
                         "this machine, such as 127.0.0.1, ::1 or 0.0.0.0");
}

Result<ListenAddress> ParseListenAddress(std::string_view text, const std::string& base_dir) {
  ListenAddress address;
  if (text.starts_with(kUnixPrefix)) {
    const std::string_view path = text.substr(kUnixPrefix.size());
    if (path.empty() || path.find('\0') != std::string_view::npos) {
      return Bad("there is no path after unix:");
    }
    address.unix_path = (std::filesystem::path(base_dir) / path).lexically_normal().string();
    return address;
  }
  if (text.find("://") != std::string_view::npos) return Bad("this is a URL, not an address");
  const size_t colon = text.rfind(':');
  const bool has_port =
      colon != std::string_view::npos && text.find(']', colon) == std::string_view::npos;
  if (!has_port) return Bad("there is no port");
  const std::string_view host = text.substr(0, colon);
  if (host.empty()) return Bad("there is no host before the port");
  if (host.find(':') != std::string_view::npos && !host.starts_with('[')) {
    return Bad("an IPv6 address needs brackets, such as [::1]:8787");
  }
  const Result<uint16_t> port = ParsePort(text.substr(colon + 1));
  if (!port.ok()) return Bad(std::string(port.status().message()));
  address.port = *port;
  const Result<std::string> parsed = ParseListenHost(host);
  if (!parsed.ok()) return Bad("\"" + std::string(host) + "\" is not a host");
  address.host = *parsed;
  return address;
}

}  // namespace sedge::worker
