// SPDX-License-Identifier: Apache-2.0
// Life and input side; the output side is in server_connection_output.cc.
#include "runtime/http/server_connection.h"

#include <utility>

#include "runtime/base/check.h"

namespace sedge::http {
namespace {

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

Status ClientWentAway() {
  return Unavailable("the client closed the connection before the body was complete");
}

}  // namespace

ServerConnection::ServerConnection(ServerContext& context, std::unique_ptr<loop::Stream> stream,
                                   bool tls)
    : context_(context), stream_(std::move(stream)), parser_(context.limits), tls_(tls) {
  stream_->set_listener(this);
  waiting_since_ms_ = last_input_ms_ = now_ms();
}

ServerConnection::~ServerConnection() {
  // The callbacks that these hold name this object.
  response_body_.reset();
  pipe_.reset();
}

void ServerConnection::Start() { UpdateReading(); }

void ServerConnection::Refuse(int status, std::string_view why) {
  keep_alive_ = false;
  input_ = Input::kAbandoned;
  RespondText(status, why);
  TryFinish();
  Flush();
}

std::string_view ServerConnection::client_address() const {
  if (client_address_.empty() && stream_) client_address_ = stream_->peer_address();
  return client_address_;
}

void ServerConnection::set_abort_callback(std::function<void()> aborted) {
  abort_callback_ = std::move(aborted);
}

// ---------------------------------------------------------------------------------------- input

void ServerConnection::OnData(ByteSpan data) {
  if (life_ != Life::kOpen) {
    // What comes while lingering only shows that the client still sends.
    last_input_ms_ = now_ms();
    return;
  }
  last_input_ms_ = now_ms();
  if (backlog_.empty()) {
    Process(&data);
    if (!data.empty() && life_ != Life::kClosed) backlog_.assign(data.begin(), data.end());
  } else {
    backlog_.insert(backlog_.end(), data.begin(), data.end());
    RunBacklog();
  }
  Flush();
  UpdateReading();
}

void ServerConnection::OnEnd() {
  read_ended_ = true;
  reading_ = false;
  half_closed_since_ms_ = now_ms();
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
  pumped_bytes_ = 0;
  const bool progress = RunBacklog();
  const bool could_parse = CanParse();
  Pump();
  if (life_ == Life::kClosed) return;
  // The end of a response lets the next request in, which may be here already.
  const bool more =
      !could_parse && life_ == Life::kOpen && CanParse() && (!backlog_.empty() || read_ended_);
  if (progress || more) {
    // The new exchange may be answered in this very turn; that goes out together.
    context_.loop.Defer(this);
  } else {
    Flush();
    UpdateReading();
  }
}

// Parses what came before; true when an exchange was begun.
bool ServerConnection::RunBacklog() {
  if (processing_ || life_ != Life::kOpen) return false;
  ByteSpan input(backlog_);
  const bool progress = Process(&input);
  backlog_.erase(backlog_.begin(), backlog_.end() - static_cast<ptrdiff_t>(input.size()));
  return progress;
}

// After the handler did something outside of Process that may let the input go on.
void ServerConnection::Resume() {
  if (processing_ || life_ == Life::kClosed) return;
  if ((!backlog_.empty() || read_ended_) && life_ == Life::kOpen && CanParse()) {
    // Not now: the handler may be in the middle of something.
    context_.loop.Defer(this);
  } else if (!deferred()) {
    Flush();
  }
  UpdateReading();
}

void ServerConnection::UpdateReading() {
  if (!stream_ || read_ended_) return;
  const bool wanted =
      life_ == Life::kLingering || (life_ == Life::kOpen && input_ != Input::kAbandoned &&
                                    !pipe_full_ && backlog_.size() < kMaxBacklogBytes);
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
    case Input::kPiped: return !pipe_full_ || (!parser_.chunked() && parser_.body_left() == 0);
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
    switch (parser_.Next(input)) {
      case RequestParser::Event::kNeedMore:
        if (input_ == Input::kHead && head_since_ms_ == 0 && parser_.in_head()) {
          head_since_ms_ = now_ms();
        }
        if (read_ended_) OnInputEnd();
        more = false;
        break;
      case RequestParser::Event::kHead:
        started = true;
        StartExchange();
        break;
      case RequestParser::Event::kBody: OnBody(parser_.body()); break;
      case RequestParser::Event::kEnd: OnRequestEnd(); break;
      case RequestParser::Event::kError: OnParseError(); break;
    }
    if (out_.size() >= kFlushBytes && life_ == Life::kOpen) Flush();
  }
  processing_ = false;
  return started;
}

