// SPDX-License-Identifier: Apache-2.0
// Connecting: name -> addresses -> a TCP stream. Addresses of both families are raced (RFC 8305:
// IPv6 first, the next attempt after 250 ms or a failure). The loop's thread.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "runtime/loop/stream.h"

namespace sedge::loop {

constexpr uint64_t kAttemptDelayMs = 250;

// A running attempt; destroying it gives up (the callback is dropped).
class ConnectAttempt {
 public:
  virtual ~ConnectAttempt() = default;
};

using ConnectCallback = std::function<void(Result<std::unique_ptr<Stream>>)>;

// `done` is called once, never before Connect returns, with a stream that reads nothing yet.
// Errors: "connect ECONNREFUSED 127.0.0.1:9", "getaddrinfo ENOTFOUND nowhere.example", "connect
// ETIMEDOUT 192.0.2.1:80 (10000 ms)".
std::unique_ptr<ConnectAttempt> Connect(Loop& loop, const std::string& host, uint16_t port,
                                        int64_t timeout_ms, ConnectCallback done);

// The same for addresses that are known, which are tried in this order.
std::unique_ptr<ConnectAttempt> ConnectToAny(Loop& loop, std::vector<sockaddr_storage> addresses,
                                             int64_t timeout_ms, ConnectCallback done);

// RFC 8305 section 4: the families alternate, IPv6 first; else the given order.
std::vector<sockaddr_storage> InterleaveFamilies(const std::vector<sockaddr_storage>& addresses);

}  // namespace sedge::loop
