// SPDX-License-Identifier: Apache-2.0
// The files in page/ as the linker put them. Defined by what sedge_embed_text (EmbedText.cmake)
// makes.
#pragma once

#include <string_view>

namespace sedge::admin {

std::string_view PageHtml();
std::string_view PageCss();
std::string_view PageJs();

}  // namespace sedge::admin
