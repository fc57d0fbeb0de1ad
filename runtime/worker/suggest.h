// SPDX-License-Identifier: Apache-2.0
// Near misses: what a mistyped flag, key or value was probably meant to be. Any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace sedge::worker {

// The candidate nearest to `word` when it is near enough to be a slip (one edit in a short word,
// two in a longer one; a swap of neighbours is one), else empty. Ignores case.
std::string_view NearestWord(std::string_view word, std::span<const std::string_view> candidates);

// "; did you mean --port?" or nothing.
std::string DidYouMean(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace sedge::worker
