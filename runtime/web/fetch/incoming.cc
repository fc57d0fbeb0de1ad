// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/fetch/incoming.h"

#include <algorithm>
#include <deque>
#include <random>
#include <utility>

#include "runtime/base/ascii.h"
#include "runtime/web/compression/coded_body.h"
#include "runtime/web/compression/response_coding.h"
#include "runtime/web/fetch/accept_encoding.h"
#include "runtime/web/fetch/edge_headers.h"
#include "runtime/web/fetch/incoming_url.h"

namespace sedge::web {
namespace {

// What the server says about the client.
constexpr size_t kAddedHeaders = 6;
constexpr size_t kAddedHeaderBytes = 256;
constexpr std::string_view kAcceptEncoding = "accept-encoding";
// Larger bodies are compressed piece by piece while they are sent.
constexpr size_t kMaxBytesEncodedAtOnce = 128u << 10;

Status Stale() {
  return FailedPrecondition(
      "this request is over: read what you need of it before the response is sent, or keep it "
      "alive "
      "with ctx.waitUntil()");
}

// Neighbouring numbers give numbers that have nothing in common (SplitMix64's finalizer).
uint64_t Mix(uint64_t value) {
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9u;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebu;
  return value ^ (value >> 31);
}

// A response to HEAD stands for one that has a body.
bool IsHeadOfBody(const http::Exchange& exchange, int status) {
  return exchange.head().method == "HEAD" && status != 204 && status != 205 && status != 304;
}

}  // namespace

IncomingRequests::IncomingRequests(BodyTable& bodies, Observer& observer)
    : bodies_(bodies), observer_(observer), ray_seed_(uint64_t{std::random_device()()} << 32) {}

IncomingRequests::~IncomingRequests() {
  *self_ = nullptr;
  requests_.ForEach([](SlotId, Request& request) {
    if (!request.exchange) return;
    request.exchange->set_abort_callback(nullptr);
    request.exchange->Release();
  });
}

SlotId IncomingRequests::Add(http::Exchange* exchange) {
  const auto [id, request] = requests_.Emplace();
  if (id == 0) return 0;
  request->exchange = exchange;
  exchange->user_data = id;
  exchange->set_abort_callback([this, id = id] { observer_.OnClientGone(id); });
  return id;
}

std::vector<SlotId> IncomingRequests::Unanswered() {
  std::vector<SlotId> ids;
  requests_.ForEach([&](SlotId id, Request& request) {
    if (request.exchange) ids.push_back(id);
  });
  return ids;
}

int IncomingRequests::MethodNumber(std::string_view method) {
  static constexpr std::string_view kMethods[] = {"GET",    "HEAD",    "POST", "PUT",
                                                  "DELETE", "OPTIONS", "PATCH"};
  int number = 0;
  for (const std::string_view known : kMethods) {
    ++number;
    if (known == method) return number;
  }
  return 0;
}

Result<std::string> IncomingRequests::Method(SlotId id) {
  Request* request = Find(id);
  if (!request) return Stale();
  if (request->saved) return request->saved->method;
  return std::string(request->exchange->head().method);
}

Result<std::string> IncomingRequests::Url(SlotId id) {
  Request* request = Find(id);
  if (!request) return Stale();
  if (request->saved) return request->saved->url;
  return UrlOf(request->exchange->head());
}

Result<http::HeaderList> IncomingRequests::Headers(SlotId id) {
  Request* request = Find(id);
  if (!request) return Stale();
  if (request->saved) return request->saved->headers;
  return HeadersOf(id, *request->exchange);
}

http::HeaderList IncomingRequests::HeadersOf(SlotId id, const http::Exchange& exchange,
                                             std::string_view without) const {
  const http::RequestHead& head = exchange.head();
  const TrustedProxies* trusted = exchange.trusted_proxies();
  size_t bytes = kAddedHeaderBytes;
  for (const http::HeaderField& field : head.headers) {
    bytes += field.name.size() + field.value.size() + 2;
  }
  http::HeaderList list;
  list.Reserve(head.headers.size() + kAddedHeaders, bytes);
  for (const http::HeaderField& field : head.headers) {
    if (IsEdgeHeader(field.name, trusted != nullptr) || EqualsIgnoreCase(field.name, without)) {
      continue;
    }
    list.AddLowerCase(field.name, field.value);
  }
  AddEdgeHeaders(head, exchange.client_address(), trusted, Mix(ray_seed_ + id), list);
  return list;
}

Status IncomingRequests::PassOn(SlotId id, FetchRequest& to) {
  Request* request = Find(id);
  if (!request) return Stale();
  to.headers_are_good = true;
  if (request->saved) {
    const SavedHead& saved = *request->saved;
    to.method = saved.method;
    to.url = saved.url;
    to.headers.Reserve(saved.headers.size() + 1, saved.headers.block().size());
    for (const auto [name, value] : saved.headers) {
      if (name != kAcceptEncoding) to.headers.Add(name, value);
    }
    to.headers.Add(kAcceptEncoding, RequestedCodings(saved.headers));
    return {};
  }
  const http::RequestHead& head = request->exchange->head();
  to.method = head.method;
  to.url = UrlOf(head);
  to.headers = HeadersOf(id, *request->exchange, kAcceptEncoding);
  to.headers.Add(kAcceptEncoding, RequestedCodings(head.headers));
  return {};
}

Result<SlotId> IncomingRequests::Body(SlotId id) {
  Request* request = Find(id);
  if (!request) return Stale();
  const std::string_view method =
      request->exchange ? request->exchange->head().method : request->saved->method;
  if (method == "GET" || method == "HEAD") return SlotId{0};  // Fetch gives them none
  if (!request->exchange && request->saved->has_body) {
    return FailedPrecondition(
        "the request's body is gone: begin to read it before the response is sent");
  }
  if (!request->exchange || !request->exchange->head().has_body) return SlotId{0};
  std::unique_ptr<http::BodySource> body = request->exchange->TakeBody();
  return body ? bodies_.Add(std::move(body)) : SlotId{0};
}

Status IncomingRequests::Respond(SlotId id, int status, std::string_view reason,
                                 HeaderBlock header_block, const BodyArg& body,
                                 bool coded_by_script) {
  Request* request = Find(id);
  if (!request || !request->exchange) {
    if (body.is_handle()) bodies_.Cancel(body.handle());
    if (!request || !Reattach(*request)) return Stale();
    MaybeFree(id);  // nobody is there to get it
    return {};
  }
  if (!SplitHeaderBlock(header_block.text, fields_)) {
    return Internal("the header block is not made of names and values");
  }
  const http::ResponseHead head{status, reason, fields_, header_block.usual};
  if (!header_block.usual && head.Find("content-encoding") &&
      (!body.is_null() || IsHeadOfBody(*request->exchange, status))) [[unlikely]] {
    SEDGE_RETURN_IF_ERROR(RespondCoded(*request, status, reason, body, coded_by_script));
  } else if (body.is_handle()) {
    std::unique_ptr<http::BodySource> source = bodies_.Take(body.handle());
    if (!source) return FailedPrecondition("the response's body is gone");
    SEDGE_RETURN_IF_ERROR(RespondStream(*request, status, reason, std::move(source)));
  } else if (body.is_null() && IsHeadOfBody(*request->exchange, status)) {
    SEDGE_RETURN_IF_ERROR(request->exchange->RespondStream(head, nullptr));
  } else {
    SEDGE_RETURN_IF_ERROR(
        request->exchange->Respond(head, body.is_null() ? std::string_view() : body.text()));
  }
  if (std::shared_ptr<BodyWatch> watch = std::exchange(body_watch_, nullptr)) {
    if (watch->end == BodyEnd::kNone) {
      request->sending = true;
      ++request->waiting;
      watch->ended = [self = self_, id](BodyEnd end) {
        if (*self) (*self)->EndSending(id, end);
      };
    }
  }
  FinishExchange(id, *request);
  return {};
}

Status IncomingRequests::RespondStream(Request& request, int status, std::string_view reason,
                                       std::unique_ptr<http::BodySource> body) {
  const bool has_body =
      request.exchange->head().method != "HEAD" && status != 204 && status != 205 && status != 304;
  std::shared_ptr<BodyWatch> watch;
  if (has_body && (request.watched || request.waiting > 0)) {
    watch = std::make_shared<BodyWatch>();
    body = WatchBody(std::move(body), watch);
  }
  SEDGE_RETURN_IF_ERROR(
      request.exchange->RespondStream({status, reason, fields_}, std::move(body)));
  body_watch_ = std::move(watch);
  return {};
}

// The body's connection is at work, perhaps in its own end.
void IncomingRequests::EndSending(SlotId id, BodyEnd end) {
  Request* request = Find(id);
  if (!request) return;
  request->sending = false;
  if (request->waiting > 0) --request->waiting;
  if (end == BodyEnd::kClientGone) {
    request->gone = true;
    observer_.OnClientGone(id);
  } else if (request->watched) {
    observer_.OnResponseSent(id);
  }
  MaybeFree(id);
}

Status IncomingRequests::RespondCoded(Request& to, int status, std::string_view reason,
                                      const BodyArg& body, bool coded_by_script) {
  http::Exchange& exchange = *to.exchange;
  CodedSource coded;
  if (body.is_handle()) {
    coded = bodies_.TakeCoded(body.handle());
    if (!coded.source) return FailedPrecondition("the response's body is gone");
  } else if (body.is_null()) {
    // The head of a fetched response, whose body would be coded as it says.
    coded.source = http::MakeBytesBody(Bytes());
    if (auto named = ParseContentEncoding(JoinedValues(fields_, "content-encoding"))) {
      coded.codings = *std::move(named);
    }
  }
  const http::RequestHead& request = exchange.head();
  const CodingPlan plan = PlanCoding({status, reason, fields_}, coded.codings, coded_by_script,
                                     JoinedValues(request.headers, "accept-encoding"));
  std::deque<std::string> values;
  ApplyPlan(plan, fields_, values);
  const http::ResponseHead head{status, reason, fields_};
  if (body.is_null()) {
    if (!plan.recodes()) return exchange.RespondStream(head, nullptr);
  } else if (!body.is_handle()) {
    const std::string_view text = body.text();
    if (!plan.encode) return exchange.Respond(head, text);
    // A response to HEAD is not worth the work, but must not have the wrong length either.
    if (text.size() <= kMaxBytesEncodedAtOnce && request.method != "HEAD") {
      return exchange.Respond(head, EncodeBytes(AsBytes(text), *plan.encode).text());
    }
    coded.source = http::MakeBytesBody(Bytes::Copy(text));
  }
  loop::Loop* loop = bodies_.loop();
  if (plan.decode) coded.source = MakeDecodedBody(std::move(coded.source), coded.codings, loop);
  if (plan.encode) coded.source = MakeEncodedBody(std::move(coded.source), *plan.encode, loop);
  return RespondStream(to, status, reason, std::move(coded.source));
}

void IncomingRequests::RespondPlain(SlotId id, const http::ResponseHead& head,
                                    std::string_view body) {
  Request* request = Find(id);
  if (!request) return;
  if (Reattach(*request)) {
    MaybeFree(id);  // nobody is there to get it, and `request` may be gone
    return;
  }
  if (!request->exchange) return;
  (void)request->exchange->Respond(head, body).ok();
  FinishExchange(id, *request);
}

void IncomingRequests::SaveHead(SlotId id, Request& request) {
  const http::RequestHead& head = request.exchange->head();
  request.saved = std::make_unique<SavedHead>(SavedHead{
      std::string(head.method), UrlOf(head), HeadersOf(id, *request.exchange), head.has_body});
}

void IncomingRequests::FinishExchange(SlotId id, Request& request) {
  if (request.waiting > 0) SaveHead(id, request);
  http::Exchange* exchange = std::exchange(request.exchange, nullptr);
  exchange->set_abort_callback(nullptr);
  exchange->Release();
  MaybeFree(id);
}

void IncomingRequests::Watch(SlotId id) {
  if (Request* request = Find(id)) request->watched = true;
}

void IncomingRequests::BeginWait(SlotId id) {
  if (Request* request = Find(id)) ++request->waiting;
}

void IncomingRequests::EndWait(SlotId id) {
  Request* request = Find(id);
  if (!request || request->waiting == 0) return;
  --request->waiting;
  MaybeFree(id);
}

void IncomingRequests::EndAllWaits(SlotId id) {
  Request* request = Find(id);
  if (!request) return;
  request->waiting = 0;
  MaybeFree(id);
}

void IncomingRequests::EndEveryWait() {
  std::vector<SlotId> ids;
  requests_.ForEach([&](SlotId id, Request& request) {
    if (!request.exchange && request.waiting > 0) ids.push_back(id);
  });
  for (const SlotId id : ids) EndAllWaits(id);
}

void IncomingRequests::MaybeFree(SlotId id) {
  Request* request = Find(id);
  if (!request || request->exchange || request->waiting > 0 || request->detached) return;
  const std::vector<SlotId> bodies = std::move(request->bodies);
  requests_.Erase(id);
  AbandonBodies(bodies);
  observer_.OnRequestDone();
}

void IncomingRequests::AbandonBodies(const std::vector<SlotId>& bodies) {
  for (const SlotId body : bodies) bodies_.Abandon(body);
}

bool IncomingRequests::answered(SlotId id) {
  Request* request = Find(id);
  return !request || (!request->exchange && !request->detached);
}

bool IncomingRequests::sending(SlotId id) {
  Request* request = Find(id);
  return request && request->sending;
}

bool IncomingRequests::client_gone(SlotId id) {
  Request* request = Find(id);
  return request && (request->gone || (request->exchange && request->exchange->aborted()));
}

bool IncomingRequests::waits(SlotId id) {
  Request* request = Find(id);
  return request && request->waiting > 0;
}

bool IncomingRequests::over(SlotId id) {
  if (id == 0) return false;
  Request* request = Find(id);
  return !request || (request->detached && request->waiting == 0);
}

bool IncomingRequests::wants_html(SlotId id) {
  Request* request = Find(id);
  if (!request || !request->exchange) return false;
  const http::HeaderField* accept = request->exchange->head().Find("accept");
  return accept && accept->value.find("text/html") != std::string_view::npos;
}

std::string IncomingRequests::host(SlotId id) {
  Request* request = Find(id);
  if (!request) return "";
  // Of the URL, not of the Host header, whose "0x7f.1" or "ex%61mple.com" a URL does not keep.
  const std::string url =
      request->exchange ? UrlOf(request->exchange->head()) : request->saved->url;
  const size_t start = url.find("//") + 2;
  return url.substr(start, url.find('/', start) - start);
}

std::string IncomingRequests::Header(SlotId id, std::string_view name) {
  Request* request = Find(id);
  if (!request) return "";
  if (request->exchange) {
    const http::HeaderField* field = request->exchange->head().Find(name);
    return field ? std::string(field->value) : "";
  }
  return std::string(request->saved->headers.Find(name).value_or(""));
}

std::string IncomingRequests::Label(SlotId id) {
  Request* request = Find(id);
  if (!request || !request->exchange) return "a request";
  const http::RequestHead& head = request->exchange->head();
  return std::string(head.method) + " " + std::string(head.path);
}

bool IncomingRequests::NoteBody(SlotId id, SlotId body) {
  if (id == 0) return true;
  Request* request = Find(id);
  if (!request) return false;
  request->bodies.push_back(body);
  return true;
}

void IncomingRequests::Detach(SlotId id) {
  Request* request = Find(id);
  if (!request || !request->exchange) return;
  SaveHead(id, *request);
  request->detached = true;
  request->gone = true;
  http::Exchange* exchange = std::exchange(request->exchange, nullptr);
  exchange->set_abort_callback(nullptr);
  exchange->Release();
  // Telling them may run JavaScript, after which `request` may be gone.
  if (request->waiting == 0) AbandonBodies(std::exchange(request->bodies, {}));
}

bool IncomingRequests::Reattach(Request& request) { return std::exchange(request.detached, false); }

bool IncomingRequests::idle() {
  bool idle = true;
  requests_.ForEach([&](SlotId, Request& request) {
    idle &= request.exchange == nullptr && request.waiting == 0;
  });
  return idle;
}

}  // namespace sedge::web
