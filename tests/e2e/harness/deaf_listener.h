// SPDX-License-Identifier: Apache-2.0
// DeafListener: an address where connecting takes forever.
#pragma once

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>

namespace sedge::e2e {

// A listener whose queue is full: the kernel drops what would connect, as an unroutable network
// does.
class DeafListener {
 public:
  DeafListener() {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address_;
    EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address_), sizeof address_), 0);
    EXPECT_EQ(listen(listener_, 0), 0);
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address_), &length);
    for (int& fd : fillers_) {
      fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
      (void)connect(fd, reinterpret_cast<sockaddr*>(&address_), sizeof address_);
    }
  }
  ~DeafListener() {
    for (const int fd : fillers_) close(fd);
    close(listener_);
  }
  uint16_t port() const { return ntohs(address_.sin_port); }

 private:
  int listener_ = -1;
  int fillers_[4] = {};
  sockaddr_in address_{};
};

}  // namespace sedge::e2e
