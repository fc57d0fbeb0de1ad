// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/url/url_ops.h"

#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/web/url/url_record.h"

namespace sedge::web {

namespace {

using script::Latin1String;
using script::Latin1View;

// Numbered as in url.js.
using Setter = void (UrlRecord::*)(std::string_view);
constexpr Setter kSetters[] = {
    &UrlRecord::SetProtocol, &UrlRecord::SetUsername, &UrlRecord::SetPassword,
    &UrlRecord::SetHost,     &UrlRecord::SetHostname, &UrlRecord::SetPort,
    &UrlRecord::SetPathname, &UrlRecord::SetSearch,   &UrlRecord::SetHash,
};

std::optional<UrlRecord> ParseWithBase(std::string_view input,
                                       std::optional<std::string_view> base) {
  if (!base) return TryParseUrl(input);
  const std::optional<UrlRecord> base_url = TryParseUrl(*base);
  return base_url ? TryParseUrl(input, &*base_url) : std::nullopt;
}

Status BadOffsets() { return Internal("a URL's offsets are not 28 bytes that fit its text"); }

Result<std::optional<Latin1String>> UrlParse(std::string_view input,
                                             std::optional<std::string_view> base,
                                             std::span<uint8_t> offsets) {
  if (offsets.size() != sizeof(UrlOffsets)) return BadOffsets();
  const std::optional<UrlRecord> url = ParseWithBase(input, base);
  if (!url) return std::optional<Latin1String>();
  std::memcpy(offsets.data(), &url->offsets(), sizeof(UrlOffsets));
  return std::optional<Latin1String>(Latin1String{url->href()});
}

bool UrlCanParse(std::string_view input, std::optional<std::string_view> base) {
  return ParseWithBase(input, base).has_value();
}

Result<Latin1String> UrlSet(Latin1View href, uint32_t component, std::string_view value,
                            std::span<uint8_t> offsets) {
  UrlOffsets old_offsets;
  if (offsets.size() != sizeof(UrlOffsets) || component >= std::size(kSetters)) {
    return BadOffsets();
  }
  std::memcpy(&old_offsets, offsets.data(), sizeof(UrlOffsets));
  std::optional<UrlRecord> url = UrlRecord::FromParts(std::string(href.text), old_offsets);
  if (!url) return BadOffsets();
  if (value.size() > kMaxUrlBytes || href.text.size() > kMaxUrlBytes) {
    return OutOfRange("a part of a URL has more than " + std::to_string(kMaxUrlBytes) +
                      " bytes: set a shorter one");
  }
  ((*url).*kSetters[component])(value);
  std::memcpy(offsets.data(), &url->offsets(), sizeof(UrlOffsets));
  return Latin1String{url->href()};
}

constexpr script::OpDef kOps[] = {
    script::Op<UrlParse>("urlParse"),
    script::Op<UrlCanParse>("urlCanParse"),
    script::Op<UrlSet>("urlSet"),
};

}  // namespace

std::span<const script::OpDef> UrlOps() { return kOps; }

}  // namespace sedge::web
