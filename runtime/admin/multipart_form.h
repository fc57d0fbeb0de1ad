// SPDX-License-Identifier: Apache-2.0
// Reads a multipart/form-data body (RFC 7578) that is there as a whole. Pure functions; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sedge::admin {

struct FormField {
  std::string name;
  std::string_view content;  // of the body
};

constexpr size_t kMaxFormFields = 16;

bool IsForm(std::string_view content_type);
// The boundary of such a Content-Type; nullopt when it has none that RFC 2046 allows.
std::optional<std::string> FormBoundary(std::string_view content_type);

// The fields in their order; nullopt when the body is not whole, has no field name, or more than
// kMaxFormFields fields. REQUIRES: `body` outlives them.
std::optional<std::vector<FormField>> ReadForm(std::string_view body, std::string_view boundary);

}  // namespace sedge::admin
