// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/harness/local_server.h"

#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>

#include "runtime/base/ascii.h"

namespace sedge::e2e {

// One accepted socket, plain or TLS.
class LocalServer::Connection {
 public:
  Connection(int fd, SSL_CTX* context) : fd_(fd) {
    if (!context) return;
    ssl_ = SSL_new(context);
    SSL_set_fd(ssl_, fd);
    ok_ = SSL_accept(ssl_) == 1;
  }
  ~Connection() {
    if (ssl_) {
      if (ok_) SSL_shutdown(ssl_);
      SSL_free(ssl_);
    }
  }
  bool ok() const { return ok_; }

  // False at the end.
  bool Fill() {
    char bytes[16384];
    const ssize_t n =
        ssl_ ? SSL_read(ssl_, bytes, sizeof bytes) : recv(fd_, bytes, sizeof bytes, 0);
    if (n <= 0) return false;
    buffer_.append(bytes, static_cast<size_t>(n));
    return true;
  }
  bool Write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t n = ssl_ ? SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()))
                             : send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(n));
    }
    return true;
  }

  // True when the peer closed or reset the connection within the time.
  bool WaitForClose(int timeout_ms) {
    pollfd waiting{fd_, POLLRDHUP, 0};
    return poll(&waiting, 1, timeout_ms) == 1;
  }

  using OnPiece = std::function<void(std::string_view)>;
  bool ReadRequest(ServerRequest& request, const BodyObserver& observer) {
    const auto on_piece = [&](std::string_view piece) {
      if (observer) observer(request, piece);
    };
    size_t end;
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
      if (!Fill()) return false;
    }
    request.head = buffer_.substr(0, end);
    ParseHead(request.head, request);
    buffer_.erase(0, end + 4);
    if (request.Header("transfer-encoding") == "chunked") {
      return ReadChunked(request.body, on_piece);
    }
    const std::string length = request.Header("content-length");
    return ReadExactly(length.empty() ? 0 : std::stoull(length), request.body, on_piece);
  }

 private:
  static void ParseHead(const std::string& head, ServerRequest& request) {
    const size_t line_end = head.find("\r\n");
    const std::string line = head.substr(0, line_end);
    request.method = line.substr(0, line.find(' '));
    request.target =
        line.substr(request.method.size() + 1, line.rfind(' ') - request.method.size() - 1);
    size_t at = line_end;
    while (at != std::string::npos && at < head.size()) {
      const size_t next = head.find("\r\n", at + 2);
      const std::string field =
          head.substr(at + 2, next == std::string::npos ? next : next - at - 2);
      const size_t colon = field.find(':');
      if (colon != std::string::npos) {
        request.headers[AsciiLowerCopy(field.substr(0, colon))] =
            std::string(Trim(std::string_view(field).substr(colon + 1)));
      }
      at = next;
    }
  }
  bool ReadExactly(uint64_t length, std::string& body, const OnPiece& on_piece) {
    std::string read;
    while (read.size() < length) {
      if (buffer_.empty() && !Fill()) return false;
      const std::string piece = buffer_.substr(0, length - read.size());
      buffer_.erase(0, piece.size());
      read += piece;
      if (on_piece) on_piece(piece);
    }
    body += read;
    return true;
  }
  bool ReadChunked(std::string& body, const OnPiece& on_piece) {
    std::string read;
    for (;;) {
      size_t end;
      while ((end = buffer_.find("\r\n")) == std::string::npos) {
        if (!Fill()) return false;
      }
      const uint64_t size = std::stoull(buffer_.substr(0, end), nullptr, 16);
      buffer_.erase(0, end + 2);
      std::string line_end;
      if (!ReadExactly(size, read, on_piece) || !ReadExactly(2, line_end, nullptr)) return false;
      if (size == 0) break;
    }
    body = std::move(read);
    return true;
  }

  int fd_;
  SSL* ssl_ = nullptr;
  bool ok_ = true;
  std::string buffer_;
};

