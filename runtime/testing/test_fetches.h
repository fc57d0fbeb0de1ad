// SPDX-License-Identifier: Apache-2.0
// TestFetches: where fetch() of one isolate goes in a test run: to a worker when a test names one,
// else to what the test file answers in the network's place. Never to the network. One loop thread.
#pragma once

#include <functional>
#include <memory>
#include <unordered_map>

#include "runtime/loop/loop.h"
#include "runtime/testing/memory_exchange.h"
#include "runtime/web/fetch/fetch_service.h"

namespace sedge::test {

class TestFetches final : public web::FetchService {
 public:
  // The header with the number of the worker that a test's fetch is for. It does not get there.
  static constexpr std::string_view kWorkerHeader = "sedge-test-worker";
  // Likewise, with request.cf as JSON.
  static constexpr std::string_view kCfHeader = "sedge-test-cf";

  // Takes the exchange over; it is released like any other. `worker`: -1 for the network's place.
  using Send = std::function<void(int worker, std::unique_ptr<MemoryExchange> exchange)>;
  // `released` gets each exchange at its end.
  TestFetches(loop::Loop& loop, Send send, std::function<void(MemoryExchange*)> released);
  ~TestFetches() override;

  void Start(uint64_t id, web::FetchRequest request, Callback done) override;
  void Abort(uint64_t id) override;
  void AbortAll();
  // Not answered yet.
  size_t running() const { return running_.size(); }
  // The first of those: "GET https://example.com/".
  std::string Describe() const;

 private:
  // What a test's fetch says besides the request.
  struct Target {
    int worker;
    std::string cf;
  };
  static Target TakeTarget(http::HeaderList& headers);
  struct Running {
    std::string label;
    MemoryExchange* exchange = nullptr;  // null until it was sent, and after its response
    Callback done;
  };
  void Dispatch(uint64_t id, const Target& target, std::shared_ptr<web::FetchRequest> request);
  void Finish(uint64_t id, Result<http::ClientResponse> response);

  loop::Loop& loop_;
  const Send send_;
  const std::function<void(MemoryExchange*)> released_;
  std::unordered_map<uint64_t, Running> running_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace sedge::test
