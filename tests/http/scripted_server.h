// SPDX-License-Identifier: Apache-2.0
// ScriptedServer: a server on 127.0.0.1 with plain blocking sockets, one thread per connection,
// whose every byte a test's script decides. Accessors may be used from any thread.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "runtime/loop/tls_context.h"

namespace sedge::http {

// One accepted connection, used by its script's thread. Reads give up after 20 seconds.
class ServerSocket {
 public:
  ServerSocket(int fd, const std::atomic<bool>& stopping) : fd_(fd), stopping_(stopping) {}
  ~ServerSocket();

  // `max_version` such as TLS1_2_VERSION; 0: the newest.
  bool StartTls(loop::TlsContext& context, int max_version = 0);
  // After StartTls: what the client asked for, and what came of it.
  bool resumed() const { return SSL_session_reused(ssl_.get()) == 1; }
  std::string tls_version() const { return SSL_get_version(ssl_.get()); }
  std::string server_name() const;
  std::string alpn() const;
  bool got_close_notify() const {
    return (SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) != 0;
  }
  // Ends the TCP connection without TLS's close_notify.
  void CloseWithoutNotify();
  // Up to and with the empty line; "" when the peer closed first, or when the server is about to
  // end and no byte came.
  std::string ReadHead();
  std::string ReadBytes(size_t size);
  // What comes next, at most 64 KiB; "" at the end.
  std::string ReadSome();
  std::string ReadToEnd();
  bool Write(std::string_view bytes);
  bool WriteUnencrypted(std::string_view bytes);
  // The peer closes, or has closed; whatever it sends first is dropped.
  bool WaitForClose() { return ReadToEnd(), closed_; }
  // Closing tells the peer by a TCP reset.
  void ResetOnClose();
  // 0 for the first connection of the server.
  int index = 0;

 private:
  int fd_;
  const std::atomic<bool>& stopping_;
  loop::SslPtr ssl_;
  std::string buffer_;
  bool closed_ = false;
};

class ScriptedServer {
 public:
  using Script = std::function<void(ServerSocket&)>;
  explicit ScriptedServer(Script script);
  // Waits for all scripts to return.
  ~ScriptedServer();

  uint16_t port() const { return port_; }
  int accepted() const { return accepted_; }
  // Scripts that run.
  int running() const { return running_; }

 private:
  void Accept();

  Script script_;
  int fd_;
  uint16_t port_ = 0;
  std::atomic<int> accepted_ = 0;
  std::atomic<int> running_ = 0;
  std::atomic<bool> stopping_ = false;
  std::thread acceptor_;
  std::vector<std::thread> threads_;  // used by acceptor_, then by the destructor
};

}  // namespace sedge::http
