// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/fetch/fetch_ops.h"

#include "runtime/base/ascii.h"
#include "runtime/http/request_writer.h"
#include "runtime/web/crypto/hash.h"
#include "runtime/web/fetch/accept_encoding.h"
#include "runtime/web/fetch/body_table.h"
#include "runtime/web/fetch/fetch_service.h"
#include "runtime/web/fetch/incoming.h"

namespace sedge::script {

// A header block: its text, or its number in kUsualBlocks.
template <>
struct ParamTraits<web::HeaderBlock> {
  static constexpr bool kTakesArgument = true;
  ParamTraits(Isolate& isolate, const CallbackInfo& info, int index) : index_(index) {
    v8::Local<v8::Value> value = info[index];
    if (value->IsInt32()) {
      const auto number = static_cast<uint32_t>(value.As<v8::Int32>()->Value());
      if ((ok_ = number < std::size(web::kUsualBlocks))) block_ = {web::kUsualBlocks[number], true};
    } else {
      ok_ = value->IsString() && storage_.LoadLatin1(isolate.v8(), value.As<v8::String>());
      block_ = {storage_.view()};
    }
  }
  Status status() const { return ok_ ? Status() : BadArgument(index_, "a header block"); }
  web::HeaderBlock get() const { return block_; }

 private:
  StringStorage storage_;
  web::HeaderBlock block_{{}};
  int index_;
  bool ok_;
};

}  // namespace sedge::script

