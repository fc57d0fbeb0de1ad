// SPDX-License-Identifier: Apache-2.0
// The request parser must give the same events however the bytes are cut. The first byte chooses
// the size of the pieces.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "runtime/http/request_parser.h"

namespace {

std::string Run(sedge::ByteSpan bytes, size_t piece_size, const sedge::Limits& limits) {
  using Event = sedge::http::RequestParser::Event;
  sedge::http::RequestParser parser(limits);
  std::string log;
  while (!bytes.empty()) {
    sedge::ByteSpan input = bytes.first(std::min(piece_size, bytes.size()));
    bytes = bytes.subspan(input.size());
    for (Event event = parser.Next(&input); event != Event::kNeedMore;
         event = parser.Next(&input)) {
      if (event == Event::kError) return log + "error " + std::to_string(parser.error_status());
      if (event == Event::kBody) log += sedge::AsText(parser.body());
      if (event == Event::kHead) {
        const sedge::http::RequestHead& head = parser.head();
        log.append(head.method).append(head.path).append(head.host);
        for (const auto& field : head.headers) log.append(field.name).append(field.value);
      }
      if (event == Event::kEnd) {
        log += "end";
        parser.StartNext();
      }
    }
  }
  return log;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  sedge::Limits limits;
  limits.head_bytes = 2048;
  limits.url_bytes = 256;
  limits.header_count = 16;
  limits.body_bytes = 1000;
  const sedge::ByteSpan bytes(data + 1, size - 1);
  if (Run(bytes, size, limits) != Run(bytes, size_t{1} + data[0] % 64, limits)) std::abort();
  return 0;
}
