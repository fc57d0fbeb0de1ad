// SPDX-License-Identifier: Apache-2.0
// RawClient: a TCP client that sends and sees bytes exactly as they are. For tests; the thread of
// the loop under test, which it wakes when something arrives.
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include <cerrno>
#include <string>
#include <string_view>

#include "runtime/loop/loop.h"
#include "tests/loop/run_until.h"

namespace sedge::http {

class RawClient {
 public:
  RawClient(loop::Loop& loop, uint16_t port, int receive_buffer_bytes = 0) : loop_(loop) {
    fd_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (receive_buffer_bytes > 0) {
      setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes, sizeof receive_buffer_bytes);
    }
    const int on = 1;
    setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    sockaddr_in address;
    uv_ip4_addr("127.0.0.1", port, &address);
    connected_ = connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    fcntl(fd_, F_SETFL, fcntl(fd_, F_GETFL) | O_NONBLOCK);
    poll_ = new uv_poll_t;
    uv_poll_init(loop.uv(), poll_, fd_);
    poll_->data = this;
    ReadOn();
  }
  ~RawClient() {
    uv_poll_stop(poll_);
    uv_close(reinterpret_cast<uv_handle_t*>(poll_),
             [](uv_handle_t* handle) { delete reinterpret_cast<uv_poll_t*>(handle); });
    if (fd_ >= 0) close(fd_);
  }
  RawClient(const RawClient&) = delete;

  // False when the kernel did not take all of it.
  bool Send(std::string_view text) {
    return send(fd_, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
  }
  // As many bytes as the kernel takes.
  size_t SendSome(std::string_view text) {
    const ssize_t sent = send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
    return sent > 0 ? static_cast<size_t>(sent) : 0;
  }
  void HalfClose() { shutdown(fd_, SHUT_WR); }
  // Closes with a reset.
  void Reset() {
    const linger at_once = {1, 0};
    setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    uv_poll_stop(poll_);
    close(std::exchange(fd_, -1));
  }
  // While reading is off: takes up to `count` bytes that are there. False when the server is gone.
  bool Take(size_t count) {
    std::string buffer(count, '\0');
    const ssize_t got = recv(fd_, buffer.data(), count, MSG_DONTWAIT);
    if (got > 0) received.append(buffer, 0, static_cast<size_t>(got));
    return got > 0 || (got < 0 && errno == EAGAIN);
  }
  void ReadOff() { uv_poll_stop(poll_); }
  void ReadOn() {
    uv_poll_start(poll_, UV_READABLE, [](uv_poll_t* poll, int, int) {
      static_cast<RawClient*>(poll->data)->Receive();
    });
  }

  // Runs the loop until the received text ends with `end`, or contains it `times` times.
  bool Until(std::string_view end) {
    return loop::RunUntil(loop_, [&] { return received.ends_with(end); });
  }
  bool UntilTimes(std::string_view piece, size_t times) {
    return loop::RunUntil(loop_, [&] { return Count(piece) >= times; });
  }
  bool UntilClosed() {
    return loop::RunUntil(loop_, [&] { return ended || reset; });
  }
  size_t Count(std::string_view piece) const {
    size_t count = 0;
    for (size_t at = received.find(piece); at != std::string::npos;
         at = received.find(piece, at + 1)) {
      ++count;
    }
    return count;
  }
  // Bodies only: what follows the first empty line.
  std::string Body() const {
    const size_t at = received.find("\r\n\r\n");
    return at == std::string::npos ? "" : received.substr(at + 4);
  }

  std::string received;
  bool ended = false;
  bool reset = false;
  bool connected() const { return connected_; }

 private:
  void Receive() {
    // To its end: libuv polls no more after an error, before which there may be bytes.
    char buffer[65536];
    ssize_t got;
    while ((got = recv(fd_, buffer, sizeof buffer, MSG_DONTWAIT)) > 0) {
      received.append(buffer, static_cast<size_t>(got));
    }
    if (got == 0 || errno != EAGAIN) {
      (got == 0 ? ended : reset) = true;
      uv_poll_stop(poll_);
    }
  }

  loop::Loop& loop_;
  uv_poll_t* poll_;
  int fd_;
  bool connected_ = false;
};

}  // namespace sedge::http
