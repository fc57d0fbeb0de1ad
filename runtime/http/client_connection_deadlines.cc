// SPDX-License-Identifier: Apache-2.0
// The time limits of a ClientConnection.
#include "runtime/http/client_connection.h"

namespace sedge::http {

// What the peer has to do next, and within which time; 0: nothing.
uint64_t ClientConnection::CurrentLimitMs() const {
  switch (state_) {
    case State::kHandshaking: return PositiveMs(limits_.connect_timeout_ms);
    case State::kIdle: return idle_limit_ms_;
    case State::kActive: break;
    default: return 0;
  }
  if (sender_->blocked()) return PositiveMs(limits_.write_timeout_ms);
  if (head_delivered_) return paused_ ? 0 : PositiveMs(limits_.client_body_timeout_ms);
  // A request whose body is slow is not the peer's fault.
  return sender_->complete() ? PositiveMs(limits_.response_timeout_ms) : 0;
}

// Starts the timer only when it would fire too late: progress alone is noticed when it fires.
void ClientConnection::UpdateTimer() {
  if (!late_failure_.ok()) return;
  const uint64_t limit_ms = CurrentLimitMs();
  if (limit_ms == 0) return;
  const uint64_t due_ms = since_ms_ + limit_ms;
  if (timer_.active() && timer_due_ms_ <= due_ms) return;
  timer_due_ms_ = due_ms;
  const uint64_t now_ms = loop_.now_ms();
  timer_.Start(due_ms > now_ms ? due_ms - now_ms : 0);
}

void ClientConnection::OnTimer() {
  const std::shared_ptr<ClientConnection> self = shared_from_this();
  if (!late_failure_.ok()) {
    Fail(std::exchange(late_failure_, Status()));
    return;
  }
  const uint64_t limit_ms = CurrentLimitMs();
  if (limit_ms == 0) return;
  if (loop_.now_ms() < since_ms_ + limit_ms) {
    UpdateTimer();
  } else {
    late_look_.due_ms = loop_.now_ms();
    loop_.DeferPastPoll(&late_look_);
  }
}

void ClientConnection::OnOverdue() {
  const std::shared_ptr<ClientConnection> self = shared_from_this();
  const uint64_t limit_ms = CurrentLimitMs();
  if (limit_ms == 0) return;
  if (late_look_.due_ms < since_ms_ + limit_ms || PeerTookEnough()) {
    UpdateTimer();
  } else if (state_ == State::kIdle) {
    Close();
  } else {
    Fail(TimeoutStatus());
  }
}

// A long piece of a body is one write, which may take a slow but willing peer longer than the
// limit: what counts is what its side has acknowledged meanwhile.
bool ClientConnection::PeerTookEnough() {
  if (state_ != State::kActive || !sender_->blocked()) return false;
  const size_t left = stream_->unacknowledged_bytes();
  if (left + static_cast<size_t>(limits_.write_progress_bytes) > unacknowledged_bytes_)
    return false;
  unacknowledged_bytes_ = left;
  since_ms_ = loop_.now_ms();
  return true;
}

Status ClientConnection::TimeoutStatus() const {
  const std::string limit = " for " + std::to_string(CurrentLimitMs()) + " ms (limits.";
  if (state_ == State::kHandshaking) {
    return DeadlineExceeded(While("TLS handshake ETIMEDOUT") + ": not done" + limit +
                            "connect_timeout_ms)");
  }
  if (sender_->blocked()) {
    return DeadlineExceeded(While("write ETIMEDOUT") + ": the peer took less than " +
                            std::to_string(limits_.write_progress_bytes) +
                            " bytes of the request (limits.write_progress_bytes)" + limit +
                            "write_timeout_ms)");
  }
  if (head_delivered_) {
    return DeadlineExceeded(While("read ETIMEDOUT") + ": nothing more of the response's body" +
                            limit + "client_body_timeout_ms)");
  }
  return DeadlineExceeded(While("read ETIMEDOUT") + ": no response" + limit +
                          "response_timeout_ms)");
}

}  // namespace sedge::http
