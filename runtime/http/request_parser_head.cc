// SPDX-License-Identifier: Apache-2.0
// The head of RequestParser: split into its fields, and held to RFC 9112's rules.
#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "runtime/base/ascii.h"
#include "runtime/http/host_check.h"
#include "runtime/http/request_parser.h"

namespace sedge::http {
namespace {

constexpr size_t kUsualFields = BlockAllocator<HeaderField>::kInBlock;
// How much of a bad piece of input an error text shows.
constexpr size_t kShownBytes = 40;
constexpr size_t kMaxHostBytes = 262;  // a name of 255 bytes, and a port
constexpr std::string_view kLineEnd = "\r\n";

// Methods that make sense here. CONNECT is a proxy's.
constexpr std::string_view kMethods[] = {
    "GET",        "HEAD",       "POST",  "PUT",      "DELETE", "OPTIONS",   "PATCH",
    "TRACE",      "COPY",       "LOCK",  "MKCOL",    "MOVE",   "PROPFIND",  "PROPPATCH",
    "SEARCH",     "UNLOCK",     "BIND",  "REBIND",   "UNBIND", "ACL",       "REPORT",
    "MKACTIVITY", "CHECKOUT",   "MERGE", "M-SEARCH", "NOTIFY", "SUBSCRIBE", "UNSUBSCRIBE",
    "PURGE",      "MKCALENDAR", "LINK",  "UNLINK",
};

bool IsBlank(char c) { return c == ' ' || c == '\t'; }

// The beginning of untrusted bytes as printable ASCII.
std::string Shown(std::string_view text) {
  std::string shown = "\"";
  for (char c : text.substr(0, kShownBytes)) shown += c > 0x20 && c < 0x7f ? c : '?';
  if (text.size() > kShownBytes) shown += "...";
  return shown + "\"";
}

// Calls visit(element) for each element of a comma-separated list.
template <typename Visit>
void ForEachElement(std::string_view list, Visit visit) {
  while (!list.empty()) {
    const size_t comma = std::min(list.find(','), list.size());
    visit(Trim(list.substr(0, comma)));
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
}

}  // namespace

RequestParser::Event RequestParser::ParseHead() {
  keep_alive_named_ = close_named_ = expects_continue_ = chunked_ = false;
  if (!ParseRequestLine() || !SplitFields() || !CheckFields() || !CheckTarget()) {
    return Event::kError;
  }
  keep_alive_ = !close_named_ && (head_.minor_version == 1 || keep_alive_named_);
  head_.headers = fields_;
  head_.has_body = chunked_ || body_left_ > 0;
  if (chunked_) {
    chunks_.Reset();
    state_ = State::kChunkedBody;
  } else {
    state_ = body_left_ > 0 ? State::kFixedBody : State::kEnd;
  }
  return Event::kHead;
}

// method SP request-target SP HTTP-version, with single spaces.
bool RequestParser::ParseRequestLine() {
  constexpr size_t kVersionSize = 8;
  const std::string_view line(arena_, first_line_size_);
  const size_t method_end = line.find(' ');
  const size_t target_end = line.size() - std::min(line.size(), kVersionSize + 1);
  if (method_end == std::string_view::npos || target_end <= method_end + 1 ||
      line[target_end] != ' ') {
    return Fail(400, "the request line is not METHOD TARGET HTTP/1.1: " + Shown(line));
  }
  head_.method = line.substr(0, method_end);
  head_.target = line.substr(method_end + 1, target_end - method_end - 1);
  const std::string_view version = line.substr(target_end + 1);
  if (!version.starts_with("HTTP/") || !IsAsciiDigit(version[5]) || version[6] != '.' ||
      !IsAsciiDigit(version[7])) {
    return Fail(400, "the request line does not end with an HTTP version: " + Shown(version));
  }
  if (version[5] != '1' || version[7] > '1') {
    return Fail(505, "this server speaks HTTP/1.1 and HTTP/1.0, not " + std::string(version));
  }
  head_.minor_version = version[7] - '0';
  for (const char c : head_.target) {
    // Of controls only tabs are left. Bytes above ASCII are below ' ' where char is signed, and
    // above
    // '~' where it is not.
    if (c <= ' ' || c > '~' || c == '#') {
      return Fail(400, "the request target holds a space, a tab, a fragment or a byte above ASCII");
    }
  }
  if (head_.target.size() > limits_.url_bytes) {
    return Fail(414, "the request target is longer than the limit of " +
                         std::to_string(limits_.url_bytes) + " bytes (url_bytes)");
  }
  for (const std::string_view method : kMethods) {
    if (method == head_.method) return true;
  }
  if (!IsToken(head_.method)) return Fail(400, "the method is no token: " + Shown(head_.method));
  return Fail(501, "the method " + Shown(head_.method) + " is not implemented");
}

// RFC 9112 section 5: name ":" OWS value OWS, without white space before the colon. The scan has
// seen that each line ends with CRLF, and that no other CR is there.
bool RequestParser::SplitFields() {
  fields_.clear();
  fields_.reserve(kUsualFields);
  const char* at = arena_ + first_line_size_ + kLineEnd.size();
  const char* const end = arena_ + size_ - kLineEnd.size();  // of the last field's line
  while (at < end) {
    const char* colon = at;
    while (IsTokenByte(*colon)) ++colon;
    const auto* const line_end =
        static_cast<const char*>(std::memchr(colon, '\r', static_cast<size_t>(end - colon)));
    if (colon == at || *colon != ':') {
      const std::string_view line(at, static_cast<size_t>(line_end - at));
      return Fail(
          400, line.find(':') == std::string_view::npos
                   ? "a line of the head has no colon: " + Shown(line)
                   : "a header field's name is no token: " + Shown(line.substr(0, line.find(':'))));
    }
    const char* value = colon + 1;
    const char* value_end = line_end;
    while (value < value_end && IsBlank(*value)) ++value;
    while (value < value_end && IsBlank(value_end[-1])) --value_end;
    fields_.push_back(
        {{at, static_cast<size_t>(colon - at)}, {value, static_cast<size_t>(value_end - value)}});
    at = line_end + kLineEnd.size();
  }
  return true;
}

bool RequestParser::CheckFields() {
  const HeaderField* host = nullptr;
  const HeaderField* length = nullptr;
  const HeaderField* coding = nullptr;
  for (const HeaderField& field : fields_) {
    const std::string_view name = field.name;
    const HeaderField** once = nullptr;
    if (name.size() == 4 && EqualsIgnoreCase(name, "host")) {
      once = &host;
    } else if (name.size() == 14 && EqualsIgnoreCase(name, "content-length")) {
      once = &length;
    } else if (name.size() == 17 && EqualsIgnoreCase(name, "transfer-encoding")) {
      once = &coding;
    } else if (name.size() == 10 && EqualsIgnoreCase(name, "connection")) {
      ReadConnection(field.value);
    } else if (name.size() == 6 && head_.minor_version == 1 && EqualsIgnoreCase(name, "expect")) {
      if (!EqualsIgnoreCase(field.value, "100-continue")) {
        return Fail(417, "the only expectation that is understood is 100-continue, not " +
                             Shown(field.value));
      }
      expects_continue_ = true;
    }
    if (!once) continue;
    if (*once) return Fail(400, "the header field " + Shown(name) + " comes twice");
    *once = &field;
  }
  if (!host && head_.minor_version == 1) return Fail(400, "the Host header is missing");
  if (host && (host->value.empty() || host->value != checked_host_)) {
    if (!IsHostAndPort(host->value)) {
      return Fail(400, "the Host header is no host name or address: " + Shown(host->value));
    }
    // Longer ones no name has; an idle connection shall not keep them.
    checked_host_ = host->value.size() <= kMaxHostBytes ? host->value : std::string_view();
  }
  if (host) head_.host = host->value;
  return CheckFraming(length, coding);
}

void RequestParser::ReadConnection(std::string_view value) {
  ForEachElement(value, [this](std::string_view option) {
    if (EqualsIgnoreCase(option, "close")) close_named_ = true;
    if (EqualsIgnoreCase(option, "keep-alive")) keep_alive_named_ = true;
  });
}

// RFC 9112 section 6: whoever reads message borders in another way is an attacker's tool.
bool RequestParser::CheckFraming(const HeaderField* length, const HeaderField* coding) {
  if (coding) {
    if (length) return Fail(400, "both Content-Length and Transfer-Encoding are given");
    if (head_.minor_version == 0) return Fail(400, "Transfer-Encoding is given in HTTP/1.0");
    if (!EqualsIgnoreCase(coding->value, "chunked")) {
      return Fail(400, "the only transfer coding that is understood is one \"chunked\", not " +
                           Shown(coding->value));
    }
    chunked_ = true;
  }
  if (!length) return true;
  uint64_t value = 0;
  for (char c : length->value) {
    const uint64_t next = value * 10 + static_cast<uint64_t>(c - '0');
    if (!IsAsciiDigit(c) || value > UINT64_MAX / 10 || next < value * 10) {
      return Fail(400, "Content-Length is no number: " + Shown(length->value));
    }
    value = next;
  }
  if (length->value.empty()) return Fail(400, "Content-Length is empty");
  if (value > limits_.body_bytes) {
    return Fail(413, "the body of " + std::to_string(value) +
                         " bytes is longer than the limit of " +
                         std::to_string(limits_.body_bytes) + " bytes (body_bytes)");
  }
  head_.content_length = body_left_ = value;
  return true;
}

// RFC 9112 section 3.2: origin-form, absolute-form, or "*" with OPTIONS.
bool RequestParser::CheckTarget() {
  if (head_.target[0] == '/') {
    head_.path = head_.target;
    return true;
  }
  if (head_.target == "*") {
    head_.path = "*";
    return head_.method == "OPTIONS" || Fail(400, "the target * goes with OPTIONS only");
  }
  return CheckAbsoluteTarget();
}

bool RequestParser::CheckAbsoluteTarget() {
  std::string_view rest = head_.target;
  const size_t scheme_end = rest.find("://");
  const std::string_view scheme = rest.substr(0, std::min(scheme_end, rest.size()));
  if (scheme_end == std::string_view::npos ||
      (!EqualsIgnoreCase(scheme, "http") && !EqualsIgnoreCase(scheme, "https"))) {
    return Fail(400, "the request target is neither a path nor an http URL: " + Shown(rest));
  }
  rest.remove_prefix(scheme_end + 3);
  const size_t path_start = std::min(rest.find_first_of("/?"), rest.size());
  head_.host = rest.substr(0, path_start);
  if (!IsHostAndPort(head_.host)) {
    return Fail(400, "the request target has no valid host: " + Shown(head_.host));
  }
  // It goes before the Host header's, also for whoever reads that (RFC 9112 section 3.2.2).
  for (HeaderField& field : fields_) {
    if (EqualsIgnoreCase(field.name, "host")) field.value = head_.host;
  }
  rest.remove_prefix(path_start);
  if (rest.empty()) {
    head_.path = "/";
  } else if (rest[0] == '/') {
    head_.path = rest;
  } else {
    made_path_.assign(1, '/').append(rest);  // a query without a path
    head_.path = made_path_;
  }
  return true;
}

}  // namespace sedge::http
