// SPDX-License-Identifier: Apache-2.0
#include "kv/cursor.h"

#include <cstdint>
#include <optional>

#include "kv/store.h"

namespace sedge::kv {
namespace {

constexpr uint8_t kTag = 0x01;
constexpr size_t kCheckBytes = 4;
constexpr size_t kHeaderBytes = 1 + kCheckBytes;
constexpr size_t kMaxCursorChars = (kHeaderBytes + kMaxKeyBytes + 2) / 3 * 4;
constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// 32-bit FNV-1a. Finds accidents; a forged cursor can do no more than choose where a list starts.
class Check {
 public:
  // With its length, so that ("a", "bc") and ("ab", "c") differ.
  void Add(std::string_view text) {
    AddByte(static_cast<uint8_t>(text.size()));
    AddByte(static_cast<uint8_t>(text.size() >> 8));
    for (const char c : text) AddByte(static_cast<uint8_t>(c));
  }
  uint32_t value() const { return hash_; }

 private:
  void AddByte(uint8_t byte) { hash_ = (hash_ ^ byte) * 16777619u; }
  uint32_t hash_ = 2166136261u;
};

std::string Header(std::string_view ns, std::string_view prefix, std::string_view last_key) {
  Check check;
  check.Add(ns);
  check.Add(prefix);
  check.Add(last_key);
  std::string header(1, static_cast<char>(kTag));
  for (size_t i = 0; i < kCheckBytes; ++i) {
    header += static_cast<char>(check.value() >> (8 * i) & 0xff);
  }
  return header;
}

std::string ToBase64Url(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  uint32_t bits = 0;
  int bit_count = 0;
  for (const char c : bytes) {
    bits = bits << 8 | static_cast<uint8_t>(c);
    bit_count += 8;
    for (; bit_count >= 6; bit_count -= 6) text += kAlphabet[bits >> (bit_count - 6) & 63];
  }
  if (bit_count > 0) text += kAlphabet[bits << (6 - bit_count) & 63];
  return text;
}

// Refuses padding, foreign characters and bits that no encoder leaves behind.
std::optional<std::string> FromBase64Url(std::string_view text) {
  std::string bytes;
  uint32_t bits = 0;
  int bit_count = 0;
  for (const char c : text) {
    const size_t digit = kAlphabet.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    bits = bits << 6 | static_cast<uint32_t>(digit);
    bit_count += 6;
    if (bit_count < 8) continue;
    bit_count -= 8;
    bytes += static_cast<char>(bits >> bit_count & 0xff);
  }
  if (bit_count == 6 || (bits & ((1u << bit_count) - 1)) != 0) return std::nullopt;
  return bytes;
}

}  // namespace

std::string EncodeCursor(std::string_view ns, std::string_view prefix, std::string_view last_key) {
  std::string bytes = Header(ns, prefix, last_key);
  bytes += last_key;
  return ToBase64Url(bytes);
}

Result<std::string> DecodeCursor(std::string_view ns, std::string_view prefix,
                                 std::string_view cursor) {
  const Status invalid = InvalidArgument(
      "the list cursor is damaged or belongs to another namespace or prefix; pass the cursor of "
      "the page before unchanged, with the same prefix");
  if (cursor.size() > kMaxCursorChars) return invalid;
  std::optional<std::string> bytes = FromBase64Url(cursor);
  if (!bytes || bytes->size() <= kHeaderBytes) return invalid;
  std::string last_key = bytes->substr(kHeaderBytes);
  if (!last_key.starts_with(prefix)) return invalid;
  if (bytes->compare(0, kHeaderBytes, Header(ns, prefix, last_key)) != 0) return invalid;
  return last_key;
}

}  // namespace sedge::kv
