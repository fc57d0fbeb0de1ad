// SPDX-License-Identifier: Apache-2.0
// RequestWriter: the bytes of an HTTP/1.1 request's head, checked first, and the framing of its
// body. Pure functions; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/base/status.h"
#include "runtime/http/client.h"

namespace sedge::http {

enum class RequestFraming : uint8_t { kNone, kLength, kChunked };

struct WrittenRequest {
  std::string head;  // up to and with the empty line
  RequestFraming framing = RequestFraming::kNone;
  uint64_t body_length = 0;  // for kLength
};

// Fails with kInvalidArgument, naming the part, when the request cannot be sent as it is. Given
// header fields that belong to the connection (Host, Connection, Content-Length ...) are dropped.
Result<WrittenRequest> WriteRequestHead(const ClientRequest& request);

// "example.com", "example.com:8080", "[::1]:80": the port is left out when it is the scheme's own.
std::string HostAndPort(std::string_view host, uint16_t port, bool tls);

// RFC 9110 section 9.2.2: sending such a request twice is the same as once.
bool IsIdempotentMethod(std::string_view method);

// The line before a chunk's bytes, which kChunkEnd follows; kLastChunk is the last. REQUIRES: size > 0.
std::string ChunkHead(size_t size);
constexpr std::string_view kChunkEnd = "\r\n";

}  // namespace sedge::http
