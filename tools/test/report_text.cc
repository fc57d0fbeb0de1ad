// SPDX-License-Identifier: Apache-2.0
#include "tools/test/report_text.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>

namespace sedge::tools {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD
constexpr uint32_t kInvalid = 0xFFFFFFFF;

// Takes one code point off `text`; kInvalid for a byte that begins none.
uint32_t Next(std::string_view& text, std::string_view* bytes) {
  const auto at = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t first = at(0);
  const size_t length = first < 0x80   ? 1
                        : first < 0xC2 ? 0
                        : first < 0xE0 ? 2
                        : first < 0xF0 ? 3
                        : first < 0xF5 ? 4
                                       : 0;
  uint32_t point = length <= 1 ? first : first & (0x7F >> length);
  bool valid = length > 0 && length <= text.size();
  for (size_t i = 1; valid && i < length; ++i) {
    valid = (at(i) & 0xC0) == 0x80;
    point = point << 6 | (at(i) & 0x3F);
  }
  const uint32_t least = length == 3 ? 0x800 : length == 4 ? 0x10000 : 0;
  valid = valid && point >= least && point <= 0x10FFFF;
  // A lone surrogate, as V8 writes it, is one thing that is no character.
  *bytes = text.substr(0, valid ? length : 1);
  text.remove_prefix(bytes->size());
  if (point >= 0xD800 && point <= 0xDFFF) return kInvalid;
  return valid ? point : kInvalid;
}

bool IsControl(uint32_t point) {
  // U+2028 and U+2029 end lines too, for some who read reports.
  return point < 0x20 || (point >= 0x7F && point < 0xA0) || point == 0x2028 || point == 0x2029;
}

std::string Plain(std::string_view text, bool keeps_lines) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    std::string_view bytes;
    const uint32_t point = Next(text, &bytes);
    if (point == kInvalid) {
      out += kReplacement;
    } else if (!IsControl(point) || (keeps_lines && (point == '\n' || point == '\t'))) {
      out += bytes;
    } else if (point == '\n') {
      out += "\\n";
    } else if (point == '\t') {
      out += "\\t";
    } else if (point == '\r') {
      out += "\\r";
    } else {
      char escape[16];
      std::snprintf(escape, sizeof escape, point > 0xFF ? "\\u%04x" : "\\x%02x",
                    static_cast<unsigned>(point));
      out += escape;
    }
  }
  return out;
}

std::string Xml(std::string_view text, bool attribute) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    std::string_view bytes;
    const uint32_t point = Next(text, &bytes);
    switch (point) {
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;  // "]]>" may not stand in a text
      case '&': out += "&amp;"; break;
      case '"': out += attribute ? "&quot;" : "\""; break;
      case '\r': out += "&#13;"; break;
      case '\n': out += attribute ? "&#10;" : "\n"; break;
      case '\t': out += attribute ? "&#9;" : "\t"; break;
      default:
        if (point < 0x20 || point == kInvalid || point == 0xFFFE || point == 0xFFFF) {
          out += kReplacement;
        } else {
          out += bytes;
        }
    }
  }
  return out;
}

}  // namespace

std::string PlainLine(std::string_view text) { return Plain(text, false); }
std::string PlainLines(std::string_view text) { return Plain(text, true); }
std::string XmlText(std::string_view text) { return Xml(text, false); }
std::string XmlAttribute(std::string_view text) { return Xml(text, true); }

std::string Indented(std::string_view text, std::string_view indent) {
  std::string out;
  while (true) {
    const size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    if (!line.empty()) out += indent;
    out += line;
    if (end == std::string_view::npos) return out;
    out += '\n';
    text.remove_prefix(end + 1);
  }
}

std::string_view FirstLine(std::string_view text) { return text.substr(0, text.find('\n')); }

std::string Duration(double milliseconds) {
  char text[32];
  if (milliseconds < 999.5) {
    std::snprintf(text, sizeof text, "%.0f ms", std::max(0.0, milliseconds));
  } else {
    std::snprintf(text, sizeof text, "%.2f s", milliseconds / 1000);
  }
  return text;
}

std::string Counted(size_t count, std::string_view noun) {
  return std::to_string(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

}  // namespace sedge::tools