LocalServer::LocalServer(Handler handler, std::string certificate_file, std::string key_file)
    : handler_(std::move(handler)) {
  signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL
  if (!certificate_file.empty()) {
    SSL_CTX* context = SSL_CTX_new(TLS_server_method());
    if (SSL_CTX_use_certificate_chain_file(context, certificate_file.c_str()) != 1 ||
        SSL_CTX_use_PrivateKey_file(context, key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
      std::abort();
    }
    tls_context_ = context;
  }
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  socklen_t length = sizeof address;
  if (bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      listen(listener_, 128) != 0 ||
      getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length) != 0) {
    std::abort();
  }
  port_ = ntohs(address.sin_port);
  accepter_ = std::thread([this] { AcceptLoop(); });
}

LocalServer::~LocalServer() {
  stopping_ = true;
  shutdown(listener_, SHUT_RDWR);
  accepter_.join();
  close(listener_);
  {
    std::lock_guard lock(mutex_);
    for (const int fd : open_) shutdown(fd, SHUT_RDWR);
  }
  for (std::thread& thread : threads_) thread.join();
  if (tls_context_) SSL_CTX_free(static_cast<SSL_CTX*>(tls_context_));
}

std::string LocalServer::url() const {
  return (tls_context_ ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(port_);
}

std::vector<std::string> LocalServer::log() {
  std::vector<std::string> lines;
  std::lock_guard lock(mutex_);
  for (const ServerRequest& request : requests_) {
    lines.push_back(request.method + " " + request.target);
  }
  return lines;
}

std::vector<ServerRequest> LocalServer::requests() {
  std::lock_guard lock(mutex_);
  return requests_;
}

int LocalServer::connections() {
  std::lock_guard lock(mutex_);
  return connections_;
}

void LocalServer::AcceptLoop() {
  while (!stopping_) {
    const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) continue;
    std::lock_guard lock(mutex_);
    open_.push_back(fd);
    threads_.emplace_back([this, fd, number = ++connections_] { Serve(fd, number); });
  }
}

void LocalServer::Serve(int fd, int number) {
  {
    Connection connection(fd, static_cast<SSL_CTX*>(tls_context_));
    for (ServerRequest request; connection.ok() && connection.ReadRequest(request, body_observer_);
         request = {}) {
      request.connection = number;
      {
        std::lock_guard lock(mutex_);
        requests_.push_back(request);
      }
      request.wait_for_close = [&](int timeout_ms) { return connection.WaitForClose(timeout_ms); };
      if (!Answer(connection, request)) break;
    }
  }
  std::lock_guard lock(mutex_);
  std::erase(open_, fd);
  close(fd);
}

// False when the connection cannot be used again.
bool LocalServer::Answer(Connection& connection, const ServerRequest& request) {
  const ServerResponse response = handler_(request);
  if (response.raw) {
    response.raw([&](std::string_view piece) { return connection.Write(piece); });
    return false;
  }
  const bool bodiless =
      request.method == "HEAD" || response.status == 204 || response.status == 304;
  const uint64_t length = response.stream_bytes > 0 ? response.stream_bytes : response.body.size();
  std::string head = "HTTP/1.1 " + std::to_string(response.status) + " " + response.reason + "\r\n";
  for (const auto& [name, value] : response.headers) head += name + ": " + value + "\r\n";
  if (response.stream) {
    head += "Transfer-Encoding: chunked\r\n";
  } else if (!bodiless || request.method == "HEAD") {
    head += "Content-Length: " + std::to_string(length) + "\r\n";
  }
  if (!connection.Write(head + "\r\n")) return false;
  if (bodiless) return true;
  if (response.close_early) {
    connection.Write(response.body.substr(0, response.body.size() / 2));
    return false;
  }
  if (response.stream) {
    const bool whole = response.stream([&](std::string_view piece) {
      char size[20];
      std::snprintf(size, sizeof size, "%zx\r\n", piece.size());
      return piece.empty() || connection.Write(size + std::string(piece) + "\r\n");
    });
    return whole && connection.Write("0\r\n\r\n");
  }
  if (response.stream_bytes == 0) return connection.Write(response.body);
  const std::string piece(64 << 10, 'x');
  for (uint64_t left = length; left > 0;) {
    const uint64_t n = std::min<uint64_t>(left, piece.size());
    if (!connection.Write(std::string_view(piece).substr(0, n))) return false;
    left -= n;
  }
  return true;
}

}  // namespace sedge::e2e
