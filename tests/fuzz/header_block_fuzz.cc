// SPDX-License-Identifier: Apache-2.0
// Header blocks: any block splits into what it was made of or is refused; and whatever fields a
// head is written with, its reader finds those and no others: no value smuggles in a line.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/ascii.h"
#include "runtime/base/check.h"
#include "runtime/http/request_parser.h"
#include "runtime/http/request_writer.h"
#include "runtime/http/response_parser.h"
#include "runtime/http/response_writer.h"
#include "runtime/web/fetch/header_block.h"

using sedge::http::HeaderField;

namespace {

constexpr size_t kMuch = 1u << 20;

using Pairs = std::vector<std::pair<std::string, std::string>>;

// Without what the connection adds or drops.
Pairs Ours(const auto& fields) {
  Pairs ours;
  for (const auto& [name, value] : fields) {
    bool is_connections = false;
    for (const std::string_view other :
         {"host", "connection", "content-length", "transfer-encoding", "keep-alive",
          "proxy-connection", "upgrade", "te", "trailer", "expect", "http2-settings", "date"}) {
      is_connections |= sedge::EqualsIgnoreCase(name, other);
    }
    if (!is_connections) ours.emplace_back(sedge::AsciiLowerCopy(name), sedge::Trim(value));
  }
  return ours;
}

void CheckResponse(const std::vector<HeaderField>& fields, std::string_view reason) {
  sedge::http::OutputBuffer out;
  sedge::http::ResponseFraming framing;
  framing.length = 0;
  if (!WriteResponseHead({200, reason, fields}, "today", &framing, &out).ok()) return;
  sedge::http::ResponseParser parser({.head_bytes = kMuch, .header_count = kMuch});
  SEDGE_CHECK(parser.Push(out.span()).ok());
  SEDGE_CHECK(parser.complete() && !parser.has_excess());
  SEDGE_CHECK(Ours(parser.TakeHead().headers) == Ours(fields));
}

void CheckRequest(const std::vector<HeaderField>& fields) {
  sedge::http::ClientRequest request;
  request.method = "GET";
  request.host = "example.com";
  request.port = 80;
  request.target = "/";
  for (const HeaderField& field : fields) request.headers.Add(field.name, field.value);
  const auto written = WriteRequestHead(request);
  if (!written.ok()) return;
  const sedge::Limits limits{.head_bytes = kMuch, .header_count = kMuch};
  sedge::http::RequestParser parser(limits);
  sedge::ByteSpan input = sedge::AsBytes(written->head);
  SEDGE_CHECK(parser.Next(&input) == sedge::http::RequestParser::Event::kHead);
  SEDGE_CHECK(input.empty() && Ours(parser.head().headers) == Ours(fields));
  SEDGE_CHECK(parser.Next(&input) == sedge::http::RequestParser::Event::kEnd);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const size_t middle = std::min(input.find('\n'), size);
  const std::string_view reason = input.substr(0, middle);
  const std::string_view block = input.substr(std::min(middle + 1, size));
  std::vector<HeaderField> fields;
  if (!sedge::web::SplitHeaderBlock(block, fields)) return 0;
  std::string joined;
  for (const HeaderField& field : fields) {
    joined.append(field.name).append(1, '\0').append(field.value).append(1, '\0');
  }
  SEDGE_CHECK(joined == block);
  CheckResponse(fields, reason);
  CheckRequest(fields);
  return 0;
}
