// SPDX-License-Identifier: Apache-2.0
#include "runtime/worker/dev_gate.h"

#include <algorithm>
#include <utility>

#include "runtime/base/clock.h"
#include "runtime/worker/error_page.h"

namespace sedge::worker {
namespace {

// Whether a person waits for a page, as browsers say it; code that fetches data gets the worker.
bool IsPage(const http::RequestHead& head) {
  const http::HeaderField* mode = head.Find("sec-fetch-mode");
  if (mode) return mode->value == "navigate";
  const http::HeaderField* accept = head.Find("accept");
  return accept && accept->value.find("text/html") != std::string_view::npos;
}

void Answer(http::Exchange* exchange, int status, std::string_view type, std::string_view body) {
  const http::HeaderField fields[] = {{"content-type", type}, {"cache-control", "no-store"}};
  http::ResponseHead head;
  head.status = status;
  head.headers = fields;
  exchange->Respond(head, body).ok();
  exchange->Release();
}

void AnswerText(http::Exchange* exchange, int status, std::string_view text) {
  Answer(exchange, status, "text/plain;charset=UTF-8", text);
}

}  // namespace

// Stands for another exchange and tells what became of it. Goes with its Release.
class DevGate::Logged final : public http::Exchange {
 public:
  Logged(http::Exchange* inner, const DevHooks& hooks)
      : inner_(inner), hooks_(hooks), start_ns_(Clock::System().MonotonicNs()) {}

  const http::RequestHead& head() const override { return inner_->head(); }
  std::string_view client_address() const override { return inner_->client_address(); }
  const TrustedProxies* trusted_proxies() const override { return inner_->trusted_proxies(); }
  std::unique_ptr<http::BodySource> TakeBody() override { return inner_->TakeBody(); }

  Status Respond(const http::ResponseHead& head, std::string_view body) override {
    Status status = inner_->Respond(head, body);
    if (status.ok()) Tell(head.status);
    return status;
  }
  Status RespondStream(const http::ResponseHead& head,
                       std::unique_ptr<http::BodySource> body) override {
    Status status = inner_->RespondStream(head, std::move(body));
    if (status.ok()) Tell(head.status);
    return status;
  }
  void Abort() override {
    Tell(0);
    inner_->Abort();
  }
  void set_abort_callback(std::function<void()> aborted) override {
    inner_->set_abort_callback(std::move(aborted));
  }
  bool aborted() const override { return inner_->aborted(); }
  void Release() override {
    Tell(inner_->aborted() ? 0 : 500);  // the connection answers what nobody did
    inner_->Release();
    delete this;
  }

  std::string worker;

 private:
  void Tell(int status) {
    if (std::exchange(told_, true) || !hooks_.on_request) return;
    const http::RequestHead& head = inner_->head();
    hooks_.on_request({.method = head.method,
                       .target = head.path,
                       .worker = worker,
                       .status = status,
                       .ms = static_cast<double>(Clock::System().MonotonicNs() - start_ns_) / 1e6});
  }

  http::Exchange* const inner_;
  const DevHooks& hooks_;
  const int64_t start_ns_;
  bool told_ = false;
};

DevGate::DevGate(loop::Loop& loop, const DevHooks& hooks)
    : loop_(loop), hooks_(hooks), state_(std::make_shared<DevState>()) {}

DevGate::~DevGate() { Close(); }

http::Exchange* DevGate::Take(http::Exchange* exchange) {
  const http::RequestHead& head = exchange->head();
  if (head.path.substr(0, head.path.find('?')) == kLivePath) {
    HoldOrAnswer(exchange);
    return nullptr;
  }
  auto* logged = new Logged(exchange, hooks_);
  if (state_->serves && state_->error.empty()) return logged;
  const bool page = IsPage(head);
  if (state_->serves && !page) return logged;
  AnswerError(logged, page);
  return nullptr;
}

void DevGate::NoteWorker(http::Exchange* exchange, const std::string& worker) {
  static_cast<Logged*>(exchange)->worker = worker;
}

void DevGate::AnswerError(http::Exchange* exchange, bool html) {
  ErrorPage page = PageFor(state_->error.empty() ? "the worker is being loaded" : state_->error);
  page.status = state_->error.empty() ? 503 : 500;
  page.live_token = state_->token;
  if (html) {
    Answer(exchange, page.status, "text/html;charset=UTF-8", RenderHtml(page));
  } else {
    AnswerText(exchange, page.status, RenderText(page));
  }
}

void DevGate::HoldOrAnswer(http::Exchange* exchange) {
  const std::string_view path = exchange->head().path;
  const size_t token = path.find("?token=");
  if (token == std::string_view::npos || path.substr(token + 7) != state_->token) {
    AnswerText(exchange, 200, "changed\n");
  } else if (closed_ || waiting_.size() >= kMaxWaiting) {
    AnswerText(exchange, 503, "ask again later\n");
  } else {
    waiting_.push_back(exchange);
    exchange->set_abort_callback([this, exchange] {
      std::erase(waiting_, exchange);
      // Later: the connection that tells this is still at work with its exchange.
      loop_.Post([exchange] { exchange->Release(); });
    });
  }
}

void DevGate::SetState(std::shared_ptr<const DevState> state) {
  state_ = std::move(state);
  // Answering one may make the next request of its connection come, which may wait in its turn.
  for (http::Exchange* exchange : std::exchange(waiting_, {})) {
    AnswerText(exchange, 200, "changed\n");
  }
}

void DevGate::Close() {
  closed_ = true;
  for (http::Exchange* exchange : std::exchange(waiting_, {})) {
    AnswerText(exchange, 503, "ask again later\n");
  }
}

}  // namespace sedge::worker
