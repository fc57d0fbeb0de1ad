// SPDX-License-Identifier: Apache-2.0
// Connecting: name -> addresses -> a TCP stream. Addresses of both families are raced (RFC 8305:
// IPv6 first, the next attempt after 250 ms or a failure), those that a filter refuses left out.
// The loop's thread.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/loop/resolver.h"
#include "runtime/loop/stream.h"

namespace sedge::loop {

constexpr uint64_t kAttemptDelayMs = 250;

// A running attempt; destroying it gives up (the callback is dropped).
class ConnectAttempt {
 public:
  virtual ~ConnectAttempt() = default;
};

// Decides which addresses may be connected to. Asked about every address just before it is tried,
// so that it does not matter what a name meant before. Any thread.
class AddressFilter {
 public:
  virtual ~AddressFilter() = default;
  // OK, or what forbids it; `name` is the one of ConnectOptions.
  virtual Status Check(std::string_view name, const sockaddr& address) const = 0;
};

struct ConnectOptions {
  int64_t timeout_ms = 10'000;  // for the name and all its addresses
  int64_t dns_cache_ms = 0;     // so old may a lookup be; 0: each connection asks anew
  // Who is meant: shown by errors behind the address, and what the filter is asked about. Empty:
  // the host.
  std::string name = {};
  const AddressFilter* filter = nullptr;  // outlives the attempt
  Resolver* resolver = nullptr;           // outlives the attempt; null: the system's
};

using ConnectCallback = std::function<void(Result<std::unique_ptr<Stream>>)>;

// `done` is called once, never before Connect returns, with a stream that reads nothing yet.
// Errors: "connect ECONNREFUSED 127.0.0.1:9 (blog.example.com)", "getaddrinfo ENOTFOUND
// nowhere.example", "connect EACCES 10.0.0.1:80 (blog.example.com): " and the filter's reason.
std::unique_ptr<ConnectAttempt> Connect(Loop& loop, const std::string& host, uint16_t port,
                                        ConnectOptions options, ConnectCallback done);

// The same for addresses that are known, which are tried in this order.
std::unique_ptr<ConnectAttempt> ConnectToAny(Loop& loop, std::vector<sockaddr_storage> addresses,
                                             ConnectOptions options, ConnectCallback done);

// The same for a Unix socket, of which only the time limit matters: "connect ENOENT unix:/run/a.sock".
std::unique_ptr<ConnectAttempt> ConnectToUnix(Loop& loop, const std::string& path,
                                              const ConnectOptions& options, ConnectCallback done);

// RFC 8305 section 4: the families alternate, IPv6 first; else the given order.
std::vector<sockaddr_storage> InterleaveFamilies(const std::vector<sockaddr_storage>& addresses);

// "127.0.0.1:9 (blog.example.com)"; only the address where the name says no more.
std::string AddressAndName(const std::string& address_and_port, std::string_view name);

}  // namespace sedge::loop
