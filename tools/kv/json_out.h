// SPDX-License-Identifier: Apache-2.0
// JSON as the words of `sedge kv` write it. Pure functions; any thread.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace sedge::tools {

using Json = nlohmann::ordered_json;

// A discarded value when `text` is no JSON.
Json ParseJson(std::string_view text);
// Compact.
std::string JsonText(const Json& value);
// With two spaces a level, as wrangler prints.
std::string PrettyJson(const Json& value);

// RFC 4648, section 4.
std::string Base64(std::string_view bytes);

}  // namespace sedge::tools
