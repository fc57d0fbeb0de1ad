// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/harness/http.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>

namespace sedge::e2e {

RawConnection::RawConnection(const std::string& url, int receive_buffer_bytes) {
  sockaddr_storage address{};
  socklen_t size = 0;
  if (url.starts_with("unix:")) {
    auto* local = reinterpret_cast<sockaddr_un*>(&address);
    local->sun_family = AF_UNIX;
    url.copy(local->sun_path, sizeof local->sun_path - 1, 5);
    size = sizeof *local;
  } else {
    const size_t host = url.find("//") + 2;
    const size_t colon = url.rfind(':');
    const auto port = htons(static_cast<uint16_t>(std::stoi(url.substr(colon + 1))));
    if (url[host] == '[') {
      auto* v6 = reinterpret_cast<sockaddr_in6*>(&address);
      v6->sin6_family = AF_INET6;
      v6->sin6_port = port;
      inet_pton(AF_INET6, url.substr(host + 1, colon - host - 2).c_str(), &v6->sin6_addr);
      size = sizeof *v6;
    } else {
      auto* v4 = reinterpret_cast<sockaddr_in*>(&address);
      v4->sin_family = AF_INET;
      v4->sin_port = port;
      inet_pton(AF_INET, url.substr(host, colon - host).c_str(), &v4->sin_addr);
      size = sizeof *v4;
    }
  }
  fd_ = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (receive_buffer_bytes > 0) {
    setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes, sizeof receive_buffer_bytes);
  }
  if (connect(fd_, reinterpret_cast<sockaddr*>(&address), size) != 0) {
    close(fd_);
    fd_ = -1;
  }
  // Pieces go out as they are sent.
  const int on = 1;
  setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

RawConnection::~RawConnection() {
  if (fd_ >= 0) close(fd_);
}

bool RawConnection::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return true;
}

const std::string& RawConnection::ReadUntil(std::string_view text) {
  while (text.empty() || received_.find(text) == std::string::npos) {
    pollfd waiting{fd_, POLLIN, 0};
    if (poll(&waiting, 1, 20'000) <= 0) break;
    char buffer[16384];
    const ssize_t n = recv(fd_, buffer, sizeof buffer, 0);
    if (n <= 0) break;
    received_.append(buffer, static_cast<size_t>(n));
  }
  return received_;
}

const std::string& RawConnection::ReadToEnd() { return ReadUntil(""); }

bool RawConnection::Take(size_t count) {
  std::string buffer(count, '\0');
  const ssize_t n = recv(fd_, buffer.data(), count, MSG_DONTWAIT);
  if (n > 0) received_.append(buffer, 0, static_cast<size_t>(n));
  return n > 0 || (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK));
}

void RawConnection::HalfClose() { shutdown(fd_, SHUT_WR); }

void RawConnection::Close() {
  close(fd_);
  fd_ = -1;
}

void RawConnection::Reset() {
  const linger now{1, 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  close(fd_);
  fd_ = -1;
}

}  // namespace sedge::e2e
