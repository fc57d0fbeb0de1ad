// SPDX-License-Identifier: Apache-2.0
// Host names as configuration and flags write them, brought to the form in which requests carry
// them: lower case ASCII, internationalised names in Punycode (UTS #46). Any thread.
#pragma once

#include <string>
#include <string_view>

#include "runtime/base/status.h"

namespace sedge::worker {

constexpr size_t kMaxHostBytes = 253;  // RFC 1035 section 2.3.4, as text

// A name, an IPv4 address or a bracketed IPv6 address, without port. A leading "." is kept (the
// rest of a wildcard). The error says what is wrong with it and what is allowed.
Result<std::string> NormalizeHost(std::string_view host);

// "[::1]" -> "::1"; other text as it is.
std::string_view WithoutBrackets(std::string_view host);

}  // namespace sedge::worker
