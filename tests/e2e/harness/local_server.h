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
  std::string body;
};

// How a handler answers.
struct ServerResponse {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  uint64_t stream_bytes = 0;  // when above zero: that many 'x' bytes instead of `body`
  bool close_early = false;   // send head and half the body, then close
};

class LocalServer {
 public:
  using Handler = std::function<ServerResponse(const ServerRequest&)>;

  // TLS when PEM files are given.
  explicit LocalServer(Handler handler, std::string certificate_file = "",
                       std::string key_file = "");
  ~LocalServer();

  uint16_t port() const { return port_; }
  std::string url() const;
  // What was asked so far, in order: "GET /path".
  std::vector<std::string> log();

 private:
  class Connection;
  void AcceptLoop();
  void Serve(int fd);

  Handler handler_;
  void* tls_context_ = nullptr;  // SSL_CTX
  int listener_ = -1;
  uint16_t port_ = 0;
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::vector<std::string> log_;      // guarded by mutex_
  std::vector<int> open_;             // guarded by mutex_
  std::vector<std::thread> threads_;  // guarded by mutex_
  std::thread accepter_;
};

}  // namespace sedge::e2e