void ServerConnection::StartExchange() {
  head_ = parser_.head();
  head_.tls = tls_;
  if (!context_.trusted_proxies.empty()) BelieveProxy();
  head_since_ms_ = 0;
  keep_alive_ = parser_.keep_alive() && ++begun_ < context_.limits.connection_requests;
  head_request_ = head_.method == "HEAD";
  continue_owed_ = parser_.expects_continue() && head_.has_body;
  input_ = head_.has_body ? Input::kHeld : Input::kComplete;
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
  if (peer_ == Peer::kTrusted) head_.tls = ForwardedHttps(head_).value_or(tls_);
}

std::unique_ptr<BodySource> ServerConnection::TakeBody() {
  if (input_ != Input::kHeld || life_ != Life::kOpen) return nullptr;
  auto [pipe, source] = BodyPipe::Make(head_.content_length);
  pipe_ = std::move(pipe);
  pipe_->set_drain_callback([this] {
    pipe_full_ = false;
    Resume();
  });
  pipe_->set_cancel_callback([this] { OnBodyCancelled(); });
  input_ = Input::kPiped;
  last_input_ms_ = now_ms();
  // The client is told to go on only while no final response is on its way.
  if (std::exchange(continue_owed_, false) && output_ == Output::kNone) {
    out_.Append(kContinue);
  }
  Resume();
  return std::move(source);
}

void ServerConnection::OnBody(ByteSpan bytes) {
  if (input_ == Input::kPiped) {
    // The reader's callback may end anything here; afterwards only the state is asked.
    const bool room = pipe_->WriteView(bytes);
    if (!room && input_ == Input::kPiped) pipe_full_ = true;
    return;
  }
  if (bytes.size() <= discard_left_) {
    discard_left_ -= bytes.size();
    return;
  }
  input_ = Input::kAbandoned;
  keep_alive_ = false;
  TryFinish();
}

void ServerConnection::OnBodyCancelled() {
  if (input_ != Input::kPiped) return;
  pipe_.reset();
  pipe_full_ = false;
  input_ = Input::kDiscarded;
  discard_left_ = kMaxDiscardedBytes;
  Resume();
}

void ServerConnection::OnRequestEnd() {
  input_ = Input::kComplete;
  pipe_full_ = false;  // the pipe, which still may hold much, says nothing any more
  // The reader's callback may finish this exchange and even see the next one begin.
  if (std::unique_ptr<BodyPipe> pipe = std::move(pipe_)) pipe->Close();
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
  const int status = parser_.error_status();
  const std::string& text = parser_.error_text();
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
  if (std::unique_ptr<BodyPipe> pipe = std::move(pipe_)) pipe->Fail(std::move(why));
}

// ----------------------------------------------------------------------------------------- life

