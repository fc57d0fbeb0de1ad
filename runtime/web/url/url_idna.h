// SPDX-License-Identifier: Apache-2.0
// Domain names with characters beyond ASCII: UTS #46 as the URL Standard uses it
// (https://url.spec.whatwg.org/#idna), by ICU. Any thread.
#pragma once

#include <string>
#include <string_view>

namespace sedge::web {

// A longer domain that needs UTS #46 is refused: Punycode takes time quadratic in a label's length.
inline constexpr size_t kMaxUnicodeDomainBytes = 16 << 10;

// Appends ToASCII(domain) with CheckHyphens, UseSTD3ASCIIRules, VerifyDnsLength and
// Transitional_Processing false, CheckBidi and CheckJoiners true. `domain` is UTF-8. On failure
// `out` is unchanged. The caller checks for an empty result and forbidden code points.
bool AppendDomainToAscii(std::string& out, std::string_view domain);

// Whether a label starts with "xn--" in any case: only such ASCII domains need ToASCII.
bool HasPunycodeLabel(std::string_view ascii_domain);

}  // namespace sedge::web
