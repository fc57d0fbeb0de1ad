// SPDX-License-Identifier: Apache-2.0
// ServerMessage: what a ServerConnection needs only while a message is under way: the parser with
// the request's head, both bodies, what is to be sent. A connection that is between two messages
// has none, and costs little more than its socket. ServerMessages lends them. One loop thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "runtime/base/limits.h"
#include "runtime/http/body_pipe.h"
#include "runtime/http/message.h"
#include "runtime/http/output_buffer.h"
#include "runtime/http/request_parser.h"
#include "runtime/http/response_writer.h"

namespace sedge::http {

struct ServerMessage {
  // A backlog that grew past this is given back.
  static constexpr size_t kKeptBacklogBytes = 4u << 10;

  explicit ServerMessage(const Limits& limits) : parser(limits) {}
  // As if it were new, but for what the parser remembers of hosts.
  void Reset();
  // Nothing of a message is in it: neither bytes that came, nor any that are to go.
  bool empty() const {
    return parser.at_start() && backlog.empty() && out.empty() && !pipe && !response_body;
  }

  RequestParser parser;        // and with it the head
  std::string client_address;  // once it was asked for
  std::unique_ptr<BodyPipe> pipe;
  std::vector<uint8_t> backlog;  // bytes that came and were not parsed yet
  uint64_t discard_left = 0;

  OutputBuffer out;
  std::unique_ptr<BodySource> response_body;
  ResponseFraming framing;
  uint64_t response_left = 0;  // of a declared length
  size_t pumped_bytes = 0;     // in this turn
  std::function<void()> abort_callback;

  uint64_t head_since_ms = 0;  // 0: no part of a head is here
  // As far as that was seen; or since the last output after that.
  uint64_t half_closed_since_ms = 0;
  int asks = 0;  // since then
  // Of a client that takes less than it is sent: since when its progress is measured (0: it is
  // not), and what it had taken then.
  uint64_t slow_since_ms = 0;
  int64_t slow_taken_bytes = 0;
  int64_t sent_bytes = 0;  // given to the stream
};

class ServerMessages {
 public:
  // So many wait for the next message.
#if defined(__SANITIZE_ADDRESS__)
  static constexpr size_t kMaxKept = 0;  // so that a use after the return is seen
#else
  static constexpr size_t kMaxKept = 1024;
#endif

  // `limits` outlives it.
  std::unique_ptr<ServerMessage> Take(const Limits& limits) {
    ++lent_;
    if (free_.empty()) return std::make_unique<ServerMessage>(limits);
    std::unique_ptr<ServerMessage> message = std::move(free_.back());
    free_.pop_back();
    unused_ = std::min(unused_, free_.size());
    return message;
  }
  void Give(std::unique_ptr<ServerMessage> message) {
    --lent_;
    if (free_.size() >= kMaxKept) return;
    message->Reset();
    free_.push_back(std::move(message));
  }
  // Drops those that nobody needed since the last call.
  void DropUnused();
  void DropAll() {
    free_.clear();
    free_.shrink_to_fit();
    unused_ = 0;
  }
  size_t kept() const { return free_.size(); }
  size_t lent() const { return lent_; }

 private:
  std::vector<std::unique_ptr<ServerMessage>> free_;  // the last one first
  size_t lent_ = 0;
  size_t unused_ = 0;  // the least there were since DropUnused
};

}  // namespace sedge::http
