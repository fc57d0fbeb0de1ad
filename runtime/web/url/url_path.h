// SPDX-License-Identifier: Apache-2.0
// The path state of the URL parser (https://url.spec.whatwg.org/#path-state), on the path's
// serialisation. Pure functions; any thread.
#pragma once

#include <string>
#include <string_view>

#include "runtime/web/url/url_scheme.h"

namespace sedge::web {

// `href` ends with the path so far, which starts at `path_start`.

// Appends the segments of `text`, which is all input up to the query, without its first slash.
void AppendPath(std::string& href, size_t path_start, std::string_view text, SchemeType type);

// "Shorten a url's path": drops the last segment, but never a lone drive letter of a file URL.
void ShortenPath(std::string& href, size_t path_start, SchemeType type);

}  // namespace sedge::web
