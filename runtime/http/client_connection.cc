// SPDX-License-Identifier: Apache-2.0
#include "runtime/http/client_connection.h"

#include <algorithm>
#include <utility>

#include "runtime/base/check.h"
#include "runtime/loop/tls_stream.h"

namespace sedge::http {
namespace {

// Taken off what a server promises with "Keep-Alive: timeout=N", for the time on the way.
constexpr uint64_t kKeepAliveMarginMs = 1000;
// A whole body up to this is copied and given with its head: the connection is free before the
// response is looked at.
constexpr size_t kCopiedBodyBytes = 16u << 10;

ResponseParser::Limits ParserLimits(const Limits& limits) {
  return {.head_bytes = limits.client_head_bytes, .header_count = limits.client_header_count};
}

}  // namespace

std::string ClientOrigin::Key() const {
  std::string key =
      (tls ? "s " : "p ") + name + " " + connect_host + " " + std::to_string(connect_port);
  if (!connect_unix.empty()) key += " unix:" + connect_unix;
  if (filter) key += " " + std::to_string(reinterpret_cast<uintptr_t>(filter));
  return key;
}

ClientConnection::ClientConnection(loop::Loop& loop, const Limits& limits, Owner* owner,
                                   ClientOrigin origin, std::shared_ptr<loop::TlsContext> tls,
                                   loop::Resolver* resolver)
    : loop_(loop),
      limits_(limits),
      owner_(owner),
      origin_(std::move(origin)),
      tls_(std::move(tls)),
      resolver_(resolver),
      parser_(ParserLimits(limits)),
      timer_(loop, [this] { OnTimer(); }),
      idle_limit_ms_(PositiveMs(limits.client_idle_timeout_ms)) {}

void ClientConnection::Open(std::shared_ptr<ClientExchange> exchange) {
  SEDGE_CHECK(state_ == State::kNew);
  state_ = State::kConnecting;
  exchange_ = std::move(exchange);
  exchange_->connection = this;
  since_ms_ = loop_.now_ms();
  const loop::ConnectOptions options = {.timeout_ms = limits_.connect_timeout_ms,
                                        .dns_cache_ms = limits_.dns_cache_ms,
                                        .name = origin_.name,
                                        .filter = origin_.filter,
                                        .resolver = resolver_};
  auto done = [this](Result<std::unique_ptr<loop::Stream>> stream) {
    OnConnected(std::move(stream));
  };
  attempt_ = origin_.connect_unix.empty()
                 ? loop::Connect(loop_, origin_.connect_host, origin_.connect_port, options, done)
                 : loop::ConnectToUnix(loop_, origin_.connect_unix, options, done);
}

void ClientConnection::OnConnected(Result<std::unique_ptr<loop::Stream>> stream) {
  const std::shared_ptr<ClientConnection> self = shared_from_this();
  attempt_.reset();
  if (!stream.ok()) {
    Fail(stream.status());
    return;
  }
  address_ = (*stream)->peer_name();
  if (!origin_.tls) {
    stream_ = std::move(stream).value();
    Begin();
    return;
  }
  state_ = State::kHandshaking;
  auto tls = loop::TlsStream::Client(
      loop_, std::move(stream).value(), tls_, origin_.name,
      [this](Status status) { OnHandshake(std::move(status)); }, Where());
  if (!tls.ok()) {
    Fail(tls.status());
    return;
  }
  stream_ = std::move(tls).value();
  since_ms_ = loop_.now_ms();
  UpdateTimer();
}

void ClientConnection::OnHandshake(Status status) {
  const std::shared_ptr<ClientConnection> self = shared_from_this();
  if (!status.ok()) {
    Fail(std::move(status));
  } else {
    Begin();
  }
}

void ClientConnection::Send(std::shared_ptr<ClientExchange> exchange) {
  SEDGE_CHECK(state_ == State::kIdle);
  exchange_ = std::move(exchange);
  exchange_->connection = this;
  reused_ = true;
  Begin();
}

void ClientConnection::Begin() {
  const std::shared_ptr<ClientConnection> self = shared_from_this();
  state_ = State::kActive;
  since_ms_ = loop_.now_ms();
  answered_ = head_delivered_ = paused_ = false;
  parser_.Start(exchange_->method == "HEAD");
  stream_->set_listener(this);
  stream_->StartReading();
  // The head is kept: the exchange may have to be sent again.
  sender_ =
      std::make_shared<RequestSender>(*stream_, *this, exchange_->head, std::move(exchange_->body));
  const std::shared_ptr<RequestSender> sender = sender_;
  sender->Start();
}

void ClientConnection::OnData(ByteSpan data) {
  const std::shared_ptr<ClientConnection> self = shared_from_this();
  if (state_ != State::kActive) {
    Close();  // nobody asked for it
    return;
  }
  if (!std::exchange(answered_, true)) sender_->DropSentBody();
  // A head that comes bit by bit has one limit for all of it.
  if (head_delivered_) since_ms_ = loop_.now_ms();
  if (Status status = parser_.Push(data); !status.ok()) {
    Fail(At(status));
    return;
  }
  // Apart from the parser, which may begin the next response before this one's bytes are handed on.
  const ResponseParser::Body body = parser_.TakeBody();
  AfterPush(body.bytes);
}

void ClientConnection::OnEnd() {
  const std::shared_ptr<ClientConnection> self = shared_from_this();
  if (state_ != State::kActive) {
    Close();
    return;
  }
  if (Status status = parser_.Finish(); !status.ok()) {
    Fail(status.WithPrefix(While("read EOF")));
    return;
  }
  // RFC 9112 section 9.8: what ends with the connection may have been cut short by anybody.
  if (!stream_->ended_cleanly()) {
    Fail(Unavailable(While("read EOF") +
                     ": the connection was closed without TLS's close_notify, so the response's "
                     "body, which has no length, may have been cut short"));
    return;
  }
  AfterPush({});
}

void ClientConnection::OnError(Status why) {
  const std::shared_ptr<ClientConnection> self = shared_from_this();
  // What TLS says names the peer already.
  const bool is_named = why.message().find(Where()) != std::string_view::npos;
  Fail(is_named ? why : Status(why.code(), While(why.message())));
}

void ClientConnection::OnDrain() {
  const std::shared_ptr<ClientConnection> self = shared_from_this();
  since_ms_ = loop_.now_ms();
  if (const std::shared_ptr<RequestSender> sender = sender_) sender->OnDrain();
}

void ClientConnection::OnSenderProgress() {
  since_ms_ = loop_.now_ms();
  if (sender_->blocked()) unacknowledged_bytes_ = stream_->unacknowledged_bytes();
  UpdateTimer();
}

void ClientConnection::OnSenderFailed(Status why) {
  if (state_ != State::kActive || !late_failure_.ok()) return;
  late_failure_ = std::move(why);
  timer_due_ms_ = 0;
  timer_.Start(0);
}

void ClientConnection::AfterPush(ByteSpan body) {
  if (parser_.head_done() && !head_delivered_) {
    head_delivered_ = true;
    since_ms_ = loop_.now_ms();
    DeliverHead(body);
  } else if (head_delivered_) {
    DeliverBody(body);
  }
  if (state_ == State::kActive) UpdateTimer();
}

// The exchange ends before its last bytes are handed out, so that whoever gets them may send the
// next request over this connection.
void ClientConnection::DeliverHead(ByteSpan body) {
  ParsedResponseHead head = parser_.TakeHead();
  ClientResponse response;
  response.status = head.status;
  response.reason = std::move(head.reason);
  response.headers = std::move(head.headers);
  const Client::ResponseCallback done = std::exchange(exchange_->done, nullptr);
  if (parser_.complete() && body.size() <= kCopiedBodyBytes) {
    response.body = MakeBytesBody(Bytes::Copy(body));
    EndExchange();
    if (done) done(std::move(response));
    return;
  }
  auto [pipe, source] = BodyPipe::Make(parser_.body_length(), limits_.client_body_buffer_bytes);
  pipe_ = std::move(pipe);
  response.body = std::move(source);
  pipe_->set_drain_callback([this] { OnBodyDrained(); });
  pipe_->set_cancel_callback([this] { OnBodyCancelled(); });
  // Who gets the response may be reading when it returns, and gets its bytes from where they are.
  if (done) done(std::move(response));
  if (head_delivered_ && pipe_) DeliverBody(body);
}

void ClientConnection::DeliverBody(ByteSpan body) {
  if (parser_.complete()) {
    const std::unique_ptr<BodyPipe> pipe = std::move(pipe_);
    pipe->set_drain_callback(nullptr);
    pipe->set_cancel_callback(nullptr);
    EndExchange();
    if (!body.empty()) pipe->WriteView(body);
    pipe->Close();
  } else if (!body.empty() && pipe_) {
    const bool wants_more = pipe_->WriteView(body);
    if (state_ == State::kActive && pipe_) PauseUnless(wants_more);
  }
}

// The response is complete. The connection goes back to the pool, or closes when it cannot be
// reused: also when the request is not sent whole, whose rest nobody waits for.
void ClientConnection::EndExchange() {
  const bool reusable = parser_.keep_alive() && sender_->complete() && stream_->queued_bytes() == 0;
  StopSender();
  std::shared_ptr<ClientExchange> exchange = std::exchange(exchange_, nullptr);
  exchange->connection = nullptr;
  if (const auto seconds = parser_.keep_alive_seconds()) {
    const uint64_t promised_ms = uint64_t{*seconds} * 1000;
    const uint64_t usable_ms = promised_ms - std::min(promised_ms, kKeepAliveMarginMs);
    idle_limit_ms_ = std::min(PositiveMs(limits_.client_idle_timeout_ms), usable_ms);
  }
  Owner* owner = owner_;
  if (!reusable || idle_limit_ms_ == 0 || !owner) {
    Close();
    if (owner) owner->OnExchangeOver(*exchange);
    return;
  }
  late_failure_ = Status();
  state_ = State::kIdle;
  since_ms_ = loop_.now_ms();
  if (std::exchange(paused_, false)) stream_->StartReading();
  UpdateTimer();
  owner->OnExchangeOver(*exchange);
  owner->OnConnectionIdle(this);
}

// The body goes at the end of the loop's turn: who made it hears of it, which may run JavaScript,
// which may cancel this very exchange. By then it is over, and its outcome is told.
void ClientConnection::StopSender() {
  if (!sender_) return;
  sender_->Stop();
  if (sender_->holds_body()) loop_.Post([sender = sender_] { sender->DropBody(); });
  sender_.reset();
}

void ClientConnection::PauseUnless(bool wants_more) {
  if (wants_more || paused_) return;
  paused_ = true;
  stream_->StopReading();
}

void ClientConnection::OnBodyDrained() {
  if (state_ != State::kActive || !std::exchange(paused_, false)) return;
  since_ms_ = loop_.now_ms();
  stream_->StartReading();
  UpdateTimer();
}

void ClientConnection::OnBodyCancelled() {
  const std::shared_ptr<ClientConnection> self = shared_from_this();
  if (!parser_.complete()) return Cancel();
  pipe_.reset();
  EndExchange();
}

// RFC 9112 section 9.3.1: a connection that was kept open may close just when it is used again.
// Then a request may be sent once more whose method is idempotent (RFC 9110 section 9.2.2) and
// whose body is still there. What was not sent at all the pool sees to, by LooksOpen().
bool ClientConnection::PrepareRetry(ClientExchange& exchange) {
  if (!reused_ || answered_ || exchange.retried || !exchange.done ||
      !IsIdempotentMethod(exchange.method)) {
    return false;
  }
  if (!sender_->has_body()) return true;
  exchange.body = sender_->TakeBodyAgain();
  return exchange.body != nullptr;
}

void ClientConnection::Fail(Status why) {
  const std::shared_ptr<ClientConnection> self = shared_from_this();
  if (state_ == State::kClosed) return;
  const bool may_retry = state_ == State::kActive && why.code() == StatusCode::kUnavailable &&
                         exchange_ && PrepareRetry(*exchange_);
  if (why.code() != StatusCode::kCancelled) why = why.WithPrefix(kFetchFailed);
  std::shared_ptr<ClientExchange> exchange = std::exchange(exchange_, nullptr);
  const std::unique_ptr<BodyPipe> pipe = std::move(pipe_);
  Owner* owner = owner_;
  Close();
  if (exchange) {
    exchange->connection = nullptr;
    if (may_retry && owner) {
      exchange->retried = true;
      owner->OnExchangeRetry(std::move(exchange));
      return;
    }
    if (owner) owner->OnExchangeOver(*exchange);
    if (auto done = std::exchange(exchange->done, nullptr)) done(why);
  }
  if (pipe) pipe->Fail(std::move(why));
}

void ClientConnection::Cancel() {
  if (exchange_) exchange_->done = nullptr;
  Fail(Cancelled("the request was cancelled"));
}

void ClientConnection::Abandon() {
  owner_ = nullptr;
  if (exchange_) exchange_->done = nullptr;
  Fail(Unavailable("the HTTP client was closed"));
}

void ClientConnection::Close() {
  if (state_ == State::kClosed) return;
  state_ = State::kClosed;
  timer_.Stop();
  attempt_.reset();
  StopSender();
  stream_.reset();
  if (Owner* owner = std::exchange(owner_, nullptr)) owner->OnConnectionClosed(this);
}

std::string ClientConnection::Where() const {
  return address_.empty() ? origin_.name : loop::AddressAndName(address_, origin_.name);
}

std::string ClientConnection::While(std::string_view doing) const {
  return std::string(doing) + " " + Where();
}

Status ClientConnection::At(const Status& why) const { return why.WithPrefix(Where()); }

}  // namespace sedge::http
