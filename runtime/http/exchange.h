// SPDX-License-Identifier: Apache-2.0
// Exchange: one request of a server connection and the place where its response goes. Protocols
// (HTTP/1.1 now, HTTP/2 later) implement it; the dispatcher knows nothing else of connections.
// One loop thread.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "runtime/http/body.h"
#include "runtime/http/forwarded.h"
#include "runtime/http/message.h"

namespace sedge::http {

// Owned by its connection. The handler that got it must call Release() exactly once, after which it
// may not touch it. Everything else may be called until then, also when the client is gone.
class Exchange {
 public:
  virtual ~Exchange() = default;

  // Views live until Release().
  virtual const RequestHead& head() const = 0;
  // The peer's address without its port, such as "127.0.0.1"; "unix:" for a Unix socket.
  virtual std::string_view client_address() const = 0;
  // Whose word about the client is taken; null when this peer's is not.
  virtual const TrustedProxies* trusted_proxies() const = 0;

  // The request's body, to be taken once; null when there is none (or it was taken). The source
  // stays valid after Release(): it then fails or ends as the connection decides.
  virtual std::unique_ptr<BodySource> TakeBody() = 0;

  // Answers with a whole body, or with a stream. Exactly one of them, once. Header fields are
  // checked (token, field value) and those that frame messages (Content-Length, Transfer-Encoding,
  // Connection, Keep-Alive, Upgrade, Trailer ...) are the connection's own: given ones are dropped,
  // but for a Content-Length of a response to HEAD. `body` bytes are copied before the call
  // returns. A `body` that is null stands for that of a response to HEAD of which nothing is known
  // but what the head says. Fails with kInvalidArgument, having sent nothing, when the head cannot
  // be sent as it is.
  virtual Status Respond(const ResponseHead& head, std::string_view body) = 0;
  virtual Status RespondStream(const ResponseHead& head, std::unique_ptr<BodySource> body) = 0;

  // Ends the connection without (the rest of) a response.
  virtual void Abort() = 0;

  // Called once if the client goes away before the response was sent whole. Set before it happens.
  virtual void set_abort_callback(std::function<void()> aborted) = 0;
  // True when the client is known to be gone.
  virtual bool aborted() const = 0;

  // The handler is done with this exchange. Legal before the response is sent whole (a stream goes
  // on by itself); without any response the client gets a bare 500.
  virtual void Release() = 0;

  // For the handler: whatever it wants to find again; the connection does not look at it.
  uint64_t user_data = 0;
};

class RequestHandler {
 public:
  virtual ~RequestHandler() = default;
  // The head is complete (the body perhaps not). May answer at once or later.
  virtual void OnRequest(Exchange* exchange) = 0;
};

}  // namespace sedge::http
