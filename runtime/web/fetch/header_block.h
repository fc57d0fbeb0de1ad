// SPDX-License-Identifier: Apache-2.0
// The header block in which header lists go down from JavaScript and up to it: one flat string,
// "name\0value\0" for each field. Functions of texts alone.
#pragma once

#include <string_view>
#include <vector>

#include "runtime/http/message.h"

namespace sedge::web {

// A block that goes down. `usual`: its text is one of kUsualBlocks, and good.
struct HeaderBlock {
  HeaderBlock(std::string_view text, bool usual = false)  // NOLINT: implicit
      : text(text), usual(usual) {}
  std::string_view text;
  bool usual;
};

// What most responses have, by the number that fetch/response.js has for it in the text's place.
inline constexpr std::string_view kUsualBlocks[] = {
    std::string_view(),
    std::string_view("content-type\0text/plain;charset=UTF-8\0", 38),
    std::string_view("content-type\0application/json\0", 30),
};

// Splits a block into fields, which point into it; nothing of names and values is checked. False
// when the block is not made of pairs.
bool SplitHeaderBlock(std::string_view block, std::vector<http::HeaderField>& fields);

}  // namespace sedge::web
