// SPDX-License-Identifier: Apache-2.0
#include "tools/kv_command.h"

#include <CLI/CLI.hpp>
#include <utility>

namespace sedge::tools {
namespace {

constexpr const char* kExamples = R"(Examples:
  sedge kv namespace create drafts                       prints the id of the new namespace
  sedge kv key put greeting hello --binding CACHE        of the wrangler file in this folder
  sedge kv key get greeting --namespace-id 0f2ac74b498b48028cb68387c421e279
  sedge kv key list --binding CACHE --prefix user: --json
  sedge kv export --binding CACHE > cache.jsonl          one JSON object a line
  sedge kv import --from-wrangler .                      what `wrangler dev` has stored

The words and flags are those of `wrangler kv`. They work on the data folder of this project (.sedge
beside the wrangler file, or --data-dir), also while `sedge serve` runs on it, or on a server
elsewhere (--url).)";

}  // namespace

AddCommand KvCommand(std::vector<AddCommand> words) {
  return [words = std::move(words)](CLI::App& root, CommandRun& run) {
    CLI::App* kv = root.add_subcommand("kv", "Manage Workers KV namespaces and what is in them");
    for (const AddCommand& add : words) add(*kv, run);
    kv->footer(kExamples);  // last: subcommands take it over when they are made
  };
}

}  // namespace sedge::tools