void ServerConnection::Release() {
  SEDGE_CHECK(exchange_held_);
  exchange_held_ = false;
  abort_callback_ = nullptr;
  if (life_ == Life::kClosed) return CloseNow(/*reset=*/false);
  if (life_ == Life::kOpen) {
    if (output_ == Output::kNone) RespondText(500, "");
    if (input_ == Input::kHeld) {
      input_ = Input::kDiscarded;
      discard_left_ = kMaxDiscardedBytes;
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
  parser_.StartNext();
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
  if (life_ != Life::kFlushing || !drained_ || !out_.empty()) return;
  const bool client_may_send =
      input_ != Input::kComplete && input_ != Input::kHead ? true : !backlog_.empty();
  // Nobody read meanwhile: what it sent may be in the kernel.
  const bool is_over =
      read_ended_ || (!client_may_send && stream_->quiet() && stream_->unacknowledged_bytes() == 0);
  if (is_over) return CloseNow(/*reset=*/false);
  life_ = Life::kLingering;
  backlog_.clear();
  waiting_since_ms_ = last_input_ms_ = now_ms();
  stream_->ShutdownWrite();
  UpdateReading();
}

void ServerConnection::BeginShutdown() {
  if (life_ != Life::kOpen || !IsIdle()) return;
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
  abort_callback_ = nullptr;
  aborted_ = true;
  Break();
}

void ServerConnection::TellAborted() {
  const bool answered = output_ == Output::kSent && drained_ && input_ != Input::kAbandoned;
  if (!exchange_held_ || aborted_ || answered) return;
  aborted_ = true;
  if (auto callback = std::exchange(abort_callback_, nullptr)) callback();
}

void ServerConnection::CloseNow(bool reset) {
  if (life_ != Life::kClosed) {
    life_ = Life::kClosed;
    if (exchange_held_) client_address();  // may still be asked for
    if (reset) stream_->ResetOnClose();
    stream_.reset();
    Undefer();
    response_body_.reset();
    FailPipe(ClientWentAway());
  }
  if (!exchange_held_ && !std::exchange(reported_closed_, true)) {
    context_.on_connection_closed(this);
  }
}

// ------------------------------------------------------------------------------------- deadlines

void ServerConnection::CheckDeadlines(uint64_t now) {
  if (life_ == Life::kClosed) return;
  if (life_ == Life::kLingering) {
    if (now - last_input_ms_ > kLingerMs || now - waiting_since_ms_ > kMaxLingerMs) {
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
  AskClient(now);
  if (life_ == Life::kOpen && ExpireInput(now)) {
    Flush();
    UpdateReading();
  } else if (IsIdle() && now - waiting_since_ms_ >= kIdleMs) {
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
  return now - slow_since_ms_ > static_cast<uint64_t>(limits.write_timeout_ms);
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
bool ServerConnection::IsLeftByClient(uint64_t now) const {
  if (reading_) return false;
  // What is not sent yet will never be, and nobody reads, who would be told.
  if ((OwesResponse() || !drained_) && stream_->broken()) return true;
  return OwesResponse() && read_ended_ && drained_ && !CanBeAsked() &&
         now - half_closed_since_ms_ > kHalfClosedMs;
}

// HTTP/1.1 has bytes that say nothing new: an interim response (RFC 9110 section 15.2), and zeros
// in front of a chunk's size (RFC 9112 section 7.1), of which readers take 16 digits.
bool ServerConnection::CanBeAsked() const {
  if (head_.minor_version == 0) return false;
  return output_ == Output::kNone || framing_.body == BodyFraming::kChunked;
}

void ServerConnection::AskClient(uint64_t now) {
  if (!OwesResponse() || !read_ended_ || !drained_ || !CanBeAsked() || asks_ == kMaxAsks) return;
  if (now - half_closed_since_ms_ <= kFirstAskMs << asks_) return;
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
      if (now - head_since_ms_ <= static_cast<uint64_t>(limits.head_timeout_ms)) return false;
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
    if (now - waiting_since_ms_ <= static_cast<uint64_t>(allowed_ms)) return false;
    BeginClose();
    return true;
  }
  // A body that our own reader holds up is not the client's fault, unless the response is out and
  // nothing but that reader keeps the connection.
  const bool through = output_ == Output::kSent && !exchange_held_;
  const bool waiting =
      input_ == Input::kDiscarded || (input_ == Input::kPiped && (!pipe_full_ || through));
  if (!waiting || now - last_input_ms_ <= static_cast<uint64_t>(limits.body_timeout_ms)) {
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
