// SPDX-License-Identifier: Apache-2.0
// ApiRequest and ApiResponse: one call of the administration API without the connection that it
// came on: the HTTP listener makes them, and so does the command line, in its own process. Values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/admin/rights.h"
#include "runtime/base/bytes.h"

namespace sedge::admin {

struct Header {
  std::string name;
  std::string value;
};

struct ApiRequest {
  std::string method;
  std::string target;  // path and query as in the request line: nothing is decoded
  std::vector<Header> headers = {};
  Bytes body = {};
  Rights rights = {};
  std::string client = {};  // the address, for the audit log

  // "" when there is none; `name` in any case.
  std::string_view FindHeader(std::string_view name) const;
};

struct ApiResponse {
  int status = 200;
  std::vector<Header> headers = {};
  Bytes body = {};
};

// What goes wrong in a call, as the client sees it. Codes are those of Workers KV's REST API.
struct ApiError {
  int status;
  int code;
  std::string message;
};

// A write, done or refused.
struct AuditRecord {
  std::string_view who;     // the token's name
  std::string_view client;  // its address
  std::string_view action;  // such as "put"
  std::string_view ns;      // "" of none
  std::string_view key;     // percent-encoded; "" when there is not one key
  size_t keys = 0;          // how many were asked for
  int status = 0;           // of the response
  std::string_view error;   // "" when it succeeded
};

}  // namespace sedge::admin
