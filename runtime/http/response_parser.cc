// SPDX-License-Identifier: Apache-2.0
#include "runtime/http/response_parser.h"

#include <cstring>
#include <utility>

#include "runtime/base/ascii.h"
#include "runtime/base/check.h"
#include "runtime/http/control_scan.h"
#include "runtime/http/message.h"

namespace sedge::http {
namespace {

// A field value as an error message may show it.
std::string Shown(std::string_view text) {
  constexpr size_t kMaxShown = 80;
  std::string shown = "\"";
  for (char c : text.substr(0, kMaxShown)) {
    shown += c >= 0x20 && c < 0x7f ? c : '?';
  }
  return shown + (text.size() > kMaxShown ? "...\"" : "\"");
}

bool ParseDecimal(std::string_view text, uint64_t max, uint64_t* value) {
  if (text.empty()) return false;
  uint64_t number = 0;
  for (char c : text) {
    if (!IsAsciiDigit(c)) return false;
    const uint64_t digit = static_cast<uint64_t>(c - '0');
    if (number > (max - digit) / 10) return false;
    number = number * 10 + digit;
  }
  *value = number;
  return true;
}

// RFC 2068 section 19.7.1.1: "timeout=5, max=100".
std::optional<uint32_t> ParseKeepAliveSeconds(std::string_view value) {
  while (!value.empty()) {
    const size_t comma = value.find(',');
    const std::string_view item = Trim(value.substr(0, comma));
    const size_t equals = item.find('=');
    uint64_t seconds = 0;
    if (equals != std::string_view::npos &&
        EqualsIgnoreCase(Trim(item.substr(0, equals)), "timeout") &&
        ParseDecimal(Trim(item.substr(equals + 1)), UINT32_MAX, &seconds)) {
      return static_cast<uint32_t>(seconds);
    }
    value = comma == std::string_view::npos ? std::string_view() : value.substr(comma + 1);
  }
  return std::nullopt;
}

ResponseParser* Self(llhttp_t* parser) { return static_cast<ResponseParser*>(parser->data); }

}  // namespace

struct ResponseParser::Hooks {
  llhttp_settings_t settings;

