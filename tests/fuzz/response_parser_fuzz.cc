// SPDX-License-Identifier: Apache-2.0
// Whatever a server sends, however it is cut: no crash, and the cut changes nothing.
#include <string>

#include "runtime/base/check.h"
#include "runtime/http/response_parser.h"

namespace {

struct Outcome {
  bool ok = true;
  bool complete = false;
  std::string body;
};

Outcome Parse(sedge::ByteSpan wire, size_t piece, bool to_head) {
  sedge::http::ResponseParser parser({.head_bytes = 4096, .header_count = 16});
  parser.Start(to_head);
  Outcome outcome;
  while (!wire.empty() && outcome.ok) {
    const size_t size = std::min(piece, wire.size());
    outcome.ok = parser.Push(wire.first(size)).ok();
    outcome.body += sedge::AsText(parser.TakeBody().bytes);
    wire = wire.subspan(size);
  }
  if (outcome.ok) outcome.ok = parser.Finish().ok();
  outcome.complete = parser.complete();
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const bool to_head = data[0] & 1;
  const size_t piece = 1 + data[1] % 64;
  const sedge::ByteSpan wire(data + 2, size - 2);
  const Outcome whole = Parse(wire, wire.size(), to_head);
  const Outcome cut = Parse(wire, piece, to_head);
  SEDGE_CHECK(whole.ok == cut.ok);
  if (whole.ok) SEDGE_CHECK(whole.body == cut.body && whole.complete == cut.complete);
  return 0;
}
