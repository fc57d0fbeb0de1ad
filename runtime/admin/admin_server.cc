// SPDX-License-Identifier: Apache-2.0
#include "runtime/admin/admin_server.h"

#include <utility>
#include <vector>

#include "runtime/admin/api_target.h"
#include "runtime/admin/browser_page.h"
#include "runtime/admin/entry_checks.h"
#include "runtime/admin/envelope.h"
#include "runtime/base/ascii.h"
#include "runtime/base/log.h"
#include "runtime/http/body.h"

namespace sedge::admin {
namespace {

constexpr unsigned kSocketMode = 0600;
// Shorter bodies are copied; longer ones are sent from where they are.
constexpr size_t kCopiedBytes = 64u << 10;

void LogWrite(const AuditRecord& record) {
  // In a line of text an id or a key may not look like another field.
  const std::string ns = PercentEncode(record.ns);
  LogInfo("admin write", {{"who", record.who},
                          {"client", record.client},
                          {"action", record.action},
                          {"namespace", ns},
                          {"key", record.key},
                          {"keys", static_cast<uint64_t>(record.keys)},
                          {"status", record.status},
                          {"error", record.error}});
}

std::string UrlOf(const std::string& host, uint16_t port) {
  const bool ipv6 = host.find(':') != std::string::npos;
  return "http://" + (ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

}  // namespace

// A request on its way; `exchange` is released once, when it is answered.
struct AdminServer::Call {
  http::Exchange* exchange;
  ApiRequest request;
  size_t held_bytes = 0;
  ApiResponse response = {};
};

AdminServer::AdminServer(kv::Store& store, AdminOptions options)
    : options_(std::move(options)), api_(store, {.clock = options_.clock, .audit = LogWrite}) {}

Result<std::unique_ptr<AdminServer>> AdminServer::Start(kv::Store& store, AdminOptions options) {
  if (!options.host.empty() && options.tokens.empty()) {
    return InvalidArgument(
        "the administration API needs a token: give --admin-tokens FILE, or set SEDGE_ADMIN_TOKEN "
        "in the environment");
  }
  std::unique_ptr<AdminServer> self(new AdminServer(store, std::move(options)));
  std::promise<Status> ready;
  std::future<Status> prepared = ready.get_future();
  self->thread_ = std::thread([self = self.get(), &ready] { self->Run(ready); });
  const Status status = prepared.get();
  if (status.ok()) return self;
  self->thread_.join();
  return status;
}

// A response that counts until its client has it.
class AdminServer::HeldBody final : public http::BodySource {
 public:
  HeldBody(Bytes bytes, size_t& held_bytes)
      : held_bytes_(held_bytes), size_(bytes.size()), body_(http::MakeBytesBody(std::move(bytes))) {
    held_bytes_ += size_;
  }
  ~HeldBody() override { held_bytes_ -= size_; }
  void Read(ReadCallback done) override { body_->Read(std::move(done)); }
  void ReadView(ViewCallback done) override { body_->ReadView(std::move(done)); }
  void Cancel() override { body_->Cancel(); }
  std::optional<uint64_t> length() const override { return body_->length(); }

 private:
  size_t& held_bytes_;
  const size_t size_;
  const std::unique_ptr<http::BodySource> body_;
};

AdminServer::~AdminServer() {
  if (!thread_.joinable()) return;
  if (!stopping_) Shutdown(0);
  thread_.join();
}

void AdminServer::Run(std::promise<Status>& ready) {
  Status status = Prepare();
  const bool run = status.ok();
  ready.set_value(std::move(status));
  if (run) loop_->Run();
  server_.reset();
  loop_.reset();
  ended_.set_value();
}

Status AdminServer::Prepare() {
  SEDGE_ASSIGN_OR_RETURN(loop_, loop::Loop::Create());
  Limits limits = options_.limits;
  limits.connections = limits.admin_connections;
  // How long a body may be depends on its route, and is for ReadBody to say.
  limits.body_bytes = UINT64_MAX;
  http::RequestHandler* handler = this;
  server_ = std::make_unique<http::Server>(*loop_, limits, handler);
  if (!options_.host.empty()) {
    loop::ListenOptions tcp;
    tcp.host = options_.host;
    tcp.port = options_.port;
    SEDGE_ASSIGN_OR_RETURN(const loop::Listener* listener, server_->Listen(tcp));
    url_ = UrlOf(options_.host, listener->port());
  }
  if (!options_.socket_path.empty()) {
    loop::ListenOptions local;
    local.unix_path = options_.socket_path;
    local.unix_mode = kSocketMode;
    const Status status = server_->Listen(local).status();
    if (status.ok()) {
      LogDebug("administration socket", {{"path", options_.socket_path}});
    } else {
      LogWarn("there is no administration socket: sedge kv cannot reach this server through it",
              {{"why", status.message()}});
    }
  }
  return OkStatus();
}

void AdminServer::Shutdown(int64_t deadline_ms) {
  if (std::exchange(stopping_, true)) return;
  loop_->Post([this, deadline_ms] { server_->Shutdown(deadline_ms, [this] { loop_->Stop(); }); });
}

bool AdminServer::EndedBy(std::chrono::steady_clock::time_point time) {
  if (is_over_.wait_until(time) != std::future_status::ready) return false;
  if (thread_.joinable()) thread_.join();
  return true;
}

std::optional<Rights> AdminServer::Authenticate(const http::Exchange& exchange) const {
  if (exchange.client_address() == kLocalClient) return Rights::All("local");
  const http::HeaderField* bearer = exchange.head().Find("authorization");
  if (bearer) {
    constexpr std::string_view kScheme = "bearer ";
    const std::string_view value = bearer->value;
    if (value.size() <= kScheme.size() ||
        !EqualsIgnoreCase(value.substr(0, kScheme.size()), kScheme)) {
      return std::nullopt;
    }
    return options_.tokens.Find(Trim(value.substr(kScheme.size())));
  }
  const http::HeaderField* key = exchange.head().Find("x-auth-key");
  return key ? options_.tokens.Find(key->value) : std::nullopt;
}

void AdminServer::OnRequest(http::Exchange* exchange) {
  const http::RequestHead& head = exchange->head();
  auto call = std::make_shared<Call>(Call{exchange, {}});
  if (head.path == "/" || head.path.starts_with("/?")) {
    return Answer(*call, PageResponse(head.method));
  }
  ApiRequest& request = call->request;
  request.method = head.method;
  request.target = head.path;
  request.client = exchange->client_address();
  std::optional<Rights> rights = Authenticate(*exchange);
  if (!rights) return RefuseStranger(*call);
  request.rights = std::move(*rights);
  for (const http::HeaderField& field : head.headers) {
    request.headers.push_back({std::string(field.name), std::string(field.value)});
  }
  ReadBody(std::move(call));
}

void AdminServer::RefuseStranger(Call& call) {
  const ApiError error = {401, kAuthenticationError, "Authentication error"};
  const int64_t now = options_.clock->WallSeconds();
  if (std::exchange(strangers_second_, now) != now) {
    strangers_logged_ = 0;
    if (const uint64_t left_out = std::exchange(strangers_not_logged_, 0)) {
      LogWarn("more admin writes without a right token", {{"count", left_out}});
    }
  }
  ApiResponse refused = Failure(error);
  refused.headers.push_back({"www-authenticate", "Bearer"});
  if (KvApi::IsWrite(call.request.method, call.request.target)) {
    if (strangers_logged_ < kMaxStrangersLogged) {
      ++strangers_logged_;
      api_.Refused(call.request, error);
    } else {
      ++strangers_not_logged_;
    }
  }
  Answer(call, std::move(refused));
}

// Before the API has seen it.
void AdminServer::Refuse(Call& call, ApiError error) {
  api_.Refused(call.request, error);
  Answer(call, Failure(error));
}

void AdminServer::ReadBody(std::shared_ptr<Call> call) {
  const size_t max_bytes = KvApi::MaxBodyBytes(call->request.method, call->request.target);
  const ApiError too_long = {413, kPayloadTooLarge,
                             "The body is longer than " + std::to_string(max_bytes) + " bytes."};
  if (call->exchange->head().content_length.value_or(0) > max_bytes) {
    return Refuse(*call, too_long);
  }
  std::unique_ptr<http::BodySource> body = call->exchange->TakeBody();
  if (!body) return Enqueue(std::move(call));
  const auto admit = [this, held = std::weak_ptr<Call>(call)](size_t bytes) {
    if (held_request_bytes_ + bytes > options_.limits.admin_request_bytes) {
      return ResourceExhausted("too many bodies at once");
    }
    held_request_bytes_ += bytes;
    if (const auto call = held.lock()) call->held_bytes += bytes;
    return OkStatus();
  };
  http::ReadAll(
      std::move(body), max_bytes,
      [this, call, too_long](Result<Bytes> bytes) {
        if (bytes.ok()) {
          call->request.body = std::move(*bytes);
          Enqueue(call);
        } else if (bytes.status().code() == StatusCode::kOutOfRange) {
          Refuse(*call, too_long);
        } else if (bytes.status().code() == StatusCode::kResourceExhausted) {
          Refuse(*call,
                 {503, kServiceUnavailable, "too many large requests at once; try again later"});
        } else {
          Refuse(*call, {400, kInvalidRequest, "The body did not come whole."});
        }
      },
      admit);
}

void AdminServer::Enqueue(std::shared_ptr<Call> call) {
  waiting_.push_back(std::move(call));
  RunNext();
}

void AdminServer::RunNext() {
  while (running_ < options_.limits.admin_calls && !waiting_.empty()) {
    std::shared_ptr<Call> call = std::move(waiting_.front());
    waiting_.pop_front();
    if (call->exchange->aborted()) {
      Answer(*call, {});
      continue;
    }
    ++running_;
    loop_->RunBlocking([this, call] { call->response = api_.Handle(call->request); },
                       [this, call] {
                         --running_;
                         Answer(*call, std::move(call->response));
                         RunNext();
                       });
  }
}

void AdminServer::Answer(Call& call, ApiResponse response) {
  held_request_bytes_ -= std::exchange(call.held_bytes, 0);
  call.request.body = Bytes();
  if (call.exchange->aborted()) return call.exchange->Release();
  if (response.body.size() > kCopiedBytes &&
      held_response_bytes_ + response.body.size() > options_.limits.admin_response_bytes) {
    response =
        Failure({503, kServiceUnavailable, "too many large responses at once; try again later"});
  }
  std::vector<http::HeaderField> fields;
  for (const Header& header : response.headers) fields.push_back({header.name, header.value});
  http::ResponseHead head;
  head.status = response.status;
  head.headers = fields;
  Status sent;
  if (response.body.size() <= kCopiedBytes) {
    sent = call.exchange->Respond(head, response.body.text());
  } else {
    sent = call.exchange->RespondStream(
        head, std::make_unique<HeldBody>(std::move(response.body), held_response_bytes_));
  }
  if (!sent.ok()) LogError("an administration response cannot be sent", {{"why", sent.message()}});
  call.exchange->Release();
}

}  // namespace sedge::admin
