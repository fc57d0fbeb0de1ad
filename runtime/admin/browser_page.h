// SPDX-License-Identifier: Apache-2.0
// The data browser: one HTML page with its style and script inside, put together from the files in
// page/. Any thread.
#pragma once

#include <string_view>

#include "runtime/admin/api_message.h"

namespace sedge::admin {

// For GET and HEAD of "/"; other methods get 405. The page itself holds no data, so it needs no
// token; it asks for one.
ApiResponse PageResponse(std::string_view method);

}  // namespace sedge::admin
