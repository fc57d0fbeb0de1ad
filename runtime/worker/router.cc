// SPDX-License-Identifier: Apache-2.0
#include "runtime/worker/router.h"

#include <algorithm>
#include <map>
#include <utility>

#include "runtime/base/ascii.h"

namespace sedge::worker {
namespace {

std::string Where(const WorkerConfig& config, int line) {
  return line > 0 ? config.source + ":" + std::to_string(line) : config.source;
}

// Orders a host in lower case and a request's host in any case.
int CompareHost(std::string_view lower, std::string_view any_case) {
  const size_t common = std::min(lower.size(), any_case.size());
  for (size_t i = 0; i < common; ++i) {
    const int difference =
        static_cast<unsigned char>(lower[i]) - static_cast<unsigned char>(AsciiLower(any_case[i]));
    if (difference != 0) return difference;
  }
  return static_cast<int>(lower.size() > common) - static_cast<int>(any_case.size() > common);
}

}  // namespace

Result<Router> Router::Create(const std::vector<WorkerConfig>& workers) {
  Router router;
  // Canonical pattern -> who has it. A custom domain and a route are never the same one.
  std::map<std::pair<std::string, bool>, std::pair<size_t, int>> owners;
  for (size_t i = 0; i < workers.size(); ++i) {
    const WorkerConfig& config = workers[i];
    if (config.routes.empty()) {
      if (router.catch_all_) {
        return InvalidArgument(Where(workers[*router.catch_all_], 0) + " and " + Where(config, 0) +
                               ": both workers are without routes, but only one can answer what no "
                               "route matches; give one of them routes, such as "
                               "routes = [\"example.com/*\"]");
      }
      router.catch_all_ = i;
    }
    for (const RouteConfig& route : config.routes) {
      const auto key = std::make_pair(route.pattern.ToString(), route.pattern.custom_domain);
      const auto [owner, is_new] = owners.emplace(key, std::make_pair(i, route.line));
      if (!is_new) {
        if (owner->second.first == i) continue;
        return InvalidArgument(Where(workers[owner->second.first], owner->second.second) + " and " +
                               Where(config, route.line) + ": both workers have the route \"" +
                               route.text + "\"; a route belongs to one worker");
      }
      auto& entries = route.pattern.any_host_prefix ? router.wildcard_ : router.exact_;
      entries.push_back({route.pattern, i});
    }
  }
  router.sole_ = workers.size() == 1;
  const auto more_specific = [](const Entry& a, const Entry& b) {
    return IsMoreSpecific(a.pattern, b.pattern);
  };
  std::stable_sort(router.wildcard_.begin(), router.wildcard_.end(), more_specific);
  std::stable_sort(router.exact_.begin(), router.exact_.end(), [&](const Entry& a, const Entry& b) {
    const int order = a.pattern.host.compare(b.pattern.host);
    return order != 0 ? order < 0 : more_specific(a, b);
  });
  for (size_t i = router.exact_.size(); i-- > 0;) {
    const bool is_last = i + 1 == router.exact_.size() ||
                         router.exact_[i + 1].pattern.host != router.exact_[i].pattern.host;
    router.exact_[i].host_end = is_last ? i + 1 : router.exact_[i + 1].host_end;
  }
  return router;
}

std::optional<size_t> Router::FindRoute(std::string_view authority, std::string_view target,
                                        RouteScheme scheme) const {
  const HostAndPort host = SplitHost(authority);
  const auto first = std::lower_bound(
      exact_.begin(), exact_.end(), host.host,
      [](const Entry& e, std::string_view name) { return CompareHost(e.pattern.host, name) < 0; });
  if (first != exact_.end() && CompareHost(first->pattern.host, host.host) == 0) {
    const auto end = exact_.begin() + static_cast<ptrdiff_t>(first->host_end);
    for (auto entry = first; entry != end; ++entry) {
      // Of a host with many routes most are told apart by their paths.
      if (!entry->pattern.MatchesTarget(target)) continue;
      if (entry->pattern.Matches(scheme, host.host, host.port, target)) return entry->worker;
    }
  }
  for (const Entry& candidate : wildcard_) {
    if (candidate.pattern.MatchesTarget(target) &&
        candidate.pattern.Matches(scheme, host.host, host.port, target))
      return candidate.worker;
  }
  return catch_all_;
}

}  // namespace sedge::worker
