// SPDX-License-Identifier: Apache-2.0
#include "runtime/worker/outbound.h"

#include <algorithm>
#include <vector>

#include "runtime/base/ascii.h"
#include "runtime/http/request_writer.h"
#include "runtime/web/fetch/incoming_url.h"
#include "runtime/web/url/url_record.h"

namespace sedge::worker {
namespace {

constexpr int kBadGateway = 502;
constexpr int kLoopDetected = 508;

// RFC 8586: every hop through a worker adds its name to CDN-Loop, so that requests that come back,
// by whatever address, end. More hops than this are taken for a loop.
constexpr std::string_view kLoopHeader = "cdn-loop";
constexpr std::string_view kLoopName = "sedge";
constexpr size_t kMaxLoops = 16;

// Names of other parties stay in the header.
void AppendLoops(std::string& value, size_t count) {
  for (; count > 0; --count) {
    if (!value.empty()) value += ", ";
    value += kLoopName;
  }
}

size_t CountLoops(std::string_view value) {
  size_t count = 0;
  while (!value.empty()) {
    const size_t comma = std::min(value.find(','), value.size());
    count += Trim(value.substr(0, comma)) == kLoopName;
    value.remove_prefix(std::min(comma + 1, value.size()));
  }
  return count;
}

bool IsLoopbackName(std::string_view host) {
  return host == "localhost" || host == "127.0.0.1" || host == "[::1]";
}

std::string WithoutBrackets(std::string_view host) {
  if (host.starts_with('[') && host.ends_with(']'))
    return std::string(host.substr(1, host.size() - 2));
  return std::string(host);
}

}  // namespace

Outbound::Outbound(loop::Loop& loop, http::Client& client, const ServeOptions& options,
                   const WorkerConfig& config, const OutboundFilter* filter,
                   web::IncomingRequests& incoming)
    : loop_(loop),
      client_(client),
      options_(options),
      config_(config),
      filter_(filter),
      incoming_(incoming) {}

Outbound::~Outbound() {
  *alive_ = false;
  for (const auto& [id, running] : running_) client_.Cancel(running.request);
}

bool Outbound::ListensOn(uint16_t port) const {
  return std::any_of(listening_.begin(), listening_.end(), [&](const ListenAddress& address) {
    return !address.is_unix() && address.port == port;
  });
}

Result<Outbound::Target> Outbound::Parse(std::string_view url) {
  const std::string_view origin = std::string_view(last_url_.href()).substr(0, last_origin_size_);
  std::string_view path;
  if (!origin.empty() && url.starts_with(origin) && url.substr(origin.size()).starts_with('/') &&
      web::IsPlainPath(url.substr(origin.size()))) {
    path = url.substr(origin.size());
  } else {
    SEDGE_ASSIGN_OR_RETURN(last_url_, web::ParseUrl(url));
    path = last_url_.path_and_query();
    last_origin_size_ = last_url_.has_credentials() ? 0 : last_url_.offsets().path_start;
  }
  return Target{last_url_.scheme() == "https", last_url_.hostname(), last_url_.effective_port(),
                path};
}

bool Outbound::IsOwnHost(const Target& target, uint64_t incoming) const {
  const std::string_view host = target.hostname;
  const uint16_t port = target.port;
  // The server itself, by whatever name of this machine.
  for (const ListenAddress& address : listening_) {
    if (address.is_unix() || address.port != port) continue;
    if (IsLoopbackName(host) || WithoutBrackets(host) == address.host) return true;
  }
  const std::string authority = AsciiLowerCopy(incoming_.host(incoming));
  const HostAndPort own = SplitHost(authority);
  if (!own.host.empty() && host == own.host) {
    const uint16_t default_port = target.tls ? 443 : 80;
    if ((own.port == 0 ? default_port : own.port) == port) return true;
    // Reached at this server's port, a site still names itself by its URL without one.
    return ListensOn(own.port) && port == default_port;
  }
  for (const RouteConfig& route : config_.routes) {
    if (route.pattern.Matches(RouteScheme::kAny, host, port, target.path)) return true;
  }
  return false;
}

const Endpoint* Outbound::FindMapping(std::string_view host, uint16_t port) const {
  if (options_.maps.empty()) return nullptr;
  const std::string plain = WithoutBrackets(host);
  for (const HostMapping& map : options_.maps) {
    if (map.host == plain && (map.port == 0 || map.port == port)) return &map.to;
  }
  return nullptr;
}

void Outbound::Start(uint64_t id, web::FetchRequest request, Callback done) {
  const Result<Target> target = Parse(request.url);
  if (!target.ok()) return FailLater(target.status(), std::move(done));
  if (!CountSubrequest(request.incoming)) {
    return FailLater(
        ResourceExhausted("Too many subrequests. A request may make " +
                          std::to_string(config_.limits.subrequests) + " (limits.subrequests)."),
        std::move(done));
  }
  http::ClientRequest out;
  out.method = std::move(request.method);
  out.tls = target->tls;
  out.host = WithoutBrackets(target->hostname);
  out.port = target->port;
  out.target = target->path;
  out.headers = std::move(request.headers);
  out.headers_are_good = request.headers_are_good;
  out.body = std::move(request.body);
  out.fresh = request.fresh;
  const Endpoint* to = FindMapping(target->hostname, out.port);
  if (!to && (request.passed_on || IsOwnHost(*target, request.incoming))) {
    if (!options_.origin) {
      Answer(kBadGateway, "Bad Gateway",
             "The worker passed this request on to its own host, " +
                 http::HostAndPort(out.host, out.port, out.tls) +
                 ", and there is no origin server behind it.\nStart sedge with --origin URL (for "
                 "example --origin http://127.0.0.1:3000) to say where such requests go.\n",
             std::move(done));
      return;
    }
    to = &*options_.origin;
  }
  if (!AddLoopHeader(request.incoming, out.headers)) {
    Answer(
        kLoopDetected, "Loop Detected",
        "This request has passed through a worker " + std::to_string(kMaxLoops) +
            " times: " + http::HostAndPort(out.host, out.port, out.tls) +
            " leads back to this server. Mind --origin, --map, and other names of this machine.\n",
        std::move(done));
    return;
  }
  if (to) {
    // Whoever started the server has said that requests go there.
    out.connect_to = http::ClientRequest::ConnectTo{to->tls, to->host, to->port};
  } else if (filter_) {
    if (Status status = filter_->CheckHost(out.host); !status.ok()) {
      return FailLater(status.WithPrefix(http::kFetchFailed), std::move(done));
    }
    out.filter = filter_;
  }
  running_[id] = {0, request.incoming, std::move(done)};
  const http::Client::RequestId sent =
      client_.Send(std::move(out), [this, id](Result<http::ClientResponse> response) {
        if (const auto node = running_.extract(id)) node.mapped().done(std::move(response));
      });
  // Sending reads the body, whose script may have aborted the fetch.
  if (const auto running = running_.find(id); running != running_.end()) {
    running->second.request = sent;
  } else {
    client_.Cancel(sent);
  }
}

bool Outbound::CountSubrequest(uint64_t incoming) {
  if (incoming == 0) return true;
  int64_t* count = incoming_.Subrequests(incoming);
  if (!count) {
    if (late_subrequests_.size() >= kMaxLate && !late_subrequests_.contains(incoming)) {
      late_subrequests_.clear();
    }
    count = &late_subrequests_[incoming];
  }
  return ++*count <= config_.limits.subrequests;
}

void Outbound::FailLater(Status why, Callback done) {
  loop_.Post([done = std::move(done), why = std::move(why), alive = alive_] {
    if (*alive) done(why);
  });
}

void Outbound::Abort(uint64_t id) {
  auto found = running_.find(id);
  if (found == running_.end()) return;
  const Running running = std::move(found->second);
  running_.erase(found);
  client_.Cancel(running.request);
  // What waits for it has its own reason by now, but would be kept.
  running.done(Cancelled("this fetch was aborted"));
}

void Outbound::CancelFor(uint64_t incoming) {
  // A callback may start and end others.
  std::vector<Running> ended;
  for (auto running = running_.begin(); running != running_.end();) {
    if (running->second.incoming == incoming) {
      ended.push_back(std::move(running->second));
      running = running_.erase(running);
    } else {
      ++running;
    }
  }
  for (const Running& running : ended) {
    client_.Cancel(running.request);
    running.done(
        Cancelled("the client of this request has disconnected; what must go on without it "
                  "belongs in ctx.waitUntil()"));
  }
}

bool Outbound::AddLoopHeader(uint64_t incoming, http::HeaderList& headers) {
  // Also where the worker does not pass its request's headers on.
  size_t count = CountLoops(incoming_.Header(incoming, kLoopHeader));
  const std::optional<std::string_view> own = headers.Find(kLoopHeader);
  if (own) count = std::max(count, CountLoops(*own));
  if (count >= kMaxLoops) return false;
  std::string value(own.value_or(""));
  AppendLoops(value, count + 1 - CountLoops(value));
  if (own) {
    headers.Set(kLoopHeader, value);
  } else {
    headers.Add(kLoopHeader, value);
  }
  return true;
}

void Outbound::Answer(int status, const std::string& reason, const std::string& text,
                      Callback done) {
  http::ClientResponse response;
  response.status = status;
  response.reason = reason;
  response.headers = {{"content-type", "text/plain;charset=UTF-8"}, {"cache-control", "no-store"}};
  response.body = http::MakeBytesBody(Bytes::Copy(text));
  auto shared = std::make_shared<http::ClientResponse>(std::move(response));
  loop_.Post([done, shared, alive = alive_] {
    if (*alive) done(std::move(*shared));
  });
}

}  // namespace sedge::worker
