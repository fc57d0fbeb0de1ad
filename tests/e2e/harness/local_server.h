// SPDX-License-Identifier: Apache-2.0
// A small HTTP/1.1 server for tests to stand behind sedge: an origin, a blog over TLS. A thread per
// connection, blocking sockets, OpenSSL; deliberately none of sedge's own HTTP code.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace sedge::e2e {

struct ServerRequest {
  std::string method;
  std::string target;
  std::map<std::string, std::string> headers;  // lower-case names; the last of a name counts
  std::string head;                            // as received, without the empty line at its end
  std::string body;

  // Of the connection that the request came over.
  int connection = 0;  // counted from 1 in the order of arrival
  // True when the client closed or reset it within the time.
  std::function<bool(int timeout_ms)> wait_for_close;

  // The header's value, or "".
  std::string Header(const std::string& lower_name) const {
    const auto found = headers.find(lower_name);
    return found == headers.end() ? "" : found->second;
  }
};

// Sends a piece of a body; false when the client is gone.
using WritePiece = std::function<bool(std::string_view)>;

// How a handler answers.
struct ServerResponse {
  int status = 200;
  std::string reason = "Status";
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};
  uint64_t stream_bytes = 0;  // when above zero: that many 'x' bytes instead of `body`
  // When set: a chunked body, of what it writes. It may block; false ends the connection early.
  std::function<bool(const WritePiece&)> stream = {};
  // When set: writes all that goes over the wire, head and all; then the connection ends.
  std::function<void(const WritePiece&)> raw = {};
  bool close_early = false;  // send head and half the body, then close
};

class LocalServer {
 public:
  using Handler = std::function<ServerResponse(const ServerRequest&)>;

  // TLS when PEM files are given.
  explicit LocalServer(Handler handler, std::string certificate_file = "",
                       std::string key_file = "");
  ~LocalServer();

  // Told of every piece of a request's body as it comes (with the head; the body is still empty).
  // May block: then the client has to wait. Set before the first request.
  using BodyObserver = std::function<void(const ServerRequest&, std::string_view piece)>;
  void set_body_observer(BodyObserver observer) { body_observer_ = std::move(observer); }

  uint16_t port() const { return port_; }
  std::string url() const;
  // What was asked so far, in order: "GET /path".
  std::vector<std::string> log();
  // The same with all that came.
  std::vector<ServerRequest> requests();
  // How many connections were accepted.
  int connections();

 private:
  class Connection;
  void AcceptLoop();
  void Serve(int fd, int number);
  bool Answer(Connection& connection, const ServerRequest& request);

  Handler handler_;
  BodyObserver body_observer_;
  void* tls_context_ = nullptr;  // SSL_CTX
  int listener_ = -1;
  uint16_t port_ = 0;
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::vector<ServerRequest> requests_;  // guarded by mutex_
  int connections_ = 0;                  // guarded by mutex_
  std::vector<int> open_;                // guarded by mutex_
  std::vector<std::thread> threads_;     // guarded by mutex_
  std::thread accepter_;
};

}  // namespace sedge::e2e
