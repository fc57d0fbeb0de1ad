// SPDX-License-Identifier: Apache-2.0
// The plain responses of ResponseParser: a head that came whole and has nothing odd in it, and a
// body that it gives the length of, or that the connection's end ends. What is not plain is left to
// llhttp, so nothing is an error here.
#include <optional>

#include "runtime/base/ascii.h"
#include "runtime/http/control_scan.h"
#include "runtime/http/message.h"
#include "runtime/http/response_parser.h"

namespace sedge::http {
namespace {

constexpr std::string_view kVersion = "HTTP/1.";
constexpr size_t kStatusEnd = 12;  // of "HTTP/1.1 200"
constexpr size_t kLineEndBytes = 2;
constexpr size_t kNowhere = std::string_view::npos;
constexpr std::string_view kLengthName = "content-length";
// Of a length that fits into 64 bits whatever its digits are.
constexpr size_t kMaxLengthDigits = 18;

bool IsBlank(char c) { return c == ' ' || c == '\t'; }

// Where the line ends that has `from` in it: at the CR of a CRLF with no control but tabs before
// it; or kNowhere.
size_t FindLineEnd(std::string_view text, size_t from) {
  size_t at = FindControl(text.data(), from, text.size());
  while (at < text.size() && text[at] == '\t') at = FindControl(text.data(), at + 1, text.size());
  const bool is_end = at + 1 < text.size() && text[at] == '\r' && text[at + 1] == '\n';
  return is_end ? at : kNowhere;
}

bool IsPlainLength(std::string_view value) {
  for (const char c : value) {
    if (!IsAsciiDigit(c)) return false;
  }
  return !value.empty() && value.size() <= kMaxLengthDigits;
}

}  // namespace

// False when it is one that llhttp has to look at.
bool ResponseParser::AddPlainField(std::string_view name, std::string_view value) {
  const auto is = [name](std::string_view known) { return EqualsIgnoreCase(name, known); };
  switch (name.size()) {
    case 10:
      if (!is("connection")) break;
      if (head_.headers.Find("connection")) return false;
      if (EqualsIgnoreCase(value, "close")) {
        keep_alive_ = false;
      } else if (!EqualsIgnoreCase(value, "keep-alive")) {
        return false;
      } else if (head_.minor_version == 0) {
        keep_alive_ = true;
      }
      break;
    case kLengthName.size():
      // DecideFraming reads it; of two, the first is not enough.
      if (is(kLengthName) && (!IsPlainLength(value) || head_.headers.Find(kLengthName))) {
        return false;
      }
      break;
    case 16:
      if (is("proxy-connection")) return false;
      break;
    case 17:
      if (is("transfer-encoding")) return false;
      break;
    default: break;
  }
  head_.headers.AddLowerCase(name, value);
  return true;
}

// Gives the line's end.
std::optional<size_t> ResponseParser::TakePlainStatusLine(std::string_view data) {
  const size_t end = FindLineEnd(data, 0);
  if (end == kNowhere || end < kStatusEnd || !data.starts_with(kVersion)) return std::nullopt;
  if ((data[7] != '0' && data[7] != '1') || data[8] != ' ') return std::nullopt;
  int status = 0;
  for (const char c : data.substr(9, 3)) {
    if (!IsAsciiDigit(c)) return std::nullopt;
    status = status * 10 + (c - '0');
  }
  if (status < 200 || status > 599) return std::nullopt;
  std::string_view reason = data.substr(kStatusEnd, end - kStatusEnd);
  if (!reason.empty()) {
    if (reason[0] != ' ') return std::nullopt;
    reason.remove_prefix(1);
    if (reason.starts_with(' ') || reason.find('\t') != kNowhere) return std::nullopt;
  }
  head_.status = status;
  head_.minor_version = data[7] - '0';
  head_.reason = reason;
  return end;
}

// The fields of `data` from `at` on, up to the empty line, whose place is given.
std::optional<size_t> ResponseParser::TakePlainFields(std::string_view data, size_t at) {
  for (;;) {
    const size_t end = FindLineEnd(data, at);
    if (end == at) return end;
    if (end == kNowhere || head_.headers.size() == limits_.header_count) return std::nullopt;
    size_t colon = at;
    while (IsTokenByte(data[colon])) ++colon;
    if (colon == at || data[colon] != ':') return std::nullopt;
    size_t from = colon + 1, to = end;
    while (from < to && IsBlank(data[from])) ++from;
    while (from < to && IsBlank(data[to - 1])) --to;
    const std::string_view name = data.substr(at, colon - at);
    // White space that llhttp does not let follow a length is left to it.
    if (to < end && name.size() == kLengthName.size()) return std::nullopt;
    if (!AddPlainField(name, data.substr(from, to - from))) return std::nullopt;
    at = end + kLineEndBytes;
  }
}

size_t ResponseParser::TakePlainHead(std::string_view data) {
  const std::optional<size_t> status_line = TakePlainStatusLine(data);
  if (!status_line) return 0;
  keep_alive_ = head_.minor_version == 1;
  head_.headers.Reserve(kExpectedHeaders, kExpectedBlockBytes);
  const std::optional<size_t> fields = TakePlainFields(data, *status_line + kLineEndBytes);
  const size_t size = fields ? *fields + kLineEndBytes : 0;
  if (!fields || size > limits_.head_bytes || !DecideFraming().ok()) {
    BeginMessage();
    keep_alive_ = false;
    return 0;
  }
  reader_ = Reader::kPlain;
  head_done_ = true;
  keep_alive_ = keep_alive_ && framing_ != Framing::kUntilClose;
  complete_ = framing_ == Framing::kNone;
  return size;
}

void ResponseParser::PushPlainBody(ByteSpan data) {
  if (complete_) {
    excess_ = !data.empty();
    return;
  }
  ByteSpan piece = data;
  if (framing_ == Framing::kLength) {
    const uint64_t left = *body_length_ - received_;
    if (left <= data.size()) {
      piece = data.first(static_cast<size_t>(left));
      complete_ = true;
      excess_ = piece.size() < data.size();
    }
  }
  received_ += piece.size();
  body_.bytes = piece;
}

}  // namespace sedge::http
