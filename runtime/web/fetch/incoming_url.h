// SPDX-License-Identifier: Apache-2.0
// The URL of an incoming request, and what makes a URL's parts plain: those of most requests are
// their own serialisation, so that parsing can be skipped. Functions of texts alone; any thread.
#pragma once

#include <string>
#include <string_view>

#include "runtime/http/message.h"

namespace sedge::web {

// What request.url is: host and path as the URL standard writes them.
std::string UrlOf(const http::RequestHead& head);

// Whether the URL parser leaves this path with its query, which begins with a slash, as it is.
// False for some that it does leave.
bool IsPlainPath(std::string_view path);

}  // namespace sedge::web
