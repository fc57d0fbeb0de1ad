// SPDX-License-Identifier: Apache-2.0
// Resolver: host names -> addresses. The system's resolver blocks, so it runs on threads that do
// nothing else: a name server that does not answer holds up other names at most, never files or
// cryptography, nor the end of the process. Lookups of one name at one time share one call. Any
// thread.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/loop/loop.h"

namespace sedge::loop {

class Resolver {
 public:
  static constexpr size_t kMaxThreads = 16;
  static constexpr uint64_t kThreadIdleMs = 10'000;  // then a thread ends
  static constexpr size_t kMaxCached = 1024;         // names

  struct Answer {
    std::string error;  // "ENOTFOUND", "EAI_AGAIN" ...; empty: there are addresses
    std::vector<sockaddr_storage> addresses;  // IPv4 and IPv6, port 0
  };
  // Asks the system, and blocks meanwhile. Called on several threads at once.
  using Function = std::function<Answer(const std::string& host)>;

  explicit Resolver(Function function);
  // Waits for the calls that run. REQUIRES: no lookup is left.
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  // The one that asks getaddrinfo(), and lives as long as the process.
  static Resolver& System();

  // A lookup that runs; destroying it drops its callback. The thread of its loop, which outlives
  // it.
  class Lookup {
   public:
    virtual ~Lookup() = default;
  };
  // `done` is called on the loop's thread, never before Start returns.
  std::unique_ptr<Lookup> Start(Loop& loop, const std::string& host,
                                std::function<void(const Answer&)> done);
  // What the name's last lookup found, if that is at most `max_age_ms` ago.
  std::optional<std::vector<sockaddr_storage>> Cached(const std::string& host, int64_t max_age_ms);

 private:
  struct State;
  struct Waiter;
  class RunningLookup;
  static void RunThread(std::shared_ptr<State> state);
  static void Finish(State& state, const std::string& host, const Answer& answer);

  std::shared_ptr<State> state_;
};

}  // namespace sedge::loop
