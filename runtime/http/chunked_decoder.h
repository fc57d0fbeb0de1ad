// SPDX-License-Identifier: Apache-2.0
// ChunkedDecoder: takes the chunked transfer coding off a message body (RFC 9112 section 7.1),
// strictly: CRLF and nothing else ends a line, extensions must be well formed, trailers are checked
// and dropped. Where an intermediary might read other message borders than we do, it refuses.
// Pure: bytes in, pieces out. One thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "runtime/base/bytes.h"

namespace sedge::http {

class ChunkedDecoder {
 public:
  // Bytes of chunk extensions in a whole body.
  static constexpr size_t kMaxExtensionBytes = 16u << 10;
  // Bytes of the trailer section.
  static constexpr size_t kMaxTrailerBytes = 16u << 10;

  enum class Event : uint8_t { kNeedMore, kData, kEnd, kError };

  // Takes bytes off the front of `input` until one event. kData: data() is a view into `input`.
  // Nothing may be given after kEnd or kError but Reset().
  Event Next(ByteSpan* input);
  ByteSpan data() const { return data_; }
  // The sizes of all chunks so far, the one that comes in counted whole.
  uint64_t announced_bytes() const { return announced_bytes_; }
  // After kError: what is wrong.
  const char* error() const { return error_; }
  void Reset();

 private:
  enum class State : uint8_t { kSizeLine, kData, kDataEnd, kTrailer };
  // A whole line without its CRLF in `line`; kNeedMore, or kError.
  Event TakeLine(ByteSpan* input, size_t max_bytes, std::string_view* line);
  Event TakeSizeLine(std::string_view line);
  Event Fail(const char* why) {
    error_ = why;
    return Event::kError;
  }

  State state_ = State::kSizeLine;
  uint8_t line_end_seen_ = 0;  // of the CRLF behind a chunk's data
  uint64_t left_ = 0;          // of the chunk's data
  uint64_t announced_bytes_ = 0;
  size_t extension_bytes_ = 0;
  size_t trailer_bytes_ = 0;
  std::string line_;  // the beginning of a line that came in several pieces
  ByteSpan data_;
  const char* error_ = "";
};

}  // namespace sedge::http
