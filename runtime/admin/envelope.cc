// SPDX-License-Identifier: Apache-2.0
#include "runtime/admin/envelope.h"

#include <string>
#include <utility>

#include "runtime/admin/json_text.h"
#include "runtime/base/ascii.h"

namespace sedge::admin {
namespace {

ApiResponse JsonResponse(int status, const std::string& text) {
  ApiResponse response;
  response.status = status;
  response.headers = {{"content-type", "application/json"}, {"cache-control", "no-store"}};
  response.body = Bytes::Copy(text);
  return response;
}

}  // namespace

std::string_view ApiRequest::FindHeader(std::string_view name) const {
  for (const Header& header : headers) {
    if (EqualsIgnoreCase(header.name, name)) return header.value;
  }
  return {};
}

ApiResponse Success(std::string_view result, std::string_view result_info) {
  std::string text;
  text.reserve(result.size() + result_info.size() + 80);
  text.append("{\"result\":").append(result);
  text.append(",\"success\":true,\"errors\":[],\"messages\":[]");
  if (!result_info.empty()) text.append(",\"result_info\":").append(result_info);
  return JsonResponse(200, text += "}\n");
}

ApiResponse Failure(const ApiError& error) {
  std::string text = "{\"result\":null,\"success\":false,\"errors\":[{\"code\":";
  text.append(std::to_string(error.code)).append(",\"message\":");
  AppendJsonString(text, error.message);
  return JsonResponse(error.status, text += "}],\"messages\":[]}\n");
}

}  // namespace sedge::admin
