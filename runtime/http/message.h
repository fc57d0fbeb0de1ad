// SPDX-License-Identifier: Apache-2.0
// The heads of HTTP messages as structs of views. Values are bytes as on the wire (Latin-1 when
// they become strings). Who made a head says how long its views live.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace sedge::http {

struct HeaderField {
  std::string_view name;   // as received; compare without case
  std::string_view value;  // without surrounding white space
};

struct RequestHead {
  std::string_view method;
  std::string_view target;  // as received: origin-form, absolute-form, authority-form or "*"
  std::string_view host;    // of the absolute-form target, else the Host header; "" in HTTP/1.0
  std::string_view path;    // path and query of the target, always starting with "/" ("*" for "*")
  std::span<const HeaderField> headers;
  int minor_version = 1;  // HTTP/1.x
  bool tls = false;       // the client came over https, to this server or to a trusted proxy
  bool has_body = false;  // chunked, or a Content-Length above zero
  std::optional<uint64_t> content_length;

  // The first field of that name, or nullptr. `name` in any case.
  const HeaderField* Find(std::string_view name) const;
};

struct ResponseHead {
  int status = 200;
  std::string_view reason;  // "" means the standard phrase
  std::span<const HeaderField> headers;
  // The headers are constants of ours: names and values are good, and none is the connection's.
  bool headers_are_good = false;

  const HeaderField* Find(std::string_view name) const;
};

// RFC 9112 section 7.1: the end of a chunked body.
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";

// RFC 9110 section 5.6.2: what a method and a field name are made of.
inline constexpr std::array<bool, 256> kTokenBytes = [] {
  std::array<bool, 256> table{};
  for (int c = '0'; c <= '9'; ++c) table[c] = true;
  for (int c = 'A'; c <= 'Z'; ++c) table[c] = table[c + ('a' - 'A')] = true;
  for (const char c : std::string_view("!#$%&'*+-.^_`|~")) table[static_cast<int>(c)] = true;
  return table;
}();
inline bool IsTokenByte(char c) { return kTokenBytes[static_cast<unsigned char>(c)]; }
bool IsToken(std::string_view text);
// RFC 9110 section 5.5: no NUL, CR, LF or other control but HTAB; no surrounding white space
// needed.
bool IsFieldValue(std::string_view text);
// What the Fetch standard lets a value be: no NUL, CR or LF
// (https://fetch.spec.whatwg.org/#header-value). The same section of RFC 9110 lets recipients keep
// other controls, which do no harm; what a worker sends and gets may have them.
bool IsFetchFieldValue(std::string_view text);
// The standard phrase of a status code, or "".
std::string_view ReasonPhrase(int status);

}  // namespace sedge::http
