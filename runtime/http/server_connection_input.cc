// SPDX-License-Identifier: Apache-2.0
// The input side of ServerConnection: bytes become exchanges and bodies, under back-pressure.
#include <utility>

#include "runtime/http/server_connection.h"

namespace sedge::http {

void ServerConnection::OnData(ByteSpan data) {
  if (life_ != Life::kOpen) {
    // What comes while lingering only shows that the client still sends.
    last_input_ms_ = now_ms();
    return;
  }
  last_input_ms_ = now_ms();
  TakeMessage();
  std::vector<uint8_t>& backlog = message_->backlog;
  if (backlog.empty()) {
    Process(&data);
    if (!data.empty() && life_ != Life::kClosed) backlog.assign(data.begin(), data.end());
  } else {
    backlog.insert(backlog.end(), data.begin(), data.end());
    RunBacklog();
  }
  Flush();
  UpdateReading();
  ReturnMessage();
}

void ServerConnection::OnEnd() {
  read_ended_ = end_seen_ = true;
  reading_ = false;
  if (message_) message_->half_closed_since_ms = now_ms();
  if (life_ == Life::kLingering) return CloseNow(/*reset=*/false);
  if (life_ != Life::kOpen) return;
  RunBacklog();
  Flush();
}

void ServerConnection::OnError(Status) {
  CloseNow(/*reset=*/false);
  TellAborted();
}

void ServerConnection::OnTurnEnd() {
  if (message_) message_->pumped_bytes = 0;
  const bool progress = RunBacklog();
  const bool could_parse = CanParse();
  Pump();
  if (life_ == Life::kClosed) return;
  // The end of a response lets the next request in, which may be here already.
  const bool more =
      !could_parse && life_ == Life::kOpen && CanParse() && (has_backlog() || read_ended_);
  if (progress || more) {
    // The new exchange may be answered in this very turn; that goes out together.
    context_.loop.Defer(this);
  } else {
    Flush();
    UpdateReading();
    ReturnMessage();
  }
}

// Parses what came before; true when an exchange was begun.
bool ServerConnection::RunBacklog() {
  if (processing_ || life_ != Life::kOpen) return false;
  if (!message_) {
    if (read_ended_) OnInputEnd();
    return false;
  }
  std::vector<uint8_t>& backlog = message_->backlog;
  ByteSpan input(backlog);
  const bool progress = Process(&input);
  backlog.erase(backlog.begin(), backlog.end() - static_cast<ptrdiff_t>(input.size()));
  return progress;
}

// After the handler did something outside of Process that may let the input go on.
void ServerConnection::Resume() {
  if (processing_ || life_ == Life::kClosed) return;
  if ((has_backlog() || read_ended_) && life_ == Life::kOpen && CanParse()) {
    // Not now: the handler may be in the middle of something.
    context_.loop.Defer(this);
  } else if (!deferred()) {
    Flush();
  }
  UpdateReading();
  ReturnMessage();
}

void ServerConnection::UpdateReading() {
  if (!stream_ || read_ended_) return;
  const bool wanted = life_ == Life::kLingering ||
                      (life_ == Life::kOpen && input_ != Input::kAbandoned && !pipe_full_ &&
                       !(message_ && message_->backlog.size() >= kMaxBacklogBytes));
  if (wanted == reading_) return;
  reading_ = wanted;
  if (wanted) {
    last_input_ms_ = now_ms();
    stream_->StartReading();
  } else {
    stream_->StopReading();
  }
}

bool ServerConnection::CanParse() const {
  switch (input_) {
    case Input::kHead: return drained_ || stream_->queued_bytes() < kMaxUnsentBytes;
    // The end of a body whose last byte is here waits for no reader.
    case Input::kPiped:
      return !pipe_full_ || (!message_->parser.chunked() && message_->parser.body_left() == 0);
    case Input::kDiscarded: return true;
    default: return false;
  }
}

bool ServerConnection::Process(ByteSpan* input) {
  if (processing_) return false;
  processing_ = true;
  bool started = false;
  bool more = true;
  while (more && life_ == Life::kOpen && CanParse()) {
    switch (message_->parser.Next(input)) {
      case RequestParser::Event::kNeedMore:
        if (input_ == Input::kHead && message_->head_since_ms == 0 && message_->parser.in_head()) {
          message_->head_since_ms = now_ms();
        }
        if (read_ended_) OnInputEnd();
        more = false;
        break;
      case RequestParser::Event::kHead:
        started = true;
        StartExchange();
        break;
      case RequestParser::Event::kBody: OnBody(message_->parser.body()); break;
      case RequestParser::Event::kEnd: OnRequestEnd(); break;
      case RequestParser::Event::kError: OnParseError(); break;
    }
    if (message_->out.size() >= kFlushBytes && life_ == Life::kOpen) Flush();
  }
  processing_ = false;
  return started;
}

void ServerConnection::StartExchange() {
  RequestHead& head = message_->parser.mutable_head();
  head.tls = tls_;
  if (!context_.trusted_proxies.empty()) BelieveProxy();
  message_->head_since_ms = 0;
  keep_alive_ = message_->parser.keep_alive() && ++begun_ < context_.limits.connection_requests;
  head_request_ = head.method == "HEAD";
  continue_owed_ = message_->parser.expects_continue() && head.has_body;
  input_ = head.has_body ? Input::kHeld : Input::kComplete;
  output_ = Output::kNone;
  exchange_held_ = true;
  user_data = 0;
  context_.handler->OnRequest(this);
}

// What a trusted proxy says of the scheme is decided here: routes may depend on it.
void ServerConnection::BelieveProxy() {
  if (peer_ == Peer::kUnknown) {
    peer_ = context_.trusted_proxies.Trusts(client_address()) ? Peer::kTrusted : Peer::kOther;
  }
  RequestHead& head = message_->parser.mutable_head();
  if (peer_ == Peer::kTrusted) head.tls = ForwardedHttps(head).value_or(tls_);
}

std::unique_ptr<BodySource> ServerConnection::TakeBody() {
  if (input_ != Input::kHeld || life_ != Life::kOpen) return nullptr;
  auto [pipe, source] = BodyPipe::Make(head().content_length);
  message_->pipe = std::move(pipe);
  message_->pipe->set_drain_callback([this] {
    pipe_full_ = false;
    Resume();
  });
  message_->pipe->set_cancel_callback([this] { OnBodyCancelled(); });
  input_ = Input::kPiped;
  last_input_ms_ = now_ms();
  // The client is told to go on only while no final response is on its way.
  if (std::exchange(continue_owed_, false) && output_ == Output::kNone) {
    message_->out.Append(kContinue);
  }
  Resume();
  return std::move(source);
}

void ServerConnection::OnBody(ByteSpan bytes) {
  if (input_ == Input::kPiped) {
    // The reader's callback may end anything here; afterwards only the state is asked.
    const bool room = message_->pipe->WriteView(bytes);
    if (!room && input_ == Input::kPiped) pipe_full_ = true;
    return;
  }
  if (bytes.size() <= message_->discard_left) {
    message_->discard_left -= bytes.size();
    return;
  }
  input_ = Input::kAbandoned;
  keep_alive_ = false;
  TryFinish();
}

void ServerConnection::OnBodyCancelled() {
  if (input_ != Input::kPiped) return;
  message_->pipe.reset();
  pipe_full_ = false;
  input_ = Input::kDiscarded;
  message_->discard_left = kMaxDiscardedBytes;
  Resume();
}

void ServerConnection::OnRequestEnd() {
  input_ = Input::kComplete;
  pipe_full_ = false;  // the pipe, which still may hold much, says nothing any more
  // The reader's callback may finish this exchange and even see the next one begin.
  if (std::unique_ptr<BodyPipe> pipe = std::move(message_->pipe)) pipe->Close();
  TryFinish();
}

// The client has half closed and everything that it sent is parsed.
void ServerConnection::OnInputEnd() {
  if (input_ == Input::kHead) return BeginClose();
  input_ = Input::kAbandoned;
  keep_alive_ = false;
  FailPipe(ClientWentAway());
  TryFinish();
}

void ServerConnection::OnParseError() {
  const int status = message_->parser.error_status();
  const std::string& text = message_->parser.error_text();
  const bool in_head = input_ == Input::kHead;
  input_ = Input::kAbandoned;
  keep_alive_ = false;
  if (in_head) {
    head_request_ = false;
    output_ = Output::kNone;
    RespondText(status, text);
    return;
  }
  // A handler that has not answered is told that nobody waits for its answer any more: the client
  // hears what is wrong with its body instead.
  const bool answer = exchange_held_ && output_ == Output::kNone;
  if (answer) {
    RespondText(status, text);
    life_ = Life::kFlushing;  // before the reader hears of it, which may try to answer
  }
  FailPipe(InvalidArgument(text));
  if (answer) {
    TellAborted();
  } else {
    TryFinish();
  }
}

void ServerConnection::FailPipe(Status why) {
  pipe_full_ = false;
  if (!message_) return;
  if (std::unique_ptr<BodyPipe> pipe = std::move(message_->pipe)) pipe->Fail(std::move(why));
}

}  // namespace sedge::http
