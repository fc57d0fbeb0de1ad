// SPDX-License-Identifier: Apache-2.0
// The handlers that only tests of fetch use. What wptserve serves over HTTP/2 (".h2.py") is served
// over HTTP/1.1 here.
#include <unistd.h>

#include "tests/wpt/wpt_handlers.h"

namespace sedge::wpt {
namespace {

using e2e::ServerRequest;
using e2e::ServerResponse;
using e2e::WritePiece;

ServerResponse Authentication(const ServerRequest& request, const UrlQuery& query, HandlerState&) {
  if (request.Header("authorization") == "Basic dXNlcjpwYXNzd29yZA==") {  // user:password
    return {.body = "Authentication done"};
  }
  return {.status = 401,
          .reason = "Unauthorized",
          .headers = {{"WWW-Authenticate", "Basic realm=\"" + query.GetOr("realm", "test") + "\""}},
          .body = "Please login with credentials 'user' and 'password'"};
}

ServerResponse BadChunkEncoding(const ServerRequest&, const UrlQuery& query, HandlerState&) {
  const auto delay_us = static_cast<useconds_t>(std::stoi(query.GetOr("ms", "1000")) * 1000);
  const int count = std::stoi(query.GetOr("count", "50"));
  return {.raw = [delay_us, count](const WritePiece& write) {
    usleep(delay_us);
    bool go = write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; go && i < count; ++i) {
      usleep(delay_us);
      go = write("a\r\nTEST_CHUNK\r\n");
    }
    usleep(delay_us);
    if (go) write("garbage");
  }};
}

ServerResponse DumpAuthorizationHeader(const ServerRequest& request, const UrlQuery&,
                                       HandlerState&) {
  const std::string value = request.Header("authorization");
  return {.headers = {{"Content-Type", "text/html"}, {"Cache-Control", "no-cache"}},
          .body = value.empty() ? "none" : value};
}

ServerResponse EchoContentH2(const ServerRequest& request, const UrlQuery&, HandlerState&) {
  return {.headers = {{"Content-Type", "text/plain"}}, .body = request.body};
}

ServerResponse EchoHeaders(const ServerRequest& request, const UrlQuery&, HandlerState&) {
  const std::string fields = request.head.substr(request.head.find("\r\n") + 2);
  return {.headers = {{"Content-Type", "text/plain"}}, .body = fields + "\r\n"};
}

ServerResponse HugeResponse(const ServerRequest&, const UrlQuery&, HandlerState&) {
  return {.headers = {{"Content-Type", "text/plain"}}, .stream_bytes = uint64_t{8} << 30};
}

ServerResponse NetworkPartitionKey(const ServerRequest& request, const UrlQuery& query,
                                   HandlerState& state) {
  ServerResponse response{.status = std::stoi(query.GetOr("status", "200")),
                          .reason = "OK",
                          .headers = {{"Content-Type", "text/plain"}},
                          .body = "ok"};
  std::lock_guard lock(state.mutex);
  HandlerState::Visits& visits = state.visits[query.GetOr("uuid", "")];
  ++visits.requests;
  visits.connections.insert(request.Header("host") + "|" + std::to_string(request.connection));
  if (query.Get("addcounter")) {
    response.body += ". Request was sent " + std::to_string(visits.requests) + " times. " +
                     std::to_string(visits.connections.size()) + " connections were created.";
  }
  return response;
}

ServerResponse ParseHeaders(const ServerRequest&, const UrlQuery& query, HandlerState&) {
  ServerResponse response;
  if (const std::optional<std::string> value = query.Get("my-custom-header")) {
    response.headers.emplace_back("My-Custom-Header", *value);
  }
  return response;
}

// As far as requests need it that no preflight goes before.
ServerResponse Preflight(const ServerRequest& request, const UrlQuery& query, HandlerState& state) {
  const std::string token = query.GetOr("token", "");
  std::lock_guard lock(state.mutex);
  if (request.method == "OPTIONS") {
    state.stash[token] = "preflight";
    return {.headers = {{"Content-Type", "text/plain"}}};
  }
  return {.headers = {{"Content-Type", "text/plain"},
                      {"x-did-preflight", state.stash.contains(token) ? "1" : "0"},
                      {"x-referrer", request.Header("referer")},
                      {"x-origin", request.Header("origin")}}};
}

ServerResponse RedirectH2(const ServerRequest&, const UrlQuery& query, HandlerState&) {
  return {.status = std::stoi(query.GetOr("redirect_status", "302")),
          .headers = {{"Location", query.GetOr("location", "")}, {"Content-Type", "text/plain"}}};
}

}  // namespace

const std::map<std::string, Handler>& FetchHandlers() {
  static const std::map<std::string, Handler> handlers = {
      {"authentication.py", Authentication},
      {"bad-chunk-encoding.py", BadChunkEncoding},
      {"dump-authorization-header.py", DumpAuthorizationHeader},
      {"echo-content.h2.py", EchoContentH2},
      {"echo-headers.py", EchoHeaders},
      {"huge-response.py", HugeResponse},
      {"network-partition-key.py", NetworkPartitionKey},
      {"parse-headers.py", ParseHeaders},
      {"preflight.py", Preflight},
      {"redirect.h2.py", RedirectH2},
  };
  return handlers;
}

}  // namespace sedge::wpt
