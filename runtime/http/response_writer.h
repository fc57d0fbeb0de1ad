// SPDX-License-Identifier: Apache-2.0
// Writes the head of an HTTP/1.1 response: the status line, the handler's fields after a check, and
// the fields that frame the message, which are ours alone (RFC 9112 section 6). Pure; one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "runtime/base/status.h"
#include "runtime/http/message.h"
#include "runtime/http/output_buffer.h"

namespace sedge::http {

// How the receiver finds the end of a body.
enum class BodyFraming : uint8_t { kNone, kLength, kChunked, kUntilClose };

struct ResponseFraming {
  // In: what is known.
  int minor_version = 1;  // of the request
  bool head_request = false;
  bool keep_alive = true;  // out: false when the framing needs the connection's end
  std::optional<uint64_t>
      length;  // of the body that was given; nullopt: a stream of unknown length
  // Out: kNone also where a status or HEAD forbids the body that was given.
  BodyFraming body = BodyFraming::kNone;
};

// Appends the head with its empty line to `out`. `date` is an HTTP-date, which is written unless
// the head has a Date. Fails with kInvalidArgument, `out` as before, for a status outside 200..999,
// a bad reason, or a field that is no token or no field value; the message names it.
Status WriteResponseHead(const ResponseHead& head, std::string_view date, ResponseFraming* framing,
                         OutputBuffer* out);

// The line in front of a chunk of `size` bytes, CRLF with it. Chunks end with CRLF, bodies with
// kLastChunk.
void WriteChunkSize(uint64_t size, OutputBuffer* out);

}  // namespace sedge::http
