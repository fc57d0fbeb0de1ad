// SPDX-License-Identifier: Apache-2.0
#include "runtime/http/server_message.h"

namespace sedge::http {

void ServerMessage::Reset() {
  // Their callbacks name whoever had the message.
  response_body.reset();
  pipe.reset();
  abort_callback = nullptr;
  if (!parser.at_start()) parser.StartNext();
  client_address.clear();
  backlog.clear();
  if (backlog.capacity() > kKeptBacklogBytes) std::vector<uint8_t>().swap(backlog);
  out.Clear();
  framing = ResponseFraming();
  discard_left = response_left = pumped_bytes = 0;
  head_since_ms = half_closed_since_ms = slow_since_ms = 0;
  slow_taken_bytes = sent_bytes = asks = 0;
}

void ServerMessages::DropUnused() {
  // From the front: those at the back are in the processor's cache.
  free_.erase(free_.begin(), free_.begin() + static_cast<ptrdiff_t>(unused_));
  unused_ = free_.size();
}

}  // namespace sedge::http
