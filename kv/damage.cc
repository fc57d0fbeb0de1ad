// SPDX-License-Identifier: Apache-2.0
#include "kv/damage.h"

#include "kv/key_codec.h"

namespace sedge::kv {
namespace {

constexpr size_t kMaxQuotedBytes = 80;

void AppendHex(std::string& text, unsigned char byte) {
  text += "0123456789abcdef"[byte >> 4];
  text += "0123456789abcdef"[byte & 15];
}

}  // namespace

std::string QuoteKey(std::string_view key) {
  std::string text = "\"";
  for (const char c : key.substr(0, kMaxQuotedBytes)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      (text += '\\') += c;
    } else if (byte < 0x20 || byte >= 0x7f) {
      text += "\\x";
      AppendHex(text, byte);
    } else {
      text += c;
    }
  }
  return text + (key.size() > kMaxQuotedBytes ? "\"..." : "\"");
}

std::string DescribeRow(std::string_view row) {
  if (const auto parts = DecodeRowKey(row)) {
    return "namespace " + QuoteKey(parts->ns) + ", key " + QuoteKey(parts->key);
  }
  return "row " + QuoteKey(row);
}

std::string DescribeRows(const RowRange& rows) {
  if (rows.first.empty() && rows.last.empty()) return "";
  const auto first = DecodeRowKey(rows.first);
  const auto last = DecodeRowKey(rows.last);
  const std::string to = rows.ends_before_last ? " to before " : " to ";
  if (rows.first == rows.last) return DescribeRow(rows.first);
  if (first && last && first->ns == last->ns) {
    return "namespace " + QuoteKey(first->ns) + ", keys " + QuoteKey(first->key) + to +
           QuoteKey(last->key);
  }
  return (rows.first.empty() ? "the first row" : DescribeRow(rows.first)) + to +
         (rows.last.empty() ? "the last row" : DescribeRow(rows.last));
}

std::string DescribeFile(const DamagedFile& damage) {
  const std::string rows = DescribeRows(damage.rows);
  return damage.file + " " + damage.what + (rows.empty() ? "" : " (" + rows + ")");
}

std::string DescribeLost(const LostRange& lost) {
  const std::string count = lost.entries == 0   ? "whatever was in "
                            : lost.entries == 1 ? "the entry "
                                                : std::to_string(lost.entries) + " entries, ";
  return count + DescribeRows(lost.rows) + (lost.what.empty() ? "" : ": " + lost.what);
}

}  // namespace sedge::kv