  Hooks() {
    llhttp_settings_init(&settings);
    settings.on_message_begin = [](llhttp_t* p) {
      Self(p)->BeginMessage();
      return 0;
    };
    settings.on_status = [](llhttp_t* p, const char* at, size_t size) {
      ResponseParser* self = Self(p);
      if (!self->Count(size)) return static_cast<int>(HPE_USER);
      self->head_.reason.append(at, size);
      return 0;
    };
    settings.on_header_field = [](llhttp_t* p, const char* at, size_t size) {
      return Self(p)->OnHeaderName({at, size});
    };
    settings.on_header_field_complete = [](llhttp_t* p) {
      Self(p)->in_value_ = true;
      return 0;
    };
    settings.on_header_value = [](llhttp_t* p, const char* at, size_t size) {
      return Self(p)->OnHeaderValue({at, size});
    };
    settings.on_headers_complete = [](llhttp_t* p) { return Self(p)->OnHeadersComplete(); };
    settings.on_chunk_extension_name =
        settings.on_chunk_extension_value = [](llhttp_t* p, const char*, size_t size) {
          return Self(p)->Count(size) ? 0 : static_cast<int>(HPE_USER);
        };
    settings.on_body = [](llhttp_t* p, const char* at, size_t size) {
      return Self(p)->OnBody(at, size);
    };
    settings.on_message_complete = [](llhttp_t* p) {
      ResponseParser* self = Self(p);
      if (!self->head_done_) {  // an interim response: another head follows
        self->line_ = Line::kStatus;
        return 0;
      }
      self->complete_ = true;
      self->keep_alive_ = llhttp_should_keep_alive(p) != 0;
      return static_cast<int>(HPE_PAUSED);
    };
  }
};

void ResponseParser::Start(bool to_head) {
  to_head_ = to_head;
  reader_ = Reader::kUndecided;
  interim_count_ = 0;
  failure_ = Status();
  body_ = {};
  received_ = 0;
  section_bytes_ = pushed_head_bytes_ = 0;
  complete_ = keep_alive_ = excess_ = false;
  line_ = Line::kStatus;
  BeginMessage();
}

void ResponseParser::BeginLlhttp() {
  static const Hooks hooks;
  reader_ = Reader::kLlhttp;
  llhttp_init(&llhttp_, HTTP_RESPONSE, &hooks.settings);
  llhttp_.data = this;
  llhttp_set_lenient_headers(&llhttp_, 1);  // values with controls are judged by CheckFields
}

void ResponseParser::BeginMessage() {
  head_ = ParsedResponseHead();
  body_length_.reset();
  keep_alive_seconds_.reset();
  framing_ = Framing::kNone;
  in_value_ = true;
  in_field_ = false;
  head_done_ = false;
}

Status ResponseParser::Push(ByteSpan data) {
  SEDGE_CHECK(body_.bytes.empty());
  if (!failure_.ok()) return failure_;
  if (complete_) {
    excess_ |= !data.empty();
    return OkStatus();
  }
  if (reader_ == Reader::kUndecided && !data.empty()) {
    const size_t taken = TakePlainHead(AsText(data));
    data = data.subspan(taken);
    if (taken == 0) BeginLlhttp();
  }
  if (reader_ == Reader::kPlain) {
    PushPlainBody(data);
    return OkStatus();
  }
  while (!data.empty()) {
    // A head by itself: after an interim response the next one is looked through as the first was.
    ByteSpan piece = data;
    if (!head_done_) {
      const char* problem = nullptr;
      piece = data.first(ScanHead(data, problem));
      if (problem) {
        Fail(IoError(std::string("malformed response: ") + problem));
        return failure_;
      }
    }
    SEDGE_RETURN_IF_ERROR(Execute(piece));
    if (complete_) {
      excess_ |= piece.size() < data.size();
      return OkStatus();
    }
    data = data.subspan(piece.size());
  }
  return OkStatus();
}

Status ResponseParser::Execute(ByteSpan data) {
  const char* begin = reinterpret_cast<const char*>(data.data());
  push_end_ = begin + data.size();
  const llhttp_errno_t error = llhttp_execute(&llhttp_, begin, data.size());
  if (!failure_.ok()) return failure_;
  if (error == HPE_PAUSED && complete_) {
    excess_ = llhttp_get_error_pos(&llhttp_) < push_end_;
    return OkStatus();
  }
  if (error != HPE_OK) {
    const char* reason = llhttp_get_error_reason(&llhttp_);
    Fail(IoError(std::string("malformed response: ") +
                 (reason && *reason ? reason : llhttp_errno_name(error))));
    return failure_;
  }
  if (!head_done_) {
    // Also bounds what no callback sees, such as empty lines before the status line.
    pushed_head_bytes_ += data.size();
    if (pushed_head_bytes_ > limits_.head_bytes) Count(limits_.head_bytes + 1);
  }
  return failure_;
}

// Looks for what lenient reading of field values lets through, up to the end of the head, and gives
// the number of bytes that it looked through. llhttp 9 refuses obs-fold and llhttp 8 takes it:
// refused here, as a gateway may (RFC 9112 section 5.2).
size_t ResponseParser::ScanHead(ByteSpan data, const char*& problem) {
  if (line_ == Line::kHeadEnd) line_ = Line::kStatus;  // empty lines before the status line
  for (size_t i = 0; i < data.size(); ++i) {
    // Inside of a line only controls matter.
    if (line_ == Line::kStatus || line_ == Line::kInside) {
      i = FindControl(AsText(data).data(), i, data.size());
      if (i == data.size()) break;
    }
    const char c = static_cast<char>(data[i]);
    switch (line_) {
      case Line::kStart:
        if (c == ' ' || c == '\t') {
          problem = "a header field is folded over lines (RFC 9112 section 5.2)";
          return i;
        }
        if (c == '\n') {
          problem = "the head's last line ends without a CR";
          return i;
        }
        line_ = c == '\r' ? Line::kLastCr : Line::kInside;
        break;
      case Line::kStatus:
        if (c == '\n') line_ = Line::kStart;
        break;
      case Line::kInside:
        if (c == '\n') {
          problem = "a header field's line ends without a CR";
          return i;
        }
        if (c == '\r') line_ = Line::kCr;
        break;
      case Line::kCr:
        if (c != '\n') {
          problem = "a header field's value has a CR";
          return i;
        }
        line_ = Line::kStart;
        break;
      case Line::kLastCr:
      case Line::kHeadEnd: line_ = Line::kHeadEnd; break;
    }
    if (line_ == Line::kHeadEnd) return i + 1;
  }
  return data.size();
}

Status ResponseParser::Finish() {
  if (!failure_.ok()) return failure_;
  if (complete_) return OkStatus();
  if (head_done_ && framing_ == Framing::kUntilClose) {
    complete_ = true;
    keep_alive_ = false;
    return OkStatus();
  }
  if (!head_done_) {
    Fail(Unavailable("the connection was closed before the response's head was complete"));
  } else {
    const std::string came = std::to_string(received_);
    Fail(Unavailable("the connection was closed before the response's body was complete: " +
                     (body_length_ ? came + " of the " + std::to_string(*body_length_) +
                                         " bytes came that its Content-Length says"
                                   : "its last chunk is missing, after " + came + " bytes")));
  }
  return failure_;
}

ResponseParser::Body ResponseParser::TakeBody() { return std::exchange(body_, {}); }

int ResponseParser::Fail(Status why) {
  if (failure_.ok()) failure_ = std::move(why);
  return HPE_USER;
}

bool ResponseParser::Count(size_t bytes) {
  section_bytes_ += bytes;
  if (section_bytes_ <= limits_.head_bytes) return true;
  Fail(
      ResourceExhausted(std::string(head_done_ ? "the trailers and chunk extensions" : "the head") +
                        " of the response exceed the limit of " +
                        std::to_string(limits_.head_bytes) + " bytes (limits.client_head_bytes)"));
  return false;
}

int ResponseParser::OnHeaderName(std::string_view part) {
  if (!Count(part.size())) return HPE_USER;
  if (head_done_) return 0;  // trailers are dropped
  if (in_value_) {
    in_value_ = false;
    if (head_.headers.size() == limits_.header_count) {
      return Fail(ResourceExhausted("the response has more than " +
                                    std::to_string(limits_.header_count) +
                                    " header fields (limits.client_header_count)"));
    }
    if (head_.headers.empty()) head_.headers.Reserve(kExpectedHeaders, kExpectedBlockBytes);
    EndField();
    head_.headers.Begin();
    in_field_ = true;
  }
  head_.headers.AppendName(part);
  return 0;
}

int ResponseParser::OnHeaderValue(std::string_view part) {
  if (!Count(part.size())) return HPE_USER;
  if (!head_done_) head_.headers.AppendValue(part);
  return 0;
}

void ResponseParser::EndField() {
  if (std::exchange(in_field_, false)) head_.headers.End();
}

int ResponseParser::OnHeadersComplete() {
  constexpr int kSkipBody = 1;
  EndField();
  head_.status = llhttp_get_status_code(&llhttp_);
  head_.minor_version = llhttp_get_http_minor(&llhttp_);
  if (llhttp_get_http_major(&llhttp_) != 1) {
    return Fail(IoError("malformed response: its version is not HTTP/1.x"));
  }
  if (head_.status < 100 || head_.status > 599) {
    return Fail(IoError("malformed response: status " + std::to_string(head_.status) +
                        " is not in 100..599"));
  }
  if (head_.status == 101) {
    return Fail(IoError("the server switched protocols (101) without having been asked to"));
  }
  if (head_.status < 200) {
    if (++interim_count_ > kMaxInterimResponses) {
      return Fail(ResourceExhausted("more than " + std::to_string(kMaxInterimResponses) +
                                    " interim (1xx) responses"));
    }
    return kSkipBody;
  }
  if (Status status = CheckFields(); !status.ok()) return Fail(std::move(status));
  if (Status status = DecideFraming(); !status.ok()) return Fail(std::move(status));
  head_done_ = true;
  section_bytes_ = 0;
  return framing_ == Framing::kNone ? kSkipBody : 0;
}

Status ResponseParser::CheckFields() {
  if (!IsFieldValue(head_.reason)) return IoError("malformed response: invalid reason phrase");
  for (const auto [name, value] : head_.headers) {
    if (!IsToken(name)) return IoError("malformed response: invalid header name " + Shown(name));
    if (!IsFetchFieldValue(value)) {
      return IoError("malformed response: invalid value of header " + Shown(name) + ": " +
                     Shown(value));
    }
  }
  return OkStatus();
}

// RFC 9112 section 6.3, strict where it leaves a choice: a message that two readers could cut at
// different places is an error.
Status ResponseParser::DecideFraming() {
  std::optional<std::string_view> transfer_encoding, content_length;
  for (const auto [name, value] : head_.headers) {
    if (name == "transfer-encoding") {
      if (transfer_encoding) return IoError("malformed response: two Transfer-Encoding fields");
      transfer_encoding = value;
    } else if (name == "content-length") {
      if (content_length && *content_length != value) {
        return IoError("malformed response: Content-Length is both " + Shown(*content_length) +
                       " and " + Shown(value));
      }
      content_length = value;
    } else if (name == "keep-alive") {
      keep_alive_seconds_ = ParseKeepAliveSeconds(value);
    }
  }
  uint64_t length = 0;
  if (content_length && !ParseDecimal(*content_length, INT64_MAX, &length)) {
    return IoError("malformed response: invalid Content-Length " + Shown(*content_length));
  }
  if (transfer_encoding) {
    if (content_length) {
      return IoError("malformed response: both Transfer-Encoding and Content-Length");
    }
    if (head_.minor_version == 0) {
      return IoError("malformed response: Transfer-Encoding in an HTTP/1.0 response");
    }
    if (!EqualsIgnoreCase(*transfer_encoding, "chunked")) {
      return IoError("unsupported Transfer-Encoding " + Shown(*transfer_encoding) +
                     " of the response (only chunked)");
    }
  }
  if (to_head_ || head_.status == 204 || head_.status == 304) {
    framing_ = Framing::kNone;
    body_length_ = 0;
  } else if (transfer_encoding) {
    framing_ = Framing::kChunked;
  } else if (content_length) {
    framing_ = length == 0 ? Framing::kNone : Framing::kLength;
    body_length_ = length;
  } else {
    framing_ = Framing::kUntilClose;
  }
  return OkStatus();
}

int ResponseParser::OnBody(const char* at, size_t size) {
  if (size == 0) return 0;
  received_ += size;
  const ByteSpan piece(reinterpret_cast<const uint8_t*>(at), size);
  if (body_.bytes.empty()) {
    body_.bytes = piece;
    return 0;
  }
  const size_t before = body_.bytes.size();
  if (body_.own.empty()) {
    // What is left of this push bounds all body bytes that it can still bring.
    body_.own = Bytes::Allocate(before + static_cast<size_t>(push_end_ - at));
    std::memcpy(body_.own.data(), body_.bytes.data(), before);
  }
  std::memcpy(body_.own.data() + before, at, size);
  body_.bytes = body_.own.span().first(before + size);
  return 0;
}

}  // namespace sedge::http
