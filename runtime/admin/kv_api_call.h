// SPDX-License-Identifier: Apache-2.0
// What the files of KvApi share: a call on its way, the routes, the texts of failures.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/admin/api_target.h"
#include "runtime/admin/entry_checks.h"
#include "runtime/admin/envelope.h"
#include "runtime/admin/json_text.h"
#include "runtime/admin/kv_api.h"

namespace sedge::admin {

// What a caller needs to be allowed. kWriteAll: everything, not only one namespace.
enum class Need : uint8_t { kToken, kRead, kWrite, kWriteAll };

struct KvApi::Call {
  const ApiRequest& request;
  ApiTarget target;
  std::string_view doing;    // as messages and the audit log name it, such as "put"
  std::string account = {};  // as in the path
  std::string ns = {};
  std::string key = {};
  // For the audit log.
  bool changes = true;  // what is asked for is not there already
  size_t keys = 0;
  std::string error = {};

  std::string_view body() const { return request.body.text(); }
  // Messages look like "get: 'key not found'".
  ApiResponse Fail(ApiError failure) {
    error = failure.message;
    failure.message = std::string(doing) + ": '" + failure.message + "'";
    return Failure(failure);
  }
};

struct KvApi::Route {
  std::string_view method;
  std::string_view path;  // below /client/v4; ":account", ":ns" and ":key" are any segment
  ApiResponse (KvApi::*handle)(Call&);
  Need need;
  std::string_view doing;
  size_t max_body = kMaxSmallBodyBytes;
};

}  // namespace sedge::admin
