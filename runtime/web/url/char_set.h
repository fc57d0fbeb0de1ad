// SPDX-License-Identifier: Apache-2.0
// CharSet: a set of bytes, and the search for its members: std::string_view::find_first_of searches
// its argument for every byte. Constant data; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace sedge::web {

class CharSet {
 public:
  constexpr explicit CharSet(std::string_view members) {
    for (char c : members) contains_[static_cast<uint8_t>(c)] = true;
  }

  constexpr bool Contains(char c) const { return contains_[static_cast<uint8_t>(c)]; }

  // The position of the first member; text.size() when there is none.
  constexpr size_t FindIn(std::string_view text) const {
    size_t i = 0;
    while (i < text.size() && !Contains(text[i])) ++i;
    return i;
  }

 private:
  std::array<bool, 256> contains_{};
};

}  // namespace sedge::web
