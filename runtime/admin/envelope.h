// SPDX-License-Identifier: Apache-2.0
// The envelope of every JSON response of the API: result, success, errors, messages. Pure
// functions; any thread.
#pragma once

#include <string_view>

#include "runtime/admin/api_message.h"

namespace sedge::admin {

// `result` and `result_info` are JSON; no `result_info`, no member of it.
ApiResponse Success(std::string_view result, std::string_view result_info = {});
ApiResponse Failure(const ApiError& error);

}  // namespace sedge::admin
