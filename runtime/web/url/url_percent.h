// SPDX-License-Identifier: Apache-2.0
// Percent-encode sets and percent-encoding (https://url.spec.whatwg.org/#percent-encoded-bytes).
// Pure functions; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace sedge::web {

// Each set is one bit in kPercentEncodeSets; all contain every byte above 0x7E and the C0 controls.
enum PercentEncodeSet : uint8_t {
  kC0ControlSet = 1 << 0,
  kFragmentSet = 1 << 1,
  kQuerySet = 1 << 2,
  kSpecialQuerySet = 1 << 3,
  kPathSet = 1 << 4,
  kUserinfoSet = 1 << 5,
};

namespace internal {
constexpr std::array<uint8_t, 256> MakePercentEncodeSets() {
  std::array<uint8_t, 256> sets{};
  auto add = [&sets](std::string_view chars, int mask) {
    for (char c : chars) sets[static_cast<uint8_t>(c)] |= static_cast<uint8_t>(mask);
  };
  for (size_t i = 0; i < 256; ++i) {
    if (i < 0x20 || i > 0x7E) sets[i] = 0xFF;
  }
  add(" \"<>", kFragmentSet | kQuerySet | kSpecialQuerySet | kPathSet | kUserinfoSet);
  add("`", kFragmentSet | kPathSet | kUserinfoSet);
  add("#", kQuerySet | kSpecialQuerySet | kPathSet | kUserinfoSet);
  add("'", kSpecialQuerySet);
  add("?^{}", kPathSet | kUserinfoSet);
  add("/:;=@[\\]|", kUserinfoSet);
  return sets;
}
}  // namespace internal

inline constexpr std::array<uint8_t, 256> kPercentEncodeSets = internal::MakePercentEncodeSets();

inline bool InPercentEncodeSet(char c, PercentEncodeSet set) {
  return (kPercentEncodeSets[static_cast<uint8_t>(c)] & set) != 0;
}

// Appends `text` (UTF-8) with the bytes of `set` percent-encoded.
void AppendPercentEncoded(std::string& out, std::string_view text, PercentEncodeSet set);

// Percent-decoding; malformed sequences stay as they are.
std::string PercentDecode(std::string_view text);

}  // namespace sedge::web
