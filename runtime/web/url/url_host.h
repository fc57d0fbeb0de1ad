// SPDX-License-Identifier: Apache-2.0
// The host parser and serialiser (https://url.spec.whatwg.org/#host-parsing) in one step.
// Pure functions; any thread.
#pragma once

#include <string>
#include <string_view>

namespace sedge::web {

// Appends the serialisation of host `input`: a domain or an IP address, or, when `opaque` (the
// scheme is not special), an opaque host or an IPv6 address. False when it is no host; `out` is
// then unchanged. REQUIRES: opaque or not empty.
bool AppendHost(std::string& out, std::string_view input, bool opaque);

}  // namespace sedge::web
