// SPDX-License-Identifier: Apache-2.0
// ClientConnection: one connection to an origin, from connecting to closing, that carries one
// exchange after another. One loop thread; held by shared_ptr because its callbacks run code that
// may drop it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "runtime/base/limits.h"
#include "runtime/http/body_pipe.h"
#include "runtime/http/client.h"
#include "runtime/http/request_sender.h"
#include "runtime/http/request_writer.h"
#include "runtime/http/response_parser.h"
#include "runtime/loop/connector.h"
#include "runtime/loop/loop.h"
#include "runtime/loop/stream.h"
#include "runtime/loop/timer.h"
#include "runtime/loop/tls_context.h"

namespace sedge::http {

class ClientConnection;

// Where a connection goes; connections to equal ones are interchangeable.
struct ClientOrigin {
  bool tls = false;          // to the peer
  std::string name;          // the URL's host: the TLS name, and the one in error texts
  std::string connect_host;  // what is connected to
  uint16_t connect_port = 0;
  std::string connect_unix = {};                // the path of a socket instead of both; "": none
  const loop::AddressFilter* filter = nullptr;  // null: every address may be connected to

  std::string Key() const;
  bool operator==(const ClientOrigin&) const = default;
};

// One request on its way.
struct ClientExchange {
  Client::RequestId id = 0;
  ClientOrigin origin;
  std::string method;
  WrittenRequest head;
  std::unique_ptr<BodySource> body;
  Client::ResponseCallback done;           // null once called or cancelled
  ClientConnection* connection = nullptr;  // null while it waits for one, and at the end
  uint64_t order = 0;                      // of submission
  uint64_t queue_deadline_ms = 0;          // for getting a connection; 0: it has not waited yet
  bool fresh = false;                      // wants a new connection
  bool retried = false;
};

// A limit's time; 0 for one that is no time.
inline uint64_t PositiveMs(int64_t ms) { return ms > 0 ? static_cast<uint64_t>(ms) : 0; }

class ClientConnection final : public loop::StreamListener,
                               public RequestSender::Listener,
                               public std::enable_shared_from_this<ClientConnection> {
 public:
  class Owner {
   public:
    virtual ~Owner() = default;
    // It may carry another exchange.
    virtual void OnConnectionIdle(ClientConnection* connection) = 0;
    // It is closed; nothing else is called for it afterwards but what its exchange needs.
    virtual void OnConnectionClosed(ClientConnection* connection) = 0;
    // The exchange was not answered and may be sent again.
    virtual void OnExchangeRetry(std::shared_ptr<ClientExchange> exchange) = 0;
    // The exchange is over, well or not; its callback may still be about to be called.
    virtual void OnExchangeOver(const ClientExchange& exchange) = 0;
  };

  ClientConnection(loop::Loop& loop, const Limits& limits, Owner* owner, ClientOrigin origin,
                   std::shared_ptr<loop::TlsContext> tls, loop::Resolver* resolver);

  // Connects, then sends `exchange`.
  void Open(std::shared_ptr<ClientExchange> exchange);
  // REQUIRES: idle.
  void Send(std::shared_ptr<ClientExchange> exchange);
  // REQUIRES: idle. Whether the peer still seems to be there, as far as the kernel knows.
  bool LooksOpen() const { return stream_->quiet(); }
  // REQUIRES: idle. The owner is told.
  void CloseIdle() { Close(); }
  // Drops the running exchange's callback and closes; its response's body fails.
  void Cancel();
  // The owner goes away: closes without telling it. Responses' bodies fail.
  void Abandon();

 private:
  enum class State : uint8_t { kNew, kConnecting, kHandshaking, kActive, kIdle, kClosed };

  void OnConnected(Result<std::unique_ptr<loop::Stream>> stream);
  void OnHandshake(Status status);
  void Begin();

  void OnData(ByteSpan data) override;
  void OnEnd() override;
  void OnError(Status why) override;
  void OnDrain() override;
  void OnSenderProgress() override;
  void OnSenderFailed(Status why) override;

  void AfterPush(ByteSpan body);
  void DeliverHead(ByteSpan body);
  void DeliverBody(ByteSpan body);
  void EndExchange();
  void StopSender();
  void PauseUnless(bool wants_more);
  void OnBodyDrained();
  void OnBodyCancelled();

  // What OnTimer() finds overdue is judged once what is here already has been read.
  struct LateLook final : loop::TurnTask {
    explicit LateLook(ClientConnection& connection) : connection(connection) {}
    void OnTurnEnd() override { connection.OnOverdue(); }
    ClientConnection& connection;
    uint64_t due_ms = 0;
  };

  void UpdateTimer();
  void OnTimer();
  void OnOverdue();
  uint64_t CurrentLimitMs() const;
  bool PeerTookEnough();
  Status TimeoutStatus() const;

  bool PrepareRetry(ClientExchange& exchange);
  void Fail(Status why);
  void Close();
  std::string Where() const;
  // "read ETIMEDOUT 127.0.0.1:9 (blog.example.com)"
  std::string While(std::string_view doing) const;
  Status At(const Status& why) const;

  loop::Loop& loop_;
  const Limits limits_;
  Owner* owner_;
  const ClientOrigin origin_;
  std::shared_ptr<loop::TlsContext> tls_;
  loop::Resolver* resolver_;
  State state_ = State::kNew;
  std::unique_ptr<loop::ConnectAttempt> attempt_;
  std::unique_ptr<loop::Stream> stream_;
  std::string address_;  // of the peer, once connected
  ResponseParser parser_;
  LateLook late_look_{*this};
  loop::Timer timer_;
  uint64_t timer_due_ms_ = 0;
  uint64_t since_ms_ = 0;  // the last progress: what the current limit is counted from
  uint64_t idle_limit_ms_;
  size_t unacknowledged_bytes_ =
      0;  // of the request, when since_ms_ was, while the sender is blocked

  // Of the exchange that is running.
  std::shared_ptr<ClientExchange> exchange_;
  std::shared_ptr<RequestSender> sender_;
  std::unique_ptr<BodyPipe> pipe_;
  Status late_failure_;  // reported by the timer, not inside Send
  bool reused_ = false;
  bool answered_ = false;  // at least a byte of the response came
  bool head_delivered_ = false;
  bool paused_ = false;
};

}  // namespace sedge::http
