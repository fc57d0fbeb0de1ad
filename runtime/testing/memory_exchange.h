// SPDX-License-Identifier: Apache-2.0
// MemoryExchange: a request that comes from a fetch of the same thread instead of a connection: of
// a test to a worker, or of a worker to what a test answers in the network's place. One loop
// thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "runtime/http/client.h"
#include "runtime/http/exchange.h"
#include "runtime/web/fetch/fetch_service.h"

namespace sedge::test {

class MemoryExchange final : public http::Exchange {
 public:
  using Done = std::function<void(Result<http::ClientResponse>)>;
  // `done` gets the response once; `released` is called at the end and may destroy the exchange.
  // Fails when the request's URL is none.
  static Result<std::unique_ptr<MemoryExchange>> Create(
      web::FetchRequest request, Done done, std::function<void(MemoryExchange*)> released);

  // The one who asked does not wait any more.
  void Cancel();
  // Gives it a failure. Nothing happens after a response.
  void Fail(Status why);
  // A worker sends it, not the test itself.
  bool is_of_worker() const { return of_worker_ || request_.incoming != 0; }
  void set_of_worker() { of_worker_ = true; }
  // Which isolate works on it, as its sender numbers them.
  const void* isolate() const { return isolate_; }
  void set_isolate(const void* isolate) { isolate_ = isolate; }
  // What the test says request.cf is, as JSON; "": nothing.
  const std::string& cf() const { return cf_; }
  void set_cf(std::string cf) { cf_ = std::move(cf); }
  const std::string& url() const { return request_.url; }
  const std::string& method() const { return request_.method; }

  const http::RequestHead& head() const override { return head_; }
  // What a request says in CF-Connecting-IP: tests choose it.
  std::string_view client_address() const override { return client_; }
  // Tests may say what else a proxy in front says.
  const TrustedProxies* trusted_proxies() const override;
  std::unique_ptr<http::BodySource> TakeBody() override { return std::move(request_.body); }
  Status Respond(const http::ResponseHead& head, std::string_view body) override;
  Status RespondStream(const http::ResponseHead& head,
                       std::unique_ptr<http::BodySource> body) override;
  void Abort() override;
  void set_abort_callback(std::function<void()> aborted) override {
    abort_callback_ = std::move(aborted);
  }
  bool aborted() const override { return aborted_; }
  void Release() override;

 private:
  MemoryExchange(web::FetchRequest request, Done done,
                 std::function<void(MemoryExchange*)> released)
      : request_(std::move(request)), done_(std::move(done)), released_(std::move(released)) {}
  Status ReadHead();
  Status Answer(const http::ResponseHead& head, std::unique_ptr<http::BodySource> body,
                std::optional<uint64_t> length);

  web::FetchRequest request_;
  Done done_;
  std::function<void(MemoryExchange*)> released_;
  std::string host_;
  std::string path_;
  std::string length_text_;
  std::string client_;
  std::vector<http::HeaderField> fields_;
  http::RequestHead head_;
  std::function<void()> abort_callback_;
  bool aborted_ = false;
  bool of_worker_ = false;
  std::string cf_;
  const void* isolate_ = nullptr;
};

}  // namespace sedge::test
