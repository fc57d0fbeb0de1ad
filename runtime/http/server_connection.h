// SPDX-License-Identifier: Apache-2.0
// ServerConnection: HTTP/1.x on one accepted stream, one exchange at a time; pipelined requests
// wait their turn in order. The exchange is embedded: a request on a connection that is warm
// allocates nothing here. One loop thread; owned by its server, which destroys it at the end of a
// loop turn after OnConnectionClosed, so no callback can pull it away under its own feet.
//
// What a message needs is lent to it (server_message.h) from the message's first byte on until the
// response has gone out and the handler let go: an idle connection has none of it.
//
// A message has an input side (Input: where the request's bytes go) and an output side (Output: how
// far the response is). The next request starts when both are through and the handler let go.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "runtime/base/limits.h"
#include "runtime/http/date_cache.h"
#include "runtime/http/exchange.h"
#include "runtime/http/forwarded.h"
#include "runtime/http/server_message.h"
#include "runtime/loop/stream.h"

namespace sedge::http {

class ServerConnection;

// What the connections of a server share; outlives them.
struct ServerContext {
  loop::Loop& loop;
  Limits limits;
  RequestHandler* handler;
  DateCache date;
  bool shutting_down = false;
  TrustedProxies trusted_proxies;
  // Said once; the connection may be destroyed at the end of the turn.
  std::function<void(ServerConnection*)> on_connection_closed;
  // What all connections hold because their clients do not take it. When it passes its limit, it
  // is overfull up to the turn's end, at which the server makes room.
  size_t unsent_bytes = 0;
  bool overfull = false;
  std::function<void()> on_overfull = nullptr;
  ServerMessages messages = {};
};

class ServerConnection final : public Exchange,
                               private loop::StreamListener,
                               private loop::TurnTask {
 public:
  // Bytes that are read ahead of a handler that is busy with an earlier request.
  static constexpr size_t kMaxBacklogBytes = 64u << 10;
  // Unsent response bytes past which no further pipelined request is begun.
  static constexpr size_t kMaxUnsentBytes = 256u << 10;
  // Bytes of an unwanted request body that are read over to keep the connection.
  static constexpr uint64_t kMaxDiscardedBytes = 256u << 10;
  // How long nothing is sent to a client that has half closed before it is asked whether it is
  // still there (see AskClient); twice as long before it is asked again, and so on, up to a number.
  static constexpr uint64_t kFirstAskMs = 1'000;
  static constexpr int kMaxAsks = 8;
  // Where it cannot be asked, it counts as gone after this time without output.
  static constexpr uint64_t kHalfClosedMs = 30'000;
  // Bodies up to this size are copied behind their head: cheaper than a gathering write.
  static constexpr size_t kCopiedBodyBytes = 4u << 10;
  static constexpr size_t kCopiedChunkBytes = 16u << 10;
  // Bytes gathered at most before they are written.
  static constexpr size_t kFlushBytes = 64u << 10;
  // From this size on a chunk is a reason to make room for all that is gathered.
  static constexpr size_t kLongChunkBytes = 4u << 10;
  // That much: the last chunk comes with its size and two ends of lines.
  static constexpr size_t kFullBytes = kFlushBytes + kCopiedChunkBytes + 64;
  // Bytes of a streamed body that are moved before others get their turn.
  static constexpr size_t kMaxPumpedBytes = 1u << 20;

  ServerConnection(ServerContext& context, std::unique_ptr<loop::Stream> stream, bool tls);
  ~ServerConnection() override;

  void Start();
  // Answers with `status` and closes; for a connection that is one too many.
  void Refuse(int status, std::string_view why);
  // Closes when idle; else after what runs.
  void BeginShutdown();
  // Closes at once; an exchange that its handler holds is aborted.
  void Close();
  // What it holds because its client does not take it.
  size_t unsent_bytes() const { return unsent_bytes_; }
  // Since when it has taken too little, as far as the sweeps have seen; far ahead: it has not.
  uint64_t slow_since_ms() const {
    return message_ && message_->slow_since_ms != 0 ? message_->slow_since_ms : UINT64_MAX / 2;
  }
  // Counts it anew.
  void CountUnsent();
  // Ends what waited too long by `now_ms`; called about once per second, when all is read that had
  // come by then. The clock, and what happened meanwhile, may be later.
  void CheckDeadlines(uint64_t now_ms);

  // For the server: its place in the list, and whether it is one too many.
  uint32_t index = 0;
  bool refused = false;

  // Exchange:
  const RequestHead& head() const override { return message_->parser.head(); }
  std::string_view client_address() const override;
  const TrustedProxies* trusted_proxies() const override {
    return peer_ == Peer::kTrusted ? &context_.trusted_proxies : nullptr;
  }
  std::unique_ptr<BodySource> TakeBody() override;
  Status Respond(const ResponseHead& head, std::string_view body) override;
  Status RespondStream(const ResponseHead& head, std::unique_ptr<BodySource> body) override;
  void Abort() override;
  void set_abort_callback(std::function<void()> aborted) override;
  bool aborted() const override { return aborted_; }
  void Release() override;

 private:
  enum class Input : uint8_t {
    kHead,       // a head is awaited or comes in
    kHeld,       // the body waits for the handler to take it
    kPiped,      // the body goes into message_->pipe
    kDiscarded,  // nobody wants the body
    kAbandoned,  // the rest of the request is not read: the connection ends with the response
    kComplete,   // all is read
  };
  enum class Output : uint8_t { kNone, kStreaming, kSent };
  enum class Life : uint8_t {
    kOpen,
    kFlushing,   // closes when all is written
    kLingering,  // all is written and shut down; reads until the client closes
    kClosed,
  };

  enum class Peer : uint8_t { kUnknown, kTrusted, kOther };

  static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  static Status ClientWentAway();

  // StreamListener and TurnTask:
  void OnData(ByteSpan data) override;
  void OnEnd() override;
  void OnError(Status why) override;
  void OnDrain() override;
  void OnTurnEnd() override;

  // Input.
  bool Process(ByteSpan* input);
  bool CanParse() const;
  bool RunBacklog();
  bool has_backlog() const { return message_ && !message_->backlog.empty(); }
  bool has_output() const { return message_ && !message_->out.empty(); }
  void Resume();
  void UpdateReading();
  void StartExchange();
  void BelieveProxy();
  void OnBody(ByteSpan bytes);
  void OnRequestEnd();
  void OnInputEnd();
  void OnParseError();
  void OnBodyCancelled();
  void FailPipe(Status why);

  // Output.
  Status WriteHead(const ResponseHead& head, ResponseFraming* framing);
  void RespondText(int status, std::string_view text);
  void Pump();
  void OnChunk(const Result<ByteSpan>& chunk);
  void WriteChunk(ByteSpan data);
  void CutShort(std::string_view why);
  void Break();
  void FinishResponse();
  void Send(ByteSpan first, ByteSpan second);
  void FlushOrDefer();
  void Flush();
  void ContinueClose();

  // Life.
  void TryFinish();
  void BeginClose();
  void CloseNow(bool reset);
  void TellAborted();
  void TakeMessage();
  void ReturnMessage();

  // Deadlines.
  bool ExpireInput(uint64_t now_ms);
  bool OwesResponse() const;
  bool IsLeftByClient(uint64_t now_ms);
  uint64_t SilentSince() const;
  bool CanBeAsked() const;
  // REQUIRES: it was silent for as long as is said there, or there is a reason not to wait.
  void AskClient();
  bool IsTimeToAsk(uint64_t now_ms) const;
  bool IsTooSlow(uint64_t now_ms);
  bool IsIdle() const;

  uint64_t now_ms() const { return context_.loop.now_ms(); }

  ServerContext& context_;
  std::unique_ptr<loop::Stream> stream_;    // null when kClosed
  std::unique_ptr<ServerMessage> message_;  // null: between two messages, with nothing of either

  Life life_ = Life::kOpen;
  Input input_ = Input::kHead;
  Output output_ = Output::kNone;
  const bool tls_;
  bool exchange_held_ = false;  // between OnRequest and Release
  bool keep_alive_ = true;
  bool head_request_ = false;
  bool continue_owed_ = false;  // the client waits for "100 Continue"
  bool aborted_ = false;
  bool reported_closed_ = false;
  bool processing_ = false;  // Process is on the stack
  bool reading_ = false;
  bool read_ended_ = false;  // the client has half closed, and all that it sent is read
  bool end_seen_ = false;    // the client has half closed; what it sent may be unread
  bool pipe_full_ = false;
  bool drained_ = true;        // the stream has nothing queued
  bool pumping_ = false;       // Pump is on the stack
  bool read_pending_ = false;  // of the response's body
  Peer peer_ = Peer::kUnknown;

  uint64_t begun_ = 0;         // requests
  uint64_t waiting_since_ms_;  // for a request's first byte
  uint64_t last_input_ms_;
  size_t unsent_bytes_ = 0;  // of those given to the stream, as they were counted last
};

}  // namespace sedge::http
