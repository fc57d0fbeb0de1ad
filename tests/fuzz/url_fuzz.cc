// SPDX-License-Identifier: Apache-2.0
// URLs: any bytes parse or fail; what parses is its own serialisation's parse, its offsets fit, and
// every setter keeps both true.
#include <cstdint>
#include <string_view>

#include "runtime/base/check.h"
#include "runtime/web/url/url_record.h"

using sedge::web::TryParseUrl;
using sedge::web::UrlRecord;

namespace {

void CheckOffsets(const UrlRecord& url) {
  SEDGE_CHECK(UrlRecord::FromParts(url.href(), url.offsets()).has_value());
}

void CheckParsed(const UrlRecord& url) {
  CheckOffsets(url);
  const auto again = TryParseUrl(url.href());
  SEDGE_CHECK(again && again->href() == url.href());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const size_t middle = input.find('\0');
  const std::string_view first = input.substr(0, middle);
  const std::string_view second =
      middle == std::string_view::npos ? std::string_view() : input.substr(middle + 1);

  const auto base = TryParseUrl(second);
  if (base) CheckParsed(*base);
  const auto url = TryParseUrl(first, base ? &*base : nullptr);
  if (!url) return 0;
  CheckParsed(*url);
  using Setter = void (UrlRecord::*)(std::string_view);
  for (Setter set : {&UrlRecord::SetProtocol, &UrlRecord::SetUsername, &UrlRecord::SetPassword,
                     &UrlRecord::SetHost, &UrlRecord::SetHostname, &UrlRecord::SetPort,
                     &UrlRecord::SetPathname, &UrlRecord::SetSearch, &UrlRecord::SetHash}) {
    UrlRecord changed = *url;
    (changed.*set)(second);
    CheckOffsets(changed);
  }
  return 0;
}
