// SPDX-License-Identifier: Apache-2.0
// ServerConnection: HTTP/1.x on one accepted stream, one exchange at a time; pipelined requests
// wait their turn in order. The exchange is embedded: a request on a connection that is warm
// allocates nothing here. One loop thread; owned by its server, which destroys it at the end of a
// loop turn after OnConnectionClosed, so no callback can pull it away under its own feet.
//
// A message has an input side (Input: where the request's bytes go) and an output side (Output: how
// far the response is). The next request starts when both are through and the handler let go.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "runtime/base/limits.h"
#include "runtime/http/body_pipe.h"
#include "runtime/http/date_cache.h"
#include "runtime/http/exchange.h"
#include "runtime/http/forwarded.h"
#include "runtime/http/output_buffer.h"
#include "runtime/http/request_parser.h"
#include "runtime/http/response_writer.h"
#include "runtime/loop/stream.h"

namespace sedge::http {

class ServerConnection;

// What the connections of a server share.
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
  // After so long without a request a connection gives its buffers back.
  static constexpr uint64_t kIdleMs = 1'000;
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
  uint64_t slow_since_ms() const { return slow_since_ms_ == 0 ? UINT64_MAX / 2 : slow_since_ms_; }
  // Counts it anew.
  void CountUnsent();
  // Ends what waited too long by `now_ms`; called about once per second, when all is read that had
  // come by then. The clock, and what happened meanwhile, may be later.
  void CheckDeadlines(uint64_t now_ms);

  // For the server: its place in the list, and whether it is one too many.
  size_t index = 0;
  bool refused = false;

  // Exchange:
  const RequestHead& head() const override { return head_; }
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
    kPiped,      // the body goes into pipe_
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
  void ReleaseMemory();

  uint64_t now_ms() const { return context_.loop.now_ms(); }

  ServerContext& context_;
  std::unique_ptr<loop::Stream> stream_;  // null when kClosed
  RequestParser parser_;
  RequestHead head_;
  mutable std::string client_address_;

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
  bool read_pending_ = false;  // of response_body_
  Peer peer_ = Peer::kUnknown;

  uint64_t begun_ = 0;  // requests

  std::unique_ptr<BodyPipe> pipe_;
  std::vector<uint8_t> backlog_;  // bytes that came and were not parsed yet
  uint64_t discard_left_ = 0;

  OutputBuffer out_;
  std::unique_ptr<BodySource> response_body_;
  ResponseFraming framing_;
  uint64_t response_left_ = 0;  // of a declared length
  size_t pumped_bytes_ = 0;     // in this turn
  std::function<void()> abort_callback_;

  uint64_t waiting_since_ms_;   // for a request's first byte
  uint64_t head_since_ms_ = 0;  // 0: no part of a head is here
  uint64_t last_input_ms_;
  uint64_t half_closed_since_ms_ = 0;  // as far as end_seen_; or since the last output after that
  int asks_ = 0;                       // since then
  // Of a client that takes less than it is sent: since when its progress is measured (0: it is
  // not), and what it had taken then.
  uint64_t slow_since_ms_ = 0;
  int64_t slow_taken_bytes_ = 0;
  int64_t sent_bytes_ = 0;   // given to the stream
  size_t unsent_bytes_ = 0;  // of those, as they were counted last
};

}  // namespace sedge::http
