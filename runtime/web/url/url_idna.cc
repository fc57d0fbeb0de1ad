// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/url/url_idna.h"

#include <unicode/uidna.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <iterator>

#include "runtime/base/ascii.h"

namespace sedge::web {

namespace {

const UIDNA* Uts46() {
  static const UIDNA* const uts46 = [] {
    UErrorCode error = U_ZERO_ERROR;
    return uidna_openUTS46(
        UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ | UIDNA_NONTRANSITIONAL_TO_ASCII, &error);
  }();
  return uts46;
}

// What ICU always reports and the standard's parameters switch off.
constexpr uint32_t kIgnoredErrors = UIDNA_ERROR_EMPTY_LABEL | UIDNA_ERROR_LABEL_TOO_LONG |
                                    UIDNA_ERROR_DOMAIN_NAME_TOO_LONG |
                                    UIDNA_ERROR_LEADING_HYPHEN | UIDNA_ERROR_TRAILING_HYPHEN |
                                    UIDNA_ERROR_HYPHEN_3_4;

// Mappings of UTS #46 15.1 and 16 that earlier versions had as disallowed or otherwise: an older
// ICU gives what a newer one does. [first, last] maps to `target` and what follows; 0: to nothing.
struct NewerMapping {
  UChar32 first;
  UChar32 last;
  UChar32 target;
};
constexpr NewerMapping kNewerMappings[] = {
    {0x04C0, 0x04C0, 0x04CF},    {0x10A0, 0x10C5, 0x2D00},    {0x115F, 0x1160, 0},
    {0x17B4, 0x17B5, 0},         {0x180E, 0x180E, 0},         {0x1E9E, 0x1E9E, 0x00DF},
    {0x206A, 0x206F, 0},         {0x2132, 0x2132, 0x214E},    {0x2183, 0x2183, 0x2184},
    {0x3164, 0x3164, 0},         {0xFFA0, 0xFFA0, 0},         {0x1D173, 0x1D17A, 0},
    {0x2F868, 0x2F868, 0x36FC},  {0x2F874, 0x2F874, 0x5F53},  {0x2F91F, 0x2F91F, 0x243AB},
    {0x2F95F, 0x2F95F, 0x7AEE},  {0x2F9BF, 0x2F9BF, 0x45D7},
};

std::string WithNewerMappings(std::string_view domain) {
  std::string mapped;
  const char* const text = domain.data();
  const int32_t size = static_cast<int32_t>(domain.size());
  for (int32_t i = 0; i < size;) {
    const int32_t start = i;
    UChar32 c;
    U8_NEXT(text, i, size, c);
    const NewerMapping* const mapping =
        std::find_if(std::begin(kNewerMappings), std::end(kNewerMappings),
                     [c](const NewerMapping& m) { return m.first <= c && c <= m.last; });
    if (mapping == std::end(kNewerMappings)) {
      mapped.append(text + start, static_cast<size_t>(i - start));
    } else if (mapping->target != 0) {
      char encoded[U8_MAX_LENGTH];
      int32_t length = 0;
      U8_APPEND_UNSAFE(encoded, length, mapping->target + (c - mapping->first));
      mapped.append(encoded, static_cast<size_t>(length));
    }
  }
  return mapped;
}

// UTS #46 15.1, validity criterion 4: no label may start with "xn--" once it is decoded.
bool HasDoublePunycodeLabel(std::string_view ascii_domain) {
  for (;;) {
    const size_t dot = ascii_domain.find('.');
    const std::string_view label = ascii_domain.substr(0, dot);
    if (label.starts_with("xn--xn--")) {
      std::string decoded(label.size() * 4, '\0');
      UIDNAInfo info = UIDNA_INFO_INITIALIZER;
      UErrorCode error = U_ZERO_ERROR;
      uidna_labelToUnicodeUTF8(Uts46(), label.data(), static_cast<int32_t>(label.size()),
                               decoded.data(), static_cast<int32_t>(decoded.size()), &info, &error);
      if (U_FAILURE(error) || decoded.starts_with("xn--")) return true;
    }
    if (dot == std::string_view::npos) return false;
    ascii_domain.remove_prefix(dot + 1);
  }
}

}  // namespace

bool AppendDomainToAscii(std::string& out, std::string_view input) {
  const UIDNA* const uts46 = Uts46();
  if (uts46 == nullptr || input.size() > kMaxUnicodeDomainBytes) return false;
  const std::string domain = WithNewerMappings(input);
  const size_t start = out.size();
  size_t capacity = domain.size() * 2 + 64;
  for (;;) {
    out.resize(start + capacity);
    UIDNAInfo info = UIDNA_INFO_INITIALIZER;
    UErrorCode error = U_ZERO_ERROR;
    const int32_t length = uidna_nameToASCII_UTF8(
        uts46, domain.data(), static_cast<int32_t>(domain.size()), out.data() + start,
        static_cast<int32_t>(capacity), &info, &error);
    if (error == U_BUFFER_OVERFLOW_ERROR) {
      capacity = static_cast<size_t>(length) + 1;
      continue;
    }
    bool ok = U_SUCCESS(error) && (info.errors & ~kIgnoredErrors) == 0;
    out.resize(start + (U_SUCCESS(error) ? static_cast<size_t>(length) : 0));
    if (ok && HasDoublePunycodeLabel(std::string_view(out).substr(start))) ok = false;
    if (!ok) out.resize(start);
    return ok;
  }
}

bool HasPunycodeLabel(std::string_view domain) {
  for (size_t i = 0; i + 4 <= domain.size(); ++i) {
    if ((i == 0 || domain[i - 1] == '.') && EqualsIgnoreCase(domain.substr(i, 4), "xn--")) {
      return true;
    }
  }
  return false;
}

}  // namespace sedge::web
