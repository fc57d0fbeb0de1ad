// SPDX-License-Identifier: Apache-2.0
#include "runtime/http/response_writer.h"

#include <charconv>
#include <cstring>
#include <string>

#include "runtime/base/ascii.h"

namespace sedge::http {
namespace {

constexpr size_t kMaxDecimalDigits = 20;
constexpr size_t kMaxHexDigits = 16;
// Everything in a head that is neither given field, reason nor date: status line, framing fields.
constexpr size_t kFixedHeadBytes = 192;

char* Put(char* at, std::string_view text) {
  std::memcpy(at, text.data(), text.size());
  return at + text.size();
}

// The fields that belong to the connection, not to the message. Told apart by length first.
bool IsConnectionField(std::string_view name) {
  switch (name.size()) {
    case 7: return EqualsIgnoreCase(name, "upgrade") || EqualsIgnoreCase(name, "trailer");
    case 10: return EqualsIgnoreCase(name, "connection") || EqualsIgnoreCase(name, "keep-alive");
    case 14: return EqualsIgnoreCase(name, "content-length");
    case 16: return EqualsIgnoreCase(name, "proxy-connection");
    case 17: return EqualsIgnoreCase(name, "transfer-encoding");
    default: return false;
  }
}

bool IsNumber(std::string_view text) {
  for (char c : text) {
    if (!IsAsciiDigit(c)) return false;
  }
  return !text.empty() && text.size() < kMaxDecimalDigits;  // what every client can hold
}

// The field's text as it may stand in an error message.
std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (char c : text) quoted += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
  return quoted + "\"";
}

Status CheckHead(const ResponseHead& head, size_t* field_bytes) {
  if (head.status < 200 || head.status > 999) {
    return InvalidArgument("the response status " + std::to_string(head.status) +
                           " is outside 200 to 999");
  }
  if (!head.reason.empty() && !IsFieldValue(head.reason)) {
    return InvalidArgument("the response's reason phrase has a control character: " +
                           Quoted(head.reason));
  }
  size_t bytes = 0;
  for (const HeaderField& field : head.headers) {
    bytes += field.name.size() + field.value.size() + 4;
    if (head.headers_are_good) continue;
    if (!IsToken(field.name)) {
      return InvalidArgument("the response header name " + Quoted(field.name) + " is no token");
    }
    if (!IsFetchFieldValue(field.value)) {
      return InvalidArgument("the value of the response header " + Quoted(field.name) +
                             " has a NUL, CR or LF: " + Quoted(field.value));
    }
  }
  *field_bytes = bytes;
  return OkStatus();
}

// Decides framing->body and whether the connection can go on.
void ChooseFraming(int status, ResponseFraming* framing) {
  if (framing->head_request || status == 204 || status == 205 || status == 304) {
    framing->body = BodyFraming::kNone;
  } else if (framing->length) {
    framing->body = BodyFraming::kLength;
  } else if (framing->minor_version == 1) {
    framing->body = BodyFraming::kChunked;
  } else {
    framing->body = BodyFraming::kUntilClose;
    framing->keep_alive = false;
  }
}

// `head_length` is the Content-Length that the handler gave for a response to HEAD, or "".
char* PutFraming(char* at, int status, const ResponseFraming& framing,
                 std::string_view head_length) {
  std::optional<uint64_t> length;
  if (status == 205) {
    length = 0;
  } else if (framing.body == BodyFraming::kLength ||
             (framing.head_request && status != 204 && status != 304)) {
    length = framing.length;
  }
  if (!head_length.empty() && status != 204 && status != 205) {
    at = Put(Put(Put(at, "Content-Length: "), head_length), "\r\n");
  } else if (length) {
    at = Put(at, "Content-Length: ");
    at = Put(std::to_chars(at, at + kMaxDecimalDigits, *length).ptr, "\r\n");
  } else if (framing.body == BodyFraming::kChunked) {
    at = Put(at, "Transfer-Encoding: chunked\r\n");
  }
  if (!framing.keep_alive) {
    at = Put(at, "Connection: close\r\n");
  } else if (framing.minor_version == 0) {
    at = Put(at, "Connection: keep-alive\r\n");
  }
  return at;
}

}  // namespace

Status WriteResponseHead(const ResponseHead& head, std::string_view date, ResponseFraming* framing,
                         OutputBuffer* out) {
  size_t field_bytes = 0;
  SEDGE_RETURN_IF_ERROR(CheckHead(head, &field_bytes));
  ChooseFraming(head.status, framing);
  const std::string_view reason = head.reason.empty() ? ReasonPhrase(head.status) : head.reason;

  char* at = out->Reserve(kFixedHeadBytes + reason.size() + date.size() + field_bytes);
  at = Put(at, "HTTP/1.1 ");
  *at++ = static_cast<char>('0' + head.status / 100);
  *at++ = static_cast<char>('0' + head.status / 10 % 10);
  *at++ = static_cast<char>('0' + head.status % 10);
  *at++ = ' ';
  at = Put(Put(at, reason), "\r\n");

  bool has_date = false;
  std::string_view head_length;
  for (const HeaderField& field : head.headers) {
    if (IsConnectionField(field.name)) {
      if (framing->head_request && field.name.size() == 14 && IsNumber(field.value)) {
        head_length = field.value;
      }
      continue;
    }
    has_date |= field.name.size() == 4 && EqualsIgnoreCase(field.name, "date");
    at = Put(Put(Put(Put(at, field.name), ": "), field.value), "\r\n");
  }
  if (!has_date) at = Put(Put(Put(at, "Date: "), date), "\r\n");
  at = PutFraming(at, head.status, *framing, head_length);
  out->Commit(Put(at, "\r\n"));
  return OkStatus();
}

void WriteChunkSize(uint64_t size, OutputBuffer* out) {
  char* at = out->Reserve(kMaxHexDigits + 2);
  out->Commit(Put(std::to_chars(at, at + kMaxHexDigits, size, 16).ptr, "\r\n"));
}

}  // namespace sedge::http
