// SPDX-License-Identifier: Apache-2.0
#include "runtime/testing/memory_exchange.h"

#include <utility>

#include "runtime/base/ascii.h"
#include "runtime/base/trusted_proxies.h"
#include "runtime/http/response_writer.h"
#include "runtime/web/url/url_record.h"

namespace sedge::test {
namespace {

constexpr std::string_view kClientHeader = "cf-connecting-ip";
constexpr std::string_view kLocalClient = "127.0.0.1";

bool IsConnectionField(std::string_view name) {
  for (const std::string_view field :
       {"connection", "content-length", "keep-alive", "proxy-connection", "trailer",
        "transfer-encoding", "upgrade"}) {
    if (EqualsIgnoreCase(name, field)) return true;
  }
  return false;
}

}  // namespace

Result<std::unique_ptr<MemoryExchange>> MemoryExchange::Create(
    web::FetchRequest request, Done done, std::function<void(MemoryExchange*)> released) {
  std::unique_ptr<MemoryExchange> self(
      new MemoryExchange(std::move(request), std::move(done), std::move(released)));
  SEDGE_RETURN_IF_ERROR(self->ReadHead());
  return self;
}

Status MemoryExchange::ReadHead() {
  SEDGE_ASSIGN_OR_RETURN(const web::UrlRecord url, web::ParseUrl(request_.url));
  host_ = url.host();
  path_ = url.path_and_query();
  client_ = request_.headers.Find(kClientHeader).value_or(kLocalClient);
  fields_.push_back({"host", host_});
  for (const auto field : request_.headers) {
    if (!IsConnectionField(field.name) && field.name != "host") fields_.push_back(field);
  }
  if (request_.body) {
    head_.has_body = true;
    head_.content_length = request_.body->length();
    if (head_.content_length) {
      length_text_ = std::to_string(*head_.content_length);
      fields_.push_back({"content-length", length_text_});
    }
  }
  head_.method = request_.method;
  head_.target = path_;
  head_.host = host_;
  head_.path = path_;
  head_.headers = fields_;
  head_.tls = url.scheme() == "https";
  return OkStatus();
}

const TrustedProxies* MemoryExchange::trusted_proxies() const {
  static const TrustedProxies kAny;
  return &kAny;
}

Status MemoryExchange::Respond(const http::ResponseHead& head, std::string_view body) {
  return Answer(head, http::MakeBytesBody(Bytes::Copy(body)), body.size());
}

Status MemoryExchange::RespondStream(const http::ResponseHead& head,
                                     std::unique_ptr<http::BodySource> body) {
  const std::optional<uint64_t> length = body ? body->length() : std::nullopt;
  return Answer(head, std::move(body), length);
}

Status MemoryExchange::Answer(const http::ResponseHead& head,
                              std::unique_ptr<http::BodySource> body,
                              std::optional<uint64_t> length) {
  // What a connection would check, by the same code.
  http::ResponseFraming framing;
  framing.head_request = head_.method == "HEAD";
  framing.length = length;
  http::OutputBuffer unsent;
  SEDGE_RETURN_IF_ERROR(http::WriteResponseHead(head, "", &framing, &unsent));
  http::ClientResponse response;
  response.status = head.status;
  response.reason = head.reason.empty() ? http::ReasonPhrase(head.status) : head.reason;
  for (const http::HeaderField& field : head.headers) {
    if (!IsConnectionField(field.name)) response.headers.AddLowerCase(field.name, field.value);
  }
  const bool sends_body = framing.body != http::BodyFraming::kNone;
  if (sends_body && length) {
    response.headers.Add("content-length", std::to_string(*length));
  } else if (framing.head_request) {
    if (const http::HeaderField* own = head.Find("content-length")) {
      response.headers.Add("content-length", own->value);
    } else if (length) {
      response.headers.Add("content-length", std::to_string(*length));
    }
  }
  if (body && !sends_body) {
    body->Cancel();
    body.reset();
  }
  response.body = body ? std::move(body) : http::MakeBytesBody(Bytes());
  if (Done done = std::exchange(done_, nullptr)) {
    done(std::move(response));
  } else {
    response.body->Cancel();
  }
  return OkStatus();
}

void MemoryExchange::Fail(Status why) {
  if (Done done = std::exchange(done_, nullptr)) done(std::move(why));
}

void MemoryExchange::Cancel() {
  done_ = nullptr;
  aborted_ = true;
  if (auto aborted = std::exchange(abort_callback_, nullptr)) aborted();
}

void MemoryExchange::Abort() { Fail(Unavailable("the connection ended without a response")); }

void MemoryExchange::Release() {
  Fail(Unavailable("the request was given up without a response"));
  released_(this);
}

}  // namespace sedge::test
