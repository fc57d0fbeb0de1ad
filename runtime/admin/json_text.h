// SPDX-License-Identifier: Apache-2.0
// JSON as text: written piece by piece without a tree, and checked. Pure functions; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sedge::admin {

// RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
bool IsUtf8(std::string_view text);

// `text` as a JSON string with its quotes. What is no UTF-8 becomes U+FFFD, as TextDecoder has it.
void AppendJsonString(std::string& out, std::string_view text);
std::string JsonString(std::string_view text);
// How long that is.
size_t JsonStringBytes(std::string_view text);

bool IsJson(std::string_view text);

// JSON in which half a character, such as a "\ud83d" alone, is U+FFFD: JSON.stringify writes it of
// a string that slice() cut, and RFC 8259's parsers refuse it. As long as `text`: `text` itself when
// it has none, else what `storage` holds then.
std::string_view WithoutLoneSurrogates(std::string_view text, std::string& storage);

// The same value without white space; nullopt when `text` is no JSON, or is longer than `max_bytes`
// then (`too_long` says which).
std::optional<std::string> CompactJson(std::string_view text, size_t max_bytes, bool& too_long);

}  // namespace sedge::admin
