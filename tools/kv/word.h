// SPDX-License-Identifier: Apache-2.0
// What the words of `sedge kv` share: their flags, the way to the namespace that these name, and
// how results and failures are said. The main thread.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "runtime/base/status.h"
#include "tools/cli.h"
#include "tools/kv/access.h"
#include "tools/kv/json_out.h"
#include "tools/kv/kv_client.h"
#include "tools/kv/namespace_flags.h"
#include "tools/kv/place.h"

namespace sedge::tools {

// As typed, of any word.
struct KvFlags {
  KvPlaceFlags place = {};
  KvNamespaceFlags ns = {};
  bool json = false;
};

// The place and --json; `doing` not empty: those of a namespace too.
void AddKvFlags(CLI::App& command, KvFlags& flags, const std::string& doing = {});

// Say what is wrong: kExitFailed; or kExitUsage for what is wrong usage.
int Fail(const Status& why);
int FailAs(const std::string& command, const Status& why);

// Adds the subcommand `name`. `add` describes its arguments; `work` gets its full name, such as
// "sedge kv key put", and what was typed, and gives an ExitStatus.
template <typename Flags>
CLI::App* AddKvWord(CLI::App& group, CommandRun& run, const std::string& name,
                    const std::string& description, void (*add)(CLI::App&, Flags&),
                    int (*work)(const std::string&, const Flags&)) {
  CLI::App* command = group.add_subcommand(name, description);
  command->footer("");  // not that of the group
  const auto flags = std::make_shared<Flags>();
  add(*command, *flags);
  std::string full_name = "sedge kv " + name;
  if (group.get_name() != "kv") full_name = "sedge kv " + group.get_name() + " " + name;
  command->callback([flags, full_name, work, &run] {
    run = [flags, full_name, work] {
      const Status entered = EnterFolder(flags->place);
      return entered.ok() ? work(full_name, *flags) : FailAs(full_name, entered);
    };
  });
  return command;
}

// The data that a word works on.
struct KvTarget {
  std::unique_ptr<KvAccess> access;
  std::unique_ptr<KvClient> client;
  KvNamespaceChoice ns;  // of OpenNamespace
};

// How a word uses its namespace.
enum class KvUse : uint8_t {
  kRead,    // --preview=false where nothing is said, as wrangler has it
  kChange,  // deletes
  kWrite,   // makes the folder and the namespace where they are missing
};

// Opens what the flags name. What fails is said, and the exit status put into `status`.
std::optional<KvTarget> OpenStore(const std::string& command, const KvFlags& flags, KvUse use,
                                  int& status);
std::optional<KvTarget> OpenNamespace(const std::string& command, const KvFlags& flags, KvUse use,
                                      int& status);

// Results go to standard output; what cannot be written there fails at the end, in Finish.
void Print(std::string_view text);
// Nobody can read what is printed any more.
bool OutputBroken();
// A line of `text`, or with --json one of `json`. Gives Finish().
int PrintResult(const KvFlags& flags, const std::string& text, const Json& json);
// kExitOk once everything printed is written.
int Finish();

}  // namespace sedge::tools
