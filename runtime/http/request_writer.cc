// SPDX-License-Identifier: Apache-2.0
#include "runtime/http/request_writer.h"

#include <charconv>
#include <cstring>
#include <utility>

#include "runtime/base/ascii.h"
#include "runtime/base/check.h"
#include "runtime/http/message.h"

namespace sedge::http {
namespace {

// RFC 9110 section 7.6.1 and what frames the message: the connection's own. Told apart by length
// first.
bool IsConnectionField(std::string_view name) {
  const auto is = [name](std::string_view field) { return EqualsIgnoreCase(name, field); };
  switch (name.size()) {
    case 2: return is("te");
    case 4: return is("host");
    case 6: return is("expect");
    case 7: return is("upgrade") || is("trailer");
    case 10: return is("connection") || is("keep-alive");
    case 14: return is("content-length") || is("http2-settings");
    case 16: return is("proxy-connection");
    case 17: return is("transfer-encoding");
    default: return false;
  }
}

std::string Shown(std::string_view text) {
  constexpr size_t kMaxShown = 80;
  std::string shown = "\"";
  for (char c : text.substr(0, kMaxShown)) shown += c >= 0x20 && c != 0x7f ? c : '?';
  return shown + (text.size() > kMaxShown ? "...\"" : "\"");
}

// What is neither request line, host nor field: the version, the framing field, ends of lines.
constexpr size_t kFixedHeadBytes = 80;
// Around a field's name and value.
constexpr size_t kFieldBytes = 4;

// The bytes that the fields take at most; or what is wrong with one.
Result<size_t> CheckFields(const HeaderList& headers, bool are_good) {
  size_t bytes = 0;
  for (const auto [name, value] : headers) {
    bytes += name.size() + value.size() + kFieldBytes;
    if (are_good) continue;
    if (!IsToken(name)) return InvalidArgument("invalid header name " + Shown(name));
    if (!IsFetchFieldValue(value)) {
      return InvalidArgument("invalid value of header " + Shown(name) + ": " + Shown(value));
    }
  }
  return bytes;
}

char* Put(char* at, std::string_view text) {
  std::memcpy(at, text.data(), text.size());
  return at + text.size();
}

// What may stand in a request line or a Host field without ending it.
bool IsVisible(std::string_view text) {
  for (char c : text) {
    if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7f) return false;
  }
  return !text.empty();
}

Status CheckLine(const ClientRequest& request) {
  if (!IsToken(request.method)) {
    return InvalidArgument("invalid request method " + Shown(request.method));
  }
  if (request.method == "CONNECT") {
    return InvalidArgument("the method CONNECT cannot be sent: it makes tunnels, not responses");
  }
  if (!IsVisible(request.target) || (request.target[0] != '/' && request.target != "*")) {
    return InvalidArgument("invalid request target " + Shown(request.target) +
                           " (a path without white space or control characters is expected)");
  }
  if (!IsVisible(request.host) || request.host.find_first_of("/?#@[]\\") != std::string::npos) {
    return InvalidArgument("invalid host " + Shown(request.host));
  }
  return OkStatus();
}

}  // namespace

Result<WrittenRequest> WriteRequestHead(const ClientRequest& request) {
  SEDGE_RETURN_IF_ERROR(CheckLine(request));
  WrittenRequest written;
  SEDGE_ASSIGN_OR_RETURN(const size_t field_bytes,
                         CheckFields(request.headers, request.headers_are_good));
  const std::string host = HostAndPort(request.host, request.port, request.tls);
  std::string& head = written.head;
  head.resize(request.method.size() + request.target.size() + host.size() + field_bytes +
              kFixedHeadBytes);
  char* at = Put(Put(Put(head.data(), request.method), " "), request.target);
  at = Put(Put(Put(at, " HTTP/1.1\r\nHost: "), host), "\r\n");
  for (const auto [name, value] : request.headers) {
    if (IsConnectionField(name)) continue;
    at = Put(Put(Put(Put(at, name), ": "), value), "\r\n");
  }
  head.resize(static_cast<size_t>(at - head.data()));
  const std::optional<uint64_t> length =
      request.body ? request.body->length() : std::optional<uint64_t>(0);
  if (!length) {
    written.framing = RequestFraming::kChunked;
    head.append("Transfer-Encoding: chunked\r\n");
  } else if (request.body || request.method == "POST" || request.method == "PUT") {
    // Without a body, a method that usually has one says so (RFC 9110 section 8.6).
    if (*length > 0) written.framing = RequestFraming::kLength;
    written.body_length = *length;
    head.append("Content-Length: ").append(std::to_string(*length)).append("\r\n");
  }
  head.append("\r\n");
  return written;
}

std::string HostAndPort(std::string_view host, uint16_t port, bool tls) {
  std::string text;
  if (host.find(':') != std::string_view::npos) {
    text.append("[").append(host).append("]");
  } else {
    text.append(host);
  }
  if (port != (tls ? 443 : 80)) text.append(":").append(std::to_string(port));
  return text;
}

bool IsIdempotentMethod(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "TRACE" ||
         method == "PUT" || method == "DELETE";
}

std::string ChunkHead(size_t size) {
  SEDGE_CHECK(size > 0);
  char digits[sizeof size * 2];
  const auto end = std::to_chars(digits, digits + sizeof digits, size, 16).ptr;
  return std::string(digits, end).append("\r\n");
}

}  // namespace sedge::http
