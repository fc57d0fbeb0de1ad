// SPDX-License-Identifier: Apache-2.0
// RunMark: what an isolate runs now, for other threads to look at. Its own thread notes that by
// relaxed stores, so that being watched costs neither a clock nor a lock.
#pragma once

#include <atomic>
#include <cstdint>

namespace sedge::script {

class RunMark {
 public:
  // One uninterrupted run of JavaScript, and the request that it works for (0: for none). A look
  // that finds an equal one found the same run: numbers of runs, and of requests, do not come
  // again.
  struct Run {
    uint64_t number = 0;
    uint64_t request = 0;
    bool in_javascript() const { return number % 2 != 0; }
    bool operator==(const Run&) const = default;
  };

  // The isolate's thread. An entry from outside, and its end.
  void Enter() {
    number_.store(number_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  }
  void Leave() { Enter(); }
  void set_request(uint64_t id) { request_.store(id, std::memory_order_relaxed); }

  // Any thread.
  Run Look() const {
    const uint64_t number = number_.load(std::memory_order_acquire);
    return {number, request_.load(std::memory_order_relaxed)};
  }
  // How often JavaScript was entered from outside so far.
  uint64_t entries() const { return (number_.load(std::memory_order_relaxed) + 1) / 2; }

 private:
  std::atomic<uint64_t> number_{0};  // odd: JavaScript is running
  std::atomic<uint64_t> request_{0};
};

}  // namespace sedge::script
