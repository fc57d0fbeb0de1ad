// SPDX-License-Identifier: Apache-2.0
#include "tests/wpt/wpt_handlers.h"

#include <unistd.h>

#include <sstream>

#include "runtime/base/ascii.h"

namespace sedge::wpt {
namespace {

using e2e::ServerRequest;
using e2e::ServerResponse;
using e2e::WritePiece;

void AllowCors(const ServerRequest& request, ServerResponse& response) {
  const std::string origin = request.Header("origin");
  response.headers.emplace_back("Access-Control-Allow-Origin", origin.empty() ? "*" : origin);
  response.headers.emplace_back("Access-Control-Allow-Credentials", "true");
}

std::string OrNo(const std::string& value) { return value.empty() ? "NO" : value; }

ServerResponse InspectHeaders(const ServerRequest& request, const UrlQuery& query, HandlerState&) {
  ServerResponse response;
  std::istringstream names(query.GetOr("headers", ""));
  for (std::string header; std::getline(names, header, '|');) {
    const auto found = request.headers.find(AsciiLowerCopy(header));
    if (found == request.headers.end()) continue;
    response.headers.emplace_back("x-request-" + header, found->second);
  }
  response.headers.emplace_back("content-type", "text/plain");
  return response;
}

ServerResponse EchoContent(const ServerRequest& request, const UrlQuery&, HandlerState&) {
  return {.headers = {{"X-Request-Method", request.method},
                      {"X-Request-Content-Length", OrNo(request.Header("content-length"))},
                      {"X-Request-Content-Type", OrNo(request.Header("content-type"))},
                      {"Content-Type", "text/plain"}},
          .body = request.body};
}

ServerResponse Method(const ServerRequest& request, const UrlQuery&, HandlerState&) {
  ServerResponse response{.body = request.body};
  response.headers.emplace_back("x-request-method", request.method);
  for (const char* part : {"type", "length", "encoding", "language", "location"}) {
    const std::string header = std::string("content-") + part;
    response.headers.emplace_back("x-request-" + header, OrNo(request.Header(header)));
  }
  return response;
}

ServerResponse StatusOf(const ServerRequest& request, const UrlQuery& query, HandlerState&) {
  return {
      .status = std::stoi(query.GetOr("code", "200")),
      .reason = query.GetOr("text", "OMG"),
      .headers = {{"Content-Type", query.GetOr("type", "")}, {"X-Request-Method", request.method}},
      .body = query.GetOr("content", "")};
}

ServerResponse Trickle(const ServerRequest&, const UrlQuery& query, HandlerState&) {
  const int delay_us = std::stoi(query.GetOr("ms", "500")) * 1000;
  const int count = std::stoi(query.GetOr("count", "50"));
  ServerResponse response;
  if (!query.Get("notype")) response.headers.emplace_back("Content-Type", "text/plain");
  response.stream = [delay_us, count](const WritePiece& write) {
    for (int i = 0; i < count; ++i) {
      usleep(static_cast<useconds_t>(delay_us));
      if (!write("TEST_TRICKLE\n")) return false;
    }
    return true;
  };
  return response;
}

// Ends when its client is gone, when a test puts something under "abortKey", or after half a
// minute.
ServerResponse InfiniteSlowResponse(const ServerRequest&, const UrlQuery& query,
                                    HandlerState& state) {
  const std::string state_key = query.GetOr("stateKey", "");
  const std::string abort_key = query.GetOr("abortKey", "");
  {
    std::lock_guard lock(state.mutex);
    if (!state_key.empty()) state.stash[state_key] = "open";
  }
  ServerResponse response{.headers = {{"Content-Type", "text/plain"}}};
  response.stream = [&state, state_key, abort_key](const WritePiece& write) {
    bool go = true;
    for (int i = 0; go && i < 3000; ++i) {
      usleep(10'000);
      go = write(".");
      std::lock_guard lock(state.mutex);
      go = go && state.stash.erase(abort_key) == 0;
    }
    std::lock_guard lock(state.mutex);
    if (!state_key.empty()) state.stash[state_key] = "closed";
    return false;
  };
  return response;
}

ServerResponse StashPut(const ServerRequest& request, const UrlQuery& query, HandlerState& state) {
  ServerResponse response{.body = "done"};
  AllowCors(request, response);
  std::lock_guard lock(state.mutex);
  state.stash[query.GetOr("key", "")] = query.GetOr("value", "");
  return response;
}

ServerResponse StashTake(const ServerRequest& request, const UrlQuery& query, HandlerState& state) {
  ServerResponse response{.headers = {{"Content-Type", "application/json"}}, .body = "null"};
  AllowCors(request, response);
  std::lock_guard lock(state.mutex);
  const auto found = state.stash.find(query.GetOr("key", ""));
  if (found == state.stash.end()) return response;
  response.body = "\"" + found->second + "\"";
  state.stash.erase(found);
  return response;
}

ServerResponse CleanStash(const ServerRequest&, const UrlQuery& query, HandlerState& state) {
  const std::string token = query.GetOr("token", "");
  std::lock_guard lock(state.mutex);
  return {.body = state.redirects.erase(token) + state.stash.erase(token) > 0 ? "1" : "0"};
}

ServerResponse RedirectEmptyLocation(const ServerRequest&, const UrlQuery&, HandlerState&) {
  return {.status = 302, .headers = {{"Location", ""}}};
}

// Where a redirection goes: with the request's own parameters, so that a chain goes on.
std::string LocationWithParameters(std::string location, const UrlQuery& query, int count) {
  if (!location.starts_with("http") && location.find(':') != std::string::npos) return location;
  location += location.find('?') == std::string::npos ? "?" : "&";
  for (const auto& [name, value] : query.items()) {
    location += PercentEncode(name) + "=" + PercentEncode(value) + "&";
  }
  return location + "count=" + std::to_string(count);
}

ServerResponse Redirect(const ServerRequest& request, const UrlQuery& query, HandlerState& state) {
  ServerResponse response{.status = std::stoi(query.GetOr("redirect_status", "302")),
                          .headers = {{"Content-Type", "text/plain"}}};
  AllowCors(request, response);
  int count = 1;
  const std::optional<std::string> token = query.Get("token");
  if (token) {
    std::lock_guard lock(state.mutex);
    count = ++state.redirects[*token];
  }
  if (const std::optional<std::string> location = query.Get("location")) {
    response.headers.emplace_back(
        "Location",
        query.Get("simple") ? *location : LocationWithParameters(*location, query, count));
  }
  const std::optional<std::string> max_count = query.Get("max_count");
  if (token && max_count && count > std::stoi(*max_count)) {
    // The last is no redirection.
    return {.headers = response.headers, .body = std::to_string(count - 1)};
  }
  return response;
}

}  // namespace

std::optional<ServerResponse> CallHandler(const std::string& name, const ServerRequest& request,
                                          const UrlQuery& query, HandlerState& state) {
  static const std::map<std::string, Handler> handlers = {
      {"clean-stash.py", CleanStash},
      {"echo-content.py", EchoContent},
      {"infinite-slow-response.py", InfiniteSlowResponse},
      {"inspect-headers.py", InspectHeaders},
      {"method.py", Method},
      {"redirect-empty-location.py", RedirectEmptyLocation},
      {"redirect.py", Redirect},
      {"stash-put.py", StashPut},
      {"stash-take.py", StashTake},
      {"status.py", StatusOf},
      {"trickle.py", Trickle},
  };
  for (const auto* table : {&handlers, &FetchHandlers()}) {
    const auto found = table->find(name);
    if (found != table->end()) return found->second(request, query, state);
  }
  return std::nullopt;
}

}  // namespace sedge::wpt
