// SPDX-License-Identifier: Apache-2.0
#include "tests/http/scripted_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "runtime/base/check.h"

namespace sedge::http {

ServerSocket::~ServerSocket() {
  if (ssl_) SSL_shutdown(ssl_.get());
  close(fd_);
}

bool ServerSocket::StartTls(loop::TlsContext& context, int max_version) {
  ssl_ = context.NewServer().value();
  if (max_version != 0) SSL_set_max_proto_version(ssl_.get(), max_version);
  SSL_set_fd(ssl_.get(), fd_);
  return SSL_accept(ssl_.get()) == 1;
}

std::string ServerSocket::server_name() const {
  const char* name = SSL_get_servername(ssl_.get(), TLSEXT_NAMETYPE_host_name);
  return name ? name : "";
}

std::string ServerSocket::alpn() const {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl_.get(), &name, &size);
  return std::string(reinterpret_cast<const char*>(name), size);
}

void ServerSocket::CloseWithoutNotify() {
  SSL_set_quiet_shutdown(ssl_.get(), 1);
  shutdown(fd_, SHUT_RDWR);
}

std::string ServerSocket::ReadSome() {
  if (!buffer_.empty()) return std::exchange(buffer_, std::string());
  std::string piece(64u << 10, '\0');
  const ssize_t got = ssl_ ? SSL_read(ssl_.get(), piece.data(), static_cast<int>(piece.size()))
                           : recv(fd_, piece.data(), piece.size(), 0);
  if (got <= 0) {
    closed_ = got == 0 || errno == ECONNRESET || ssl_ != nullptr;
    return "";
  }
  piece.resize(static_cast<size_t>(got));
  return piece;
}

std::string ServerSocket::ReadHead() {
  constexpr int kLookMs = 2;
  std::string head;
  pollfd readable = {fd_, POLLIN, 0};
  while (buffer_.empty() && !(ssl_ && SSL_pending(ssl_.get())) &&
         poll(&readable, 1, kLookMs) == 0) {
    if (stopping_) return "";
  }
  for (;;) {
    if (const size_t end = head.find("\r\n\r\n"); end != std::string::npos) {
      buffer_ = head.substr(end + 4);
      head.resize(end + 4);
      return head;
    }
    const std::string piece = ReadSome();
    if (piece.empty()) return "";
    head += piece;
  }
}

std::string ServerSocket::ReadBytes(size_t size) {
  std::string bytes;
  while (bytes.size() < size) {
    const std::string piece = ReadSome();
    if (piece.empty()) return bytes;
    bytes += piece;
  }
  buffer_ = bytes.substr(size);
  bytes.resize(size);
  return bytes;
}

std::string ServerSocket::ReadToEnd() {
  std::string bytes;
  for (std::string piece = ReadSome(); !piece.empty(); piece = ReadSome()) bytes += piece;
  return bytes;
}

bool ServerSocket::Write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ssl_ ? SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()))
                             : send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (put <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(put));
  }
  return true;
}

bool ServerSocket::WriteUnencrypted(std::string_view bytes) {
  return send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
}

void ServerSocket::ResetOnClose() {
  const linger at_once = {1, 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

ScriptedServer::ScriptedServer(Script script) : script_(std::move(script)) {
  fd_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  SEDGE_CHECK(bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  SEDGE_CHECK(listen(fd_, 128) == 0);
  socklen_t size = sizeof address;
  getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { Accept(); });
}

ScriptedServer::~ScriptedServer() {
  stopping_ = true;
  shutdown(fd_, SHUT_RDWR);  // ends accept()
  acceptor_.join();
  for (std::thread& thread : threads_) thread.join();
  close(fd_);
}

void ScriptedServer::Accept() {
  for (;;) {
    const int fd = accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    const timeval limit = {20, 0};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ++running_;
    const int index = accepted_++;
    threads_.emplace_back([this, fd, index] {
      {
        ServerSocket socket(fd, stopping_);
        socket.index = index;
        script_(socket);
      }
      --running_;
    });
  }
}

}  // namespace sedge::http
