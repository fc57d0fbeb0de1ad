// SPDX-License-Identifier: Apache-2.0
#include "runtime/testing/test_fetches.h"

#include <charconv>
#include <utility>
#include <vector>

namespace sedge::test {
namespace {

constexpr int kNetwork = -1;

}  // namespace

TestFetches::TestFetches(loop::Loop& loop, Send send, std::function<void(MemoryExchange*)> released)
    : loop_(loop), send_(std::move(send)), released_(std::move(released)) {}

// Takes what is for nobody else out of the headers.
TestFetches::Target TestFetches::TakeTarget(http::HeaderList& headers) {
  Target target{kNetwork, ""};
  const std::optional<std::string_view> text = headers.Find(kWorkerHeader);
  if (!text) return target;
  std::from_chars(text->data(), text->data() + text->size(), target.worker);
  target.cf = headers.Find(kCfHeader).value_or("");
  http::HeaderList rest;
  for (const auto [name, value] : headers) {
    if (name != kWorkerHeader && name != kCfHeader) rest.Add(name, value);
  }
  headers = std::move(rest);
  return target;
}

TestFetches::~TestFetches() {
  *alive_ = false;
  for (auto& [id, running] : running_) {
    if (running.exchange) running.exchange->Cancel();
  }
}

void TestFetches::Start(uint64_t id, web::FetchRequest request, Callback done) {
  Target target = TakeTarget(request.headers);
  running_[id] = {request.method + " " + request.url, nullptr, std::move(done)};
  auto shared = std::make_shared<web::FetchRequest>(std::move(request));
  loop_.Post([this, id, target = std::move(target), shared, alive = alive_] {
    if (*alive && running_.contains(id)) Dispatch(id, target, shared);
  });
}

void TestFetches::Dispatch(uint64_t id, const Target& target,
                           std::shared_ptr<web::FetchRequest> request) {
  Result<std::unique_ptr<MemoryExchange>> exchange = MemoryExchange::Create(
      std::move(*request),
      [this, id, alive = alive_](Result<http::ClientResponse> response) {
        // Whoever answers is inside of its isolate.
        auto shared = std::make_shared<Result<http::ClientResponse>>(std::move(response));
        if (!*alive) return;
        if (const auto running = running_.find(id); running != running_.end()) {
          running->second.exchange = nullptr;
        }
        loop_.Post([this, id, shared, alive] {
          if (*alive) Finish(id, std::move(*shared));
        });
      },
      released_);
  if (!exchange.ok()) return Finish(id, exchange.status());
  running_[id].exchange = exchange->get();
  (*exchange)->set_cf(target.cf);
  send_(target.worker, std::move(*exchange));
}

void TestFetches::Finish(uint64_t id, Result<http::ClientResponse> response) {
  if (const auto node = running_.extract(id)) node.mapped().done(std::move(response));
}

void TestFetches::Abort(uint64_t id) {
  const auto node = running_.extract(id);
  if (!node) return;
  if (node.mapped().exchange) node.mapped().exchange->Cancel();
  node.mapped().done(Cancelled("this fetch was aborted"));
}

void TestFetches::AbortAll() {
  std::vector<uint64_t> ids;  // aborting runs JavaScript, which may start and end others
  for (const auto& [id, running] : running_) ids.push_back(id);
  for (const uint64_t id : ids) Abort(id);
}

std::string TestFetches::Describe() const {
  return running_.empty() ? "" : running_.begin()->second.label;
}

}  // namespace sedge::test
