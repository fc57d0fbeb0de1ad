// SPDX-License-Identifier: Apache-2.0
// IsHostAndPort: what a Host header may hold. Pure; any thread.
#pragma once

#include <string_view>

namespace sedge::http {

// uri-host [ ":" port ] of RFC 9110 section 7.2, with a host that is not empty: a name, an IPv4
// address, or an IPv6 address in brackets; a port is at most 65535 and may be empty.
bool IsHostAndPort(std::string_view text);

}  // namespace sedge::http
