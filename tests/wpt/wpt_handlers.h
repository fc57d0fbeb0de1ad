// SPDX-License-Identifier: Apache-2.0
// The few of the suite's Python handlers
// (https://web-platform-tests.org/writing-tests/python-handlers/) that the selected tests need,
// written anew.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "tests/e2e/harness/local_server.h"
#include "tests/wpt/url_query.h"

namespace sedge::wpt {

// What handlers remember between requests; any thread.
struct HandlerState {
  std::mutex mutex;
  std::map<std::string, std::string> stash;  // guarded by mutex
  std::map<std::string, int> redirects;      // token -> count; guarded by mutex
  struct Visits {
    int requests = 0;
    std::set<std::string> connections;
  };
  std::map<std::string, Visits> visits;  // of network-partition-key.py; guarded by mutex
};

using Handler = e2e::ServerResponse (*)(const e2e::ServerRequest&, const UrlQuery&, HandlerState&);
// Those of tests of fetch: by their file's name.
const std::map<std::string, Handler>& FetchHandlers();

// The answer of the handler "inspect-headers.py" and the like; nullopt when there is none of that
// name. `state` outlives the response.
std::optional<e2e::ServerResponse> CallHandler(const std::string& name,
                                               const e2e::ServerRequest& request,
                                               const UrlQuery& query, HandlerState& state);

}  // namespace sedge::wpt
