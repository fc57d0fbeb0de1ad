// SPDX-License-Identifier: Apache-2.0
// The deadlines of ServerConnection: what waited too long, and who left without a word.
#include <algorithm>
#include <string>
#include <utility>

#include "runtime/http/server_connection.h"

namespace sedge::http {
namespace {

// How long ago `since` is; what is yet to come by `now` is not long ago.
uint64_t Waited(uint64_t now, uint64_t since) { return now > since ? now - since : 0; }

}  // namespace

void ServerConnection::CheckDeadlines(uint64_t now) {
  if (life_ == Life::kClosed) return;
  if (life_ == Life::kLingering) {
    const Limits& limits = context_.limits;
    if (Waited(now, last_input_ms_) > static_cast<uint64_t>(limits.linger_timeout_ms) ||
        Waited(now, waiting_since_ms_) > static_cast<uint64_t>(limits.linger_max_ms)) {
      CloseNow(/*reset=*/false);
    }
    return;
  }
  if (message_) {
    if (IsTooSlow(now)) {
      CloseNow(/*reset=*/true);
      return TellAborted();
    }
    if (IsLeftByClient(now)) {
      CloseNow(/*reset=*/false);
      return TellAborted();
    }
    if (IsTimeToAsk(now)) AskClient();
  }
  if (life_ == Life::kOpen && ExpireInput(now)) {
    Flush();
    UpdateReading();
  }
}

// Whether the client took less of what it was sent than it must. What it has taken is what its side
// has acknowledged: the kernel's queue may hold megabytes that nobody reads.
bool ServerConnection::IsTooSlow(uint64_t now) {
  if (drained_) {
    message_->slow_since_ms = 0;
    return false;
  }
  const Limits& limits = context_.limits;
  const int64_t taken =
      message_->sent_bytes - static_cast<int64_t>(stream_->unacknowledged_bytes());
  const auto enough = static_cast<int64_t>(limits.write_progress_bytes);
  if (message_->slow_since_ms == 0 || taken - message_->slow_taken_bytes >= enough) {
    message_->slow_since_ms = now;
    message_->slow_taken_bytes = taken;
    return false;
  }
  return Waited(now, message_->slow_since_ms) > static_cast<uint64_t>(limits.write_timeout_ms);
}

bool ServerConnection::IsIdle() const {
  return input_ == Input::kHead && !(message_ && message_->parser.in_head()) && !has_backlog();
}

bool ServerConnection::OwesResponse() const {
  return life_ == Life::kOpen &&
         (output_ == Output::kStreaming || (exchange_held_ && output_ == Output::kNone));
}

// A client that closed for good and one that half closed, which gets its answers (RFC 9112 section
// 9.6), look the same until something is sent: the system of the first then answers with a reset.
bool ServerConnection::IsLeftByClient(uint64_t now) {
  // Nobody reads, who would be told.
  if (!reading_ && (OwesResponse() || !drained_)) {
    const loop::PeerState peer = stream_->peer_state();
    if (peer == loop::PeerState::kBroken) return true;  // what is not sent yet will never be
    if (peer == loop::PeerState::kEnded && !std::exchange(end_seen_, true)) {
      message_->half_closed_since_ms = now;
    }
  }
  return OwesResponse() && end_seen_ && drained_ && !CanBeAsked() &&
         Waited(now, SilentSince()) > kHalfClosedMs;
}

// Of a client that has half closed: since when nothing was sent, nor was anything read of what came
// before its end.
uint64_t ServerConnection::SilentSince() const {
  return std::max(message_->half_closed_since_ms, last_input_ms_);
}

// HTTP/1.1 has bytes that say nothing new: an interim response (RFC 9110 section 15.2), and zeros
// in front of a chunk's size (RFC 9112 section 7.1), of which readers take 16 digits.
bool ServerConnection::CanBeAsked() const {
  if (message_->parser.head().minor_version == 0) return false;
  return output_ == Output::kNone || message_->framing.body == BodyFraming::kChunked;
}

bool ServerConnection::IsTimeToAsk(uint64_t now) const {
  return Waited(now, SilentSince()) > kFirstAskMs << message_->asks;
}

void ServerConnection::AskClient() {
  if (!OwesResponse() || !end_seen_ || !drained_ || !CanBeAsked() || message_->asks == kMaxAsks)
    return;
  const int asks = message_->asks + 1;
  message_->out.Append(output_ == Output::kNone ? kContinue : "0");
  Flush();
  message_->asks = asks;
}

// True when something was ended.
bool ServerConnection::ExpireInput(uint64_t now) {
  const Limits& limits = context_.limits;
  if (input_ == Input::kHead) {
    if (message_ && message_->head_since_ms != 0) {
      if (Waited(now, message_->head_since_ms) <= static_cast<uint64_t>(limits.head_timeout_ms)) {
        return false;
      }
      head_request_ = keep_alive_ = false;
      input_ = Input::kAbandoned;
      RespondText(408, "the request's head did not arrive within " +
                           std::to_string(limits.head_timeout_ms) + " ms (head_timeout_ms)");
      TryFinish();
      return true;
    }
    // It is not idle while it takes the last response.
    if (!drained_) waiting_since_ms_ = now;
    const int64_t allowed_ms = begun_ > 0 ? limits.idle_timeout_ms : limits.head_timeout_ms;
    if (Waited(now, waiting_since_ms_) <= static_cast<uint64_t>(allowed_ms)) return false;
    BeginClose();
    return true;
  }
  // A body that our own reader holds up is not the client's fault, unless the response is out and
  // nothing but that reader keeps the connection.
  const bool through = output_ == Output::kSent && !exchange_held_;
  const bool waiting =
      input_ == Input::kDiscarded || (input_ == Input::kPiped && (!pipe_full_ || through));
  if (!waiting || Waited(now, last_input_ms_) <= static_cast<uint64_t>(limits.body_timeout_ms)) {
    return false;
  }
  input_ = Input::kAbandoned;
  keep_alive_ = false;
  FailPipe(DeadlineExceeded("no bytes of the request body came for " +
                            std::to_string(limits.body_timeout_ms) + " ms (body_timeout_ms)"));
  TryFinish();
  return true;
}

}  // namespace sedge::http
