// SPDX-License-Identifier: Apache-2.0
#include "runtime/admin/json_text.h"

#include <nlohmann/json.hpp>

#include "runtime/admin/json_writer.h"
#include "runtime/base/ascii.h"
#include "runtime/base/log.h"

namespace sedge::admin {
namespace {

// The UTF-16 code unit of the escape at the start of `text`; -1 when there is none.
int UnitAt(std::string_view text) {
  if (!text.starts_with("\\u") || text.size() < 6) return -1;
  int unit = 0;
  for (const char c : text.substr(2, 4)) {
    const int digit = HexValue(c);
    if (digit < 0) return -1;
    unit = unit << 4 | digit;
  }
  return unit;
}

bool IsHighSurrogate(int unit) { return unit >= 0xD800 && unit < 0xDC00; }
bool IsLowSurrogate(int unit) { return unit >= 0xDC00 && unit < 0xE000; }

// The length of the character at the start of `text`, or 0 - n when its first n bytes are the
// longest start of one that is not complete (https://encoding.spec.whatwg.org/#utf-8-decoder).
int CharacterAt(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first < 0xC2 || first > 0xF4) return -1;
  const int length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  for (int i = 1; i < length; ++i) {
    unsigned low = 0x80, high = 0xBF;
    if (i == 1) {
      if (first == 0xE0) low = 0xA0;
      if (first == 0xED) high = 0x9F;
      if (first == 0xF0) low = 0x90;
      if (first == 0xF4) high = 0x8F;
    }
    if (static_cast<size_t>(i) >= text.size()) return -i;
    if (byte(static_cast<size_t>(i)) < low || byte(static_cast<size_t>(i)) > high) return -i;
  }
  return length;
}

// Calls `bad` for each piece that is no character, with its place.
template <typename Good, typename Bad>
void EachCharacter(std::string_view text, Good good, Bad bad) {
  size_t at = 0, start = 0;
  while (at < text.size()) {
    const int length = CharacterAt(text.substr(at));
    if (length > 0) {
      at += static_cast<size_t>(length);
      continue;
    }
    good(text.substr(start, at - start));
    if (!bad()) return;
    at += static_cast<size_t>(-length);
    start = at;
  }
  good(text.substr(start));
}

}  // namespace

bool IsUtf8(std::string_view text) {
  bool valid = true;
  EachCharacter(
      text, [](std::string_view) {}, [&] { return valid = false; });
  return valid;
}

void AppendJsonString(std::string& out, std::string_view text) {
  out += '"';
  EachCharacter(
      text, [&](std::string_view good) { AppendJsonEscaped(out, good); },
      [&] {
        out += "\xEF\xBF\xBD";
        return true;
      });
  out += '"';
}

std::string JsonString(std::string_view text) {
  std::string out;
  AppendJsonString(out, text);
  return out;
}

size_t JsonStringBytes(std::string_view text) {
  size_t bytes = 2;
  EachCharacter(
      text,
      [&](std::string_view good) {
        for (const char c : good) {
          const bool pair = c == '"' || c == '\\' || c == '\n' || c == '\r' || c == '\t';
          bytes += pair ? 2 : static_cast<unsigned char>(c) < 0x20 ? 6 : 1;
        }
      },
      [&] {
        bytes += 3;
        return true;
      });
  return bytes;
}

std::string_view WithoutLoneSurrogates(std::string_view text, std::string& storage) {
  bool copied = false;
  for (size_t at = text.find('\\'); at < text.size(); at = text.find('\\', at)) {
    const int unit = UnitAt(text.substr(at));
    if (unit < 0) {
      at += 2;  // an escaped backslash or quote too
      continue;
    }
    const bool is_pair = IsHighSurrogate(unit) && IsLowSurrogate(UnitAt(text.substr(at + 6)));
    if (!is_pair && (IsHighSurrogate(unit) || IsLowSurrogate(unit))) {
      if (!copied) storage.assign(text);
      copied = true;
      storage.replace(at, 6, "\\ufffd");
    }
    at += is_pair ? 12 : 6;
  }
  return copied ? std::string_view(storage) : text;
}

bool IsJson(std::string_view text) {
  std::string mended;
  return nlohmann::json::accept(WithoutLoneSurrogates(text, mended));
}

std::optional<std::string> CompactJson(std::string_view text, size_t max_bytes, bool& too_long) {
  struct Sax final : nlohmann::json_sax<nlohmann::json> {
    explicit Sax(size_t max_bytes) : writer(max_bytes) {}
    bool null() override { return writer.Literal("null"); }
    bool boolean(bool value) override { return writer.Literal(value ? "true" : "false"); }
    bool number_integer(int64_t value) override { return writer.Literal(std::to_string(value)); }
    bool number_unsigned(uint64_t value) override { return writer.Literal(std::to_string(value)); }
    bool number_float(double, const std::string& text) override { return writer.Literal(text); }
    bool string(std::string& value) override { return writer.String(value); }
    bool binary(binary_t&) override { return false; }
    bool start_object(size_t) override { return writer.Start('{'); }
    bool key(std::string& name) override { return writer.Key(name); }
    bool end_object() override { return writer.End('}'); }
    bool start_array(size_t) override { return writer.Start('['); }
    bool end_array() override { return writer.End(']'); }
    bool parse_error(size_t, const std::string&, const nlohmann::json::exception&) override {
      return false;
    }
    JsonWriter writer;
  } sax(max_bytes);
  std::string mended;
  const bool whole = nlohmann::json::sax_parse(WithoutLoneSurrogates(text, mended), &sax);
  too_long = sax.writer.too_long();
  if (!whole || too_long) return std::nullopt;
  return sax.writer.Take();
}

}  // namespace sedge::admin
