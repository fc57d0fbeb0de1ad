// SPDX-License-Identifier: Apache-2.0
#include "tools/kv/put_flags.h"

#include <CLI/CLI.hpp>
#include <charconv>
#include <optional>

#include "kv/store.h"
#include "runtime/admin/json_text.h"

namespace sedge::tools {
namespace {

Result<std::optional<int64_t>> ReadSeconds(const std::string& flag, const std::string& text,
                                           const std::string& allowed) {
  if (text.empty()) return std::optional<int64_t>();
  int64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  if (error == std::errc() && stopped == end) return std::optional(number);
  return InvalidArgument(flag + " " + text + ": allowed is " + allowed);
}

}  // namespace

void AddKvPutFlags(CLI::App& command, KvPutFlags& flags) {
  command.add_option("--ttl", flags.ttl, "Seconds for which the entry is visible, at least 60")
      ->type_name("SECONDS");
  command
      .add_option("--expiration", flags.expiration,
                  "Seconds since the UNIX epoch at which the entry expires")
      ->type_name("SECONDS");
  command.add_option("--metadata", flags.metadata, "Arbitrary JSON that is associated with a key")
      ->type_name("JSON");
}

Result<KvPutOptions> ReadKvPutFlags(const KvPutFlags& flags) {
  KvPutOptions options;
  SEDGE_ASSIGN_OR_RETURN(options.ttl, ReadSeconds("--ttl", flags.ttl,
                                                  "a whole number of seconds, at least " +
                                                      std::to_string(kv::kMinTtlSeconds)));
  SEDGE_ASSIGN_OR_RETURN(options.expiration,
                         ReadSeconds("--expiration", flags.expiration,
                                     "a whole number of seconds since the UNIX epoch"));
  if (flags.metadata.empty()) return options;
  bool too_long = false;
  const auto json = admin::CompactJson(flags.metadata, kv::kMaxMetadataBytes, too_long);
  if (!json) {
    return InvalidArgument("--metadata: " +
                           (too_long
                                ? "it is longer than the " + std::to_string(kv::kMaxMetadataBytes) +
                                      " bytes that metadata may have"
                                : "it is not valid JSON; allowed is for example '{\"tag\":1}'"));
  }
  if (*json != "null") options.metadata = *json;
  return options;
}

}  // namespace sedge::tools
