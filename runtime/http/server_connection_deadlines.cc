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
  if (IsTooSlow(now)) {
    CloseNow(/*reset=*/true);
    return TellAborted();
  }
  if (IsLeftByClient(now)) {
    CloseNow(/*reset=*/false);
    return TellAborted();
  }
  if (IsTimeToAsk(now)) AskClient();
  if (life_ == Life::kOpen && ExpireInput(now)) {
    Flush();
    UpdateReading();
  } else if (IsIdle() && Waited(now, waiting_since_ms_) >= kIdleMs) {
    ReleaseMemory();
  }
}

// Whether the client took less of what it was sent than it must. What it has taken is what its side
// has acknowledged: the kernel's queue may hold megabytes that nobody reads.
bool ServerConnection::IsTooSlow(uint64_t now) {
  if (drained_) {
    slow_since_ms_ = 0;
    return false;
  }
  const Limits& limits = context_.limits;
  const int64_t taken = sent_bytes_ - static_cast<int64_t>(stream_->unacknowledged_bytes());
  const auto enough = static_cast<int64_t>(limits.write_progress_bytes);
  if (slow_since_ms_ == 0 || taken - slow_taken_bytes_ >= enough) {
    slow_since_ms_ = now;
    slow_taken_bytes_ = taken;
    return false;
  }
  return Waited(now, slow_since_ms_) > static_cast<uint64_t>(limits.write_timeout_ms);
}

bool ServerConnection::IsIdle() const {
  return input_ == Input::kHead && !parser_.in_head() && backlog_.empty();
}

// An idle connection is to cost little more than its socket.
void ServerConnection::ReleaseMemory() {
  if (!drained_ || !out_.empty()) return;
  out_.Release();
  parser_.ReleaseMemory();
  head_ = RequestHead();
  std::vector<uint8_t>().swap(backlog_);
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
      half_closed_since_ms_ = now;
    }
  }
  return OwesResponse() && end_seen_ && drained_ && !CanBeAsked() &&
         Waited(now, SilentSince()) > kHalfClosedMs;
}

// Of a client that has half closed: since when nothing was sent, nor was anything read of what came
// before its end.
uint64_t ServerConnection::SilentSince() const {
  return std::max(half_closed_since_ms_, last_input_ms_);
}

// HTTP/1.1 has bytes that say nothing new: an interim response (RFC 9110 section 15.2), and zeros
// in front of a chunk's size (RFC 9112 section 7.1), of which readers take 16 digits.
bool ServerConnection::CanBeAsked() const {
  if (head_.minor_version == 0) return false;
  return output_ == Output::kNone || framing_.body == BodyFraming::kChunked;
}

bool ServerConnection::IsTimeToAsk(uint64_t now) const {
  return Waited(now, SilentSince()) > kFirstAskMs << asks_;
}

void ServerConnection::AskClient() {
  if (!OwesResponse() || !end_seen_ || !drained_ || !CanBeAsked() || asks_ == kMaxAsks) return;
  const int asks = asks_ + 1;
  out_.Append(output_ == Output::kNone ? kContinue : "0");
  Flush();
  asks_ = asks;
}

// True when something was ended.
bool ServerConnection::ExpireInput(uint64_t now) {
  const Limits& limits = context_.limits;
  if (input_ == Input::kHead) {
    if (head_since_ms_ != 0) {
      if (Waited(now, head_since_ms_) <= static_cast<uint64_t>(limits.head_timeout_ms)) {
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
