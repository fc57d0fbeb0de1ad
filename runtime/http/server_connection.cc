// SPDX-License-Identifier: Apache-2.0
// A connection's life. Its input and output sides and its deadlines are in files of their own:
// server_connection_input.cc, server_connection_output.cc, server_connection_deadlines.cc.
#include "runtime/http/server_connection.h"

#include <utility>

#include "runtime/base/check.h"

namespace sedge::http {

ServerConnection::ServerConnection(ServerContext& context, std::unique_ptr<loop::Stream> stream,
                                   bool tls)
    : context_(context), stream_(std::move(stream)), tls_(tls) {
  stream_->set_listener(this);
  waiting_since_ms_ = last_input_ms_ = now_ms();
}

ServerConnection::~ServerConnection() {
  // The callbacks that its bodies hold name this object.
  if (message_) context_.messages.Give(std::move(message_));
}

void ServerConnection::TakeMessage() {
  if (!message_) message_ = context_.messages.Take(context_.limits);
}

// At a message's border, when nobody is at work with it. What calls this does not look at the
// message any more.
void ServerConnection::ReturnMessage() {
  if (input_ != Input::kHead || output_ != Output::kNone || life_ != Life::kOpen) return;
  if (exchange_held_ || processing_ || pumping_ || !drained_ || deferred()) return;
  if (message_ && message_->empty()) context_.messages.Give(std::move(message_));
}

Status ServerConnection::ClientWentAway() {
  return Unavailable("the client closed the connection before the body was complete");
}

void ServerConnection::Start() { UpdateReading(); }

void ServerConnection::Refuse(int status, std::string_view why) {
  TakeMessage();
  keep_alive_ = false;
  input_ = Input::kAbandoned;
  RespondText(status, why);
  TryFinish();
  Flush();
}

std::string_view ServerConnection::client_address() const {
  if (!message_) return "";
  std::string& address = message_->client_address;
  if (address.empty() && stream_) address = stream_->peer_address();
  return address;
}

void ServerConnection::set_abort_callback(std::function<void()> aborted) {
  message_->abort_callback = std::move(aborted);
}

void ServerConnection::Release() {
  SEDGE_CHECK(exchange_held_);
  exchange_held_ = false;
  message_->abort_callback = nullptr;
  if (life_ == Life::kClosed) return CloseNow(/*reset=*/false);
  if (life_ == Life::kOpen) {
    if (output_ == Output::kNone) RespondText(500, "");
    if (input_ == Input::kHeld) {
      input_ = Input::kDiscarded;
      message_->discard_left = kMaxDiscardedBytes;
    }
    TryFinish();
  }
  Resume();
}

// Goes on to the next request, or to the connection's end, when this one is through.
void ServerConnection::TryFinish() {
  if (exchange_held_ || output_ != Output::kSent || life_ != Life::kOpen) return;
  if (!keep_alive_ || input_ == Input::kAbandoned) {
    // A body that somebody still reads is let through first.
    if (input_ != Input::kPiped) BeginClose();
    return;
  }
  if (input_ != Input::kComplete) return;
  if (context_.shutting_down) return BeginClose();
  message_->parser.StartNext();
  input_ = Input::kHead;
  output_ = Output::kNone;
  waiting_since_ms_ = now_ms();
}

// Closes once everything is written. Whoever calls this outside of Process flushes afterwards.
void ServerConnection::BeginClose() {
  if (life_ != Life::kOpen) return;
  life_ = Life::kFlushing;
  FailPipe(ClientWentAway());
}

// All is written. A close while the client still sends would be a reset, which may destroy our last
// bytes on their way; so first only our side is closed (RFC 9112 section 9.6).
void ServerConnection::ContinueClose() {
  if (life_ != Life::kFlushing || !drained_ || has_output()) return;
  const bool client_may_send =
      input_ != Input::kComplete && input_ != Input::kHead ? true : has_backlog();
  // Nobody read meanwhile: what it sent may be in the kernel.
  const bool is_over =
      read_ended_ || (!client_may_send && stream_->quiet() && stream_->unacknowledged_bytes() == 0);
  if (is_over) return CloseNow(/*reset=*/false);
  life_ = Life::kLingering;
  if (message_) message_->backlog.clear();
  waiting_since_ms_ = last_input_ms_ = now_ms();
  stream_->ShutdownWrite();
  UpdateReading();
}

void ServerConnection::BeginShutdown() {
  if (life_ != Life::kOpen) return;
  // Nothing is waited for on behalf of clients that have gone.
  if (!IsIdle()) return AskClient();
  BeginClose();
  Flush();
  UpdateReading();
}

void ServerConnection::Close() {
  // A response that is cut off must not look like one that is whole.
  CloseNow(/*reset=*/output_ == Output::kStreaming || !drained_);
  TellAborted();
}

void ServerConnection::Abort() {
  message_->abort_callback = nullptr;
  aborted_ = true;
  Break();
}

void ServerConnection::TellAborted() {
  const bool answered = output_ == Output::kSent && drained_ && input_ != Input::kAbandoned;
  if (!exchange_held_ || aborted_ || answered) return;
  aborted_ = true;
  if (auto callback = std::exchange(message_->abort_callback, nullptr)) callback();
}

void ServerConnection::CloseNow(bool reset) {
  if (life_ != Life::kClosed) {
    life_ = Life::kClosed;
    if (exchange_held_) client_address();  // may still be asked for
    if (reset) stream_->ResetOnClose();
    stream_.reset();
    CountUnsent();
    Undefer();
    if (message_) message_->response_body.reset();
    FailPipe(ClientWentAway());
  }
  if (!exchange_held_ && !std::exchange(reported_closed_, true)) {
    context_.on_connection_closed(this);
  }
}

}  // namespace sedge::http
