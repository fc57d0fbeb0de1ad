// SPDX-License-Identifier: Apache-2.0
// The keys of a configuration that sedge knows, by the object that they belong to;
// docs/configuration.md says what each means. Those of limits are in limit_keys.h.
#pragma once

#include <string_view>

namespace sedge::worker {

inline constexpr std::string_view kTopKeys[] = {"$schema",
                                                "name",
                                                "main",
                                                "compatibility_date",
                                                "compatibility_flags",
                                                "kv_namespaces",
                                                "vars",
                                                "route",
                                                "routes",
                                                "dev",
                                                "limits",
                                                "listen",
                                                "trusted_proxies",
                                                "test",
                                                "outbound",
                                                "build",
                                                "no_bundle",
                                                "minify",
                                                "keep_names",
                                                "tsconfig",
                                                "jsx_factory",
                                                "jsx_fragment",
                                                "define",
                                                "alias",
                                                "rules",
                                                "find_additional_modules",
                                                "base_dir",
                                                "preserve_file_names",
                                                "upload_source_maps"};
inline constexpr std::string_view kKvNamespaceKeys[] = {
    "binding", "id", "preview_id", "remote", "consistency", "consistency_seed", "seed"};
inline constexpr std::string_view kRouteKeys[] = {"pattern", "zone_name", "zone_id",
                                                  "custom_domain"};
inline constexpr std::string_view kDevKeys[] = {"port", "ip"};
inline constexpr std::string_view kOutboundKeys[] = {"allow", "deny", "ca"};
inline constexpr std::string_view kTestKeys[] = {"workers"};
inline constexpr std::string_view kBuildKeys[] = {"command", "cwd", "watch_dir", "upload"};
inline constexpr std::string_view kRuleKeys[] = {"type", "globs", "fallthrough"};

}  // namespace sedge::worker
