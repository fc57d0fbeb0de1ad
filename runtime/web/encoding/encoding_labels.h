// SPDX-License-Identifier: Apache-2.0
// The encodings of the Encoding Standard, their names and labels
// (https://encoding.spec.whatwg.org/#names-and-labels). Constant data; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace sedge::web {

// The single-byte encodings are those from kIbm866 on.
enum class Encoding : uint8_t {
  kUtf8, kUtf16Le, kUtf16Be, kXUserDefined, kReplacement, kGbk, kGb18030, kBig5, kEucJp,
  kIso2022Jp, kShiftJis, kEucKr, kIbm866, kIso8859_2, kIso8859_3, kIso8859_4, kIso8859_5,
  kIso8859_6, kIso8859_7, kIso8859_8, kIso8859_8I, kIso8859_10, kIso8859_13, kIso8859_14,
  kIso8859_15, kIso8859_16, kKoi8R, kKoi8U, kMacintosh, kWindows874, kWindows1250, kWindows1251,
  kWindows1252, kWindows1253, kWindows1254, kWindows1255, kWindows1256, kWindows1257,
  kWindows1258, kXMacCyrillic,
};
inline constexpr size_t kEncodingCount = static_cast<size_t>(Encoding::kXMacCyrillic) + 1;

// "Get an encoding" from a label in any case, with ASCII whitespace around it.
std::optional<Encoding> EncodingFromLabel(std::string_view label);

// The name in lower case, as TextDecoder.encoding shows it.
std::string_view EncodingName(Encoding encoding);

}  // namespace sedge::web
