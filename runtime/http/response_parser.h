// SPDX-License-Identifier: Apache-2.0
// ResponseParser: bytes of an HTTP/1.x connection -> one response at a time, with the framing rules
// of RFC 9112 section 6. Pure: no I/O and no callbacks; the caller pushes bytes and takes what they
// completed. Not tied to a thread; not movable.
//
// Most responses have a plain head that comes whole: that is split here (TakePlainHead), and bodies
// behind it are counted. Everything else goes through llhttp: heads in pieces, interim responses,
// transfer codings, and whatever is odd or wrong.
#pragma once

#include <llhttp.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/base/bytes.h"
#include "runtime/base/status.h"
#include "runtime/http/header_list.h"

namespace sedge::http {

// The head of a final (not 1xx) response, as owned strings.
struct ParsedResponseHead {
  int status = 0;
  int minor_version = 1;
  std::string reason;
  HeaderList headers;  // names in lower case
};

class ResponseParser {
 public:
  // Interim (1xx) responses before the final one.
  static constexpr int kMaxInterimResponses = 16;

  struct Limits {
    // Status line and fields, those of interim responses included; also the trailers, and chunk
    // extensions.
    size_t head_bytes = 64u << 10;
    size_t header_count = 128;
  };
  enum class Framing : uint8_t { kNone, kLength, kChunked, kUntilClose };

  explicit ResponseParser(const Limits& limits) : limits_(limits) { Start(false); }
  ResponseParser(const ResponseParser&) = delete;
  ResponseParser& operator=(const ResponseParser&) = delete;

  // Makes ready for the next response. `to_head`: it answers HEAD and so has no body.
  void Start(bool to_head);

  // Body bytes of one Push in one block: a view of what was pushed, or of `own` where the pieces of
  // several chunks had to be joined.
  struct Body {
    ByteSpan bytes;
    Bytes own;
  };

  // Parses. REQUIRES: TakeBody() was called after the previous Push that had body bytes; no failure
  // so far. Bytes after the response's end are not read; see has_excess().
  Status Push(ByteSpan data);
  // The connection ended. Completes a body that ends with it; else fails.
  Status Finish();

  // True from the Push on that completed the head.
  bool head_done() const { return head_done_; }
  // REQUIRES: head_done(). Once.
  ParsedResponseHead TakeHead() { return std::move(head_); }
  // The body bytes of the last Push.
  Body TakeBody();
  bool complete() const { return complete_; }
  // REQUIRES: head_done().
  Framing framing() const { return framing_; }
  // The body's length, when the head says it (0 for responses without a body).
  std::optional<uint64_t> body_length() const { return body_length_; }
  // REQUIRES: complete(). The connection may carry another exchange.
  bool keep_alive() const { return keep_alive_ && !excess_; }
  // Bytes followed the response's end: nobody asked for them, so the connection is of no more use.
  bool has_excess() const { return excess_; }
  // Seconds of the response's "Keep-Alive: timeout=N", after which the server closes.
  std::optional<uint32_t> keep_alive_seconds() const { return keep_alive_seconds_; }

 private:
  struct Hooks;  // llhttp's callbacks

  int Fail(Status why);
  bool Count(size_t bytes);
  int OnHeaderName(std::string_view part);
  int OnHeaderValue(std::string_view part);
  void EndField();
  int OnHeadersComplete();
  void BeginMessage();
  void BeginLlhttp();
  // The bytes of a plain head at the front of `data`, which is then done; 0: it is none, and
  // nothing was done.
  size_t TakePlainHead(std::string_view data);
  std::optional<size_t> TakePlainStatusLine(std::string_view data);
  std::optional<size_t> TakePlainFields(std::string_view data, size_t at);
  bool AddPlainField(std::string_view name, std::string_view value);
  void PushPlainBody(ByteSpan data);
  Status Execute(ByteSpan data);
  size_t ScanHead(ByteSpan data, const char*& problem);
  int OnBody(const char* at, size_t size);
  Status CheckFields();
  Status DecideFraming();

  // Responses have about so many fields: room is made for them at once.
  static constexpr size_t kExpectedHeaders = 16;
  static constexpr size_t kExpectedBlockBytes = 512;

  Limits limits_;
  llhttp_t llhttp_;  // of Reader::kLlhttp
  ParsedResponseHead head_;
  Status failure_;
  Body body_;
  const char* push_end_ = nullptr;
  uint64_t received_ = 0;     // of the body
  size_t section_bytes_ = 0;  // of the heads, or of what frames the body
  size_t pushed_head_bytes_ = 0;
  std::optional<uint64_t> body_length_;
  std::optional<uint32_t> keep_alive_seconds_;
  int interim_count_ = 0;
  Framing framing_ = Framing::kNone;
  bool to_head_ = false;
  // Where in a head's lines the next byte stands; see ScanHead.
  enum class Line : uint8_t { kStatus, kStart, kInside, kCr, kLastCr, kHeadEnd };
  Line line_ = Line::kStatus;
  // Who reads the response: decided by its first bytes.
  enum class Reader : uint8_t { kUndecided, kPlain, kLlhttp };
  Reader reader_ = Reader::kUndecided;
  bool in_value_ = false;
  bool in_field_ = false;  // one that is in head_.headers and did not end
  bool head_done_ = false;
  bool complete_ = false;
  bool keep_alive_ = false;
  bool excess_ = false;
};

}  // namespace sedge::http
