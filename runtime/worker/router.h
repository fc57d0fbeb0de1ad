// SPDX-License-Identifier: Apache-2.0
// Router: which worker answers a request, by host and path. Made once at start; after that any
// thread may use it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/status.h"
#include "runtime/worker/config.h"
#include "runtime/worker/route.h"

namespace sedge::worker {

class Router {
 public:
  // A worker without routes answers what no route matches. Two of those, or two workers with the
  // same route, are an error that names both files. A worker that is alone answers everything,
  // whatever its routes: so a project is reached at 127.0.0.1 before its host name points here.
  static Result<Router> Create(const std::vector<WorkerConfig>& workers);

  // The worker's index in what Create was given. `authority` is the Host header, `target` path and
  // query. Allocates nothing.
  std::optional<size_t> Find(std::string_view authority, std::string_view target,
                             RouteScheme scheme = RouteScheme::kAny) const {
    if (sole_) return 0;
    return FindRoute(authority, target, scheme);
  }

  size_t route_count() const { return exact_.size() + wildcard_.size(); }

 private:
  struct Entry {
    RoutePattern pattern;
    size_t worker = 0;
    size_t host_end = 0;  // in exact_: behind the last entry of this host
  };

  std::optional<size_t> FindRoute(std::string_view authority, std::string_view target,
                                  RouteScheme scheme) const;

  bool sole_ = false;
  std::optional<size_t> catch_all_;
  std::vector<Entry> exact_;     // ordered by host, then most specific first
  std::vector<Entry> wildcard_;  // most specific first
};

}  // namespace sedge::worker