namespace sedge::web {
namespace {

using script::Deferred;
using script::Isolate;
using script::Latin1View;
using script::Op;
using script::OpDef;

// Bodies.
void BodyRead(Deferred deferred, BodyTable& bodies, uint64_t handle) {
  bodies.Read(std::move(deferred), handle);
}
void BodyReadAll(Deferred deferred, BodyTable& bodies, uint64_t handle, double max_bytes) {
  bodies.ReadAll(std::move(deferred), handle, static_cast<uint64_t>(max_bytes));
}
void BodyCancel(BodyTable& bodies, uint64_t handle) { bodies.Cancel(handle); }
void BodyAbort(BodyTable& bodies, uint64_t handle, std::string_view why) {
  bodies.Abort(handle, why);
}
double BodyLength(BodyTable& bodies, uint64_t handle) { return bodies.Length(handle); }
void BodyCoded(BodyTable& bodies, uint64_t handle, Latin1View content_encoding) {
  if (auto codings = ParseContentEncoding(content_encoding.text)) {
    bodies.SetCodings(handle, *std::move(codings));
  }
}
void BodyWatch(Deferred deferred, BodyTable& bodies, uint64_t handle) {
  bodies.WatchEnd(std::move(deferred), handle);
}
double PipeCreate(Isolate& isolate, BodyTable& bodies, double length) {
  return static_cast<double>(bodies.CreatePipe(
      length < 0 ? std::nullopt : std::optional<uint64_t>(static_cast<uint64_t>(length)),
      isolate.continuation_request()));
}
v8::Local<v8::Value> PipeWrite(Isolate& isolate, BodyTable& bodies, uint64_t handle,
                               std::span<const uint8_t> chunk) {
  return bodies.Write(isolate, handle, chunk);
}
void PipeWatch(Deferred deferred, BodyTable& bodies, uint64_t handle) {
  bodies.WatchPipe(std::move(deferred), handle);
}
void PipeClose(BodyTable& bodies, uint64_t handle) { bodies.ClosePipe(handle); }
void PipeError(BodyTable& bodies, uint64_t handle, std::string_view message) {
  bodies.FailPipe(handle, message);
}

// Incoming requests.
Result<std::string> RequestMethod(IncomingRequests& requests, uint64_t slot) {
  return requests.Method(slot);
}
Result<script::Latin1String> RequestUrl(IncomingRequests& requests, uint64_t slot) {
  SEDGE_ASSIGN_OR_RETURN(std::string url, requests.Url(slot));
  return script::Latin1String{std::move(url)};
}
// Values in turn, then the array of names (HeaderShapes).
Result<v8::Local<v8::Value>> RequestHeaders(Isolate& isolate, IncomingRequests& requests,
                                            uint64_t slot) {
  SEDGE_ASSIGN_OR_RETURN(const http::HeaderList headers, requests.Headers(slot));
  std::vector<v8::Local<v8::Value>> values;
  values.reserve(headers.size() + 1);
  for (const auto [name, value] : headers) {
    if (!script::Latin1ToV8(isolate.v8(), value).ToLocal(&values.emplace_back())) {
      return v8::Local<v8::Value>();  // with a pending exception
    }
  }
  v8::Local<v8::Array> names;
  if (!requests.header_shapes().Names(isolate.v8(), headers).ToLocal(&names)) {
    return v8::Local<v8::Value>();
  }
  values.push_back(names);
  return v8::Local<v8::Value>(v8::Array::New(isolate.v8(), values.data(), values.size()));
}
Result<double> RequestBody(IncomingRequests& requests, uint64_t slot) {
  SEDGE_ASSIGN_OR_RETURN(const SlotId handle, requests.Body(slot));
  return static_cast<double>(handle);
}
v8::MaybeLocal<v8::Value> ParseJson(Isolate& isolate, const std::string& json) {
  v8::Local<v8::Value> text;
  if (!script::Utf8ToV8(isolate.v8(), json).ToLocal(&text)) return {};
  return v8::JSON::Parse(isolate.context(), text.As<v8::String>());
}
v8::Local<v8::Value> RequestCf(Isolate& isolate, CfService& cf, uint64_t slot) {
  std::string own = cf.of_request ? cf.of_request(slot) : "";
  v8::Local<v8::Value> value;
  if (!ParseJson(isolate, own.empty() ? cf.json : own).ToLocal(&value))
    return v8::Undefined(isolate.v8());
  return value;
}
Status Respond(IncomingRequests& requests, uint64_t slot, int32_t status, Latin1View reason,
               HeaderBlock header_block, BodyArg body, bool coded_by_script) {
  return requests.Respond(slot, status, reason.text, header_block, body, coded_by_script);
}
void WaitBegin(IncomingRequests& requests, uint64_t slot) { requests.BeginWait(slot); }
void WaitEnd(IncomingRequests& requests, uint64_t slot) { requests.EndWait(slot); }
bool RequestIsOver(IncomingRequests& requests, uint64_t slot) { return requests.over(slot); }
bool RequestIsDone(IncomingRequests& requests, uint64_t slot) { return requests.done(slot); }
bool RequestIsAnswered(IncomingRequests& requests, uint64_t slot) {
  return requests.answered(slot);
}
bool RequestIsSending(IncomingRequests& requests, uint64_t slot) { return requests.sending(slot); }
void RequestWatch(IncomingRequests& requests, uint64_t slot) { requests.Watch(slot); }
bool RequestClientIsGone(IncomingRequests& requests, uint64_t slot) {
  return requests.client_gone(slot);
}
double CurrentRequest(Isolate& isolate) {
  return static_cast<double>(isolate.continuation_request());
}
void SetCurrentRequest(Isolate& isolate, uint64_t slot) { isolate.set_current_request(slot); }

// Outgoing requests.
Result<std::unique_ptr<http::BodySource>> TakeBody(BodyTable& bodies, const BodyArg& body,
                                                   std::string_view method) {
  if (body.is_null()) return std::unique_ptr<http::BodySource>();
  if (!body.is_handle()) {
    // The client repeats such requests when a connection that it kept turns out to be closed.
    return http::IsIdempotentMethod(method) ? http::MakeRewindableBody(Bytes::Copy(body.text()))
                                            : http::MakeBytesBody(Bytes::Copy(body.text()));
  }
  std::unique_ptr<http::BodySource> source = bodies.Take(body.handle());
  if (!source) return FailedPrecondition("the request's body is gone");
  return source;
}

// What is known of a fetch when its response comes.
struct Sent {
  std::string url;  // "" unless JavaScript wants to know it
  bool is_head = false;
};

bool HasNoBody(const Sent& sent, int status) {
  return sent.is_head || status == 204 || status == 205 || status == 304;
}

// [status, statusText, headerBlock, bodyHandle, url]
v8::MaybeLocal<v8::Value> ResponseToArray(Isolate& isolate, BodyTable& bodies, const Sent& sent,
                                          http::ClientResponse& response) {
  v8::Isolate* v8 = isolate.v8();
  v8::Local<v8::Value> reason, headers, url;
  if (!script::Latin1ToV8(v8, response.reason).ToLocal(&reason) ||
      !script::Latin1ToV8(v8, response.headers.block()).ToLocal(&headers) ||
      !script::Utf8ToV8(v8, sent.url).ToLocal(&url)) {
    return {};
  }
  const SlotId body =
      HasNoBody(sent, response.status) ? SlotId{0} : bodies.Add(std::move(response.body));
  v8::Local<v8::Value> parts[] = {v8::Integer::New(v8, response.status), reason, headers,
                                  v8::Number::New(v8, static_cast<double>(body)), url};
  return v8::Array::New(v8, parts, std::size(parts));
}

void StartFetch(Deferred deferred, FetchService& service, BodyTable& bodies, double request_id,
                FetchRequest request, Sent sent) {
  sent.is_head = request.method == "HEAD";
  service.Start(static_cast<uint64_t>(request_id), std::move(request),
                [deferred = std::move(deferred), &bodies,
                 sent = std::move(sent)](Result<http::ClientResponse> response) {
                  if (response.status().code() == StatusCode::kResourceExhausted) {
                    deferred.Reject(response.status());  // an Error, as on Workers
                    return;
                  }
                  if (!response.ok()) {
                    // Fetch says that network errors are TypeErrors.
                    deferred.Reject(InvalidArgument(std::string(response.status().message())));
                    return;
                  }
                  deferred.ResolveWith([&](Isolate& isolate) {
                    return ResponseToArray(isolate, bodies, sent, *response);
                  });
                });
}

Status FetchStart(Deferred deferred, Isolate& isolate, FetchService& service, BodyTable& bodies,
                  std::string_view method, std::string_view url, Latin1View header_block,
                  BodyArg body, double request_id, bool fresh) {
  FetchRequest request;
  std::optional<http::HeaderList> headers =
      http::HeaderList::FromBlock(std::string(header_block.text));
  if (!headers) return Internal("the header block is not made of names and values");
  request.headers = *std::move(headers);
  SEDGE_ASSIGN_OR_RETURN(request.body, TakeBody(bodies, body, method));
  request.method = method;
  request.url = url;
  request.incoming = isolate.continuation_request();
  request.fresh = fresh;
  StartFetch(std::move(deferred), service, bodies, request_id, std::move(request), {});
  return {};
}

// An incoming request as it came.
Status FetchIncoming(Deferred deferred, Isolate& isolate, FetchService& service,
                     IncomingRequests& requests, BodyTable& bodies, uint64_t slot, BodyArg body,
                     double request_id, bool fresh) {
  FetchRequest request;
  SEDGE_RETURN_IF_ERROR(requests.PassOn(slot, request));
  SEDGE_ASSIGN_OR_RETURN(request.body, TakeBody(bodies, body, request.method));
  request.incoming = isolate.continuation_request();
  request.passed_on = request.incoming == slot;
  request.fresh = fresh;
  Sent sent{.url = request.url};
  StartFetch(std::move(deferred), service, bodies, request_id, std::move(request), std::move(sent));
  return {};
}

std::string KnownAcceptCodings(std::string_view value) { return KnownCodings(value); }

void FetchAbort(FetchService& service, double request_id) {
  service.Abort(static_cast<uint64_t>(request_id));
}

// The digest by SHA-256, SHA-384 or SHA-512.
Result<Bytes> IntegrityDigest(uint32_t bits, std::span<const uint8_t> bytes) {
  const auto id = static_cast<uint32_t>(bits == 256   ? HashId::kSha256
                                        : bits == 384 ? HashId::kSha384
                                                      : HashId::kSha512);
  Bytes digest = Bytes::Allocate(bits / 8);
  const EVP_MD* hash = FindHash(id);
  if (!hash || digest.size() != static_cast<size_t>(EVP_MD_get_size(hash)) ||
      !HashBytes(id, bytes, digest.data())) {
    return HashNotOffered();
  }
  return digest;
}

constexpr OpDef kOps[] = {
    Op<BodyRead>("bodyRead"),
    Op<BodyReadAll>("bodyReadAll"),
    Op<BodyCancel>("bodyCancel"),
    Op<BodyAbort>("bodyAbort"),
    Op<BodyLength>("bodyLength"),
    Op<BodyCoded>("bodyCoded"),
    Op<BodyWatch>("bodyWatch"),
    Op<PipeCreate>("pipeCreate"),
    Op<PipeWrite>("pipeWrite"),
    Op<PipeWatch>("pipeWatch"),
    Op<PipeClose>("pipeClose"),
    Op<PipeError>("pipeError"),
    Op<RequestMethod>("requestMethod"),
    Op<RequestUrl>("requestUrl"),
    Op<RequestHeaders>("requestHeaders"),
    Op<RequestBody>("requestBody"),
    Op<RequestCf>("requestCf"),
    Op<Respond>("respond"),
    Op<WaitBegin>("waitBegin"),
    Op<WaitEnd>("waitEnd"),
    Op<RequestIsOver>("requestIsOver"),
    Op<RequestIsDone>("requestIsDone"),
    Op<RequestIsAnswered>("requestIsAnswered"),
    Op<RequestIsSending>("requestIsSending"),
    Op<RequestWatch>("requestWatch"),
    Op<RequestClientIsGone>("requestClientIsGone"),
    Op<CurrentRequest>("currentRequest"),
    Op<SetCurrentRequest>("setCurrentRequest"),
    Op<FetchStart>("fetchStart"),
    Op<FetchIncoming>("fetchIncoming"),
    Op<KnownAcceptCodings>("knownCodings"),
    Op<FetchAbort>("fetchAbort"),
    Op<IntegrityDigest>("integrityDigest"),
};

}  // namespace

std::span<const OpDef> FetchOps() { return kOps; }

}  // namespace sedge::web
