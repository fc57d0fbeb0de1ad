// SPDX-License-Identifier: Apache-2.0
// The Accept-Encoding of a request that fetch() sends: the Fetch standard's "HTTP-network-or-cache
// fetch" and
// https://developers.cloudflare.com/workers/runtime-apis/fetch/#how-the-accept-encoding-header-is-handled
// Functions of texts alone; any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "runtime/http/header_list.h"

namespace sedge::web {

// What is asked for where nothing was said.
inline constexpr std::string_view kDefaultCodings = "gzip, br";

// `value` without the codings that cannot be read here; if none is left, all of it. "deflate" and
// "zstd" can be, but what a script makes of such a body would not be compressed again.
std::string KnownCodings(std::string_view value);

// For a request with these headers: what the script, or the client of a request that is passed on,
// asks for, as far as it is known.
std::string RequestedCodings(std::span<const http::HeaderField> headers);
std::string RequestedCodings(const http::HeaderList& headers);

}  // namespace sedge::web
