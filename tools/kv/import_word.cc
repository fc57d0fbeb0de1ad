// SPDX-License-Identifier: Apache-2.0
// `sedge kv import`: entries of a file, or of what wrangler keeps of a project, into the store.
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "runtime/admin/entry_checks.h"
#include "runtime/admin/json_text.h"
#include "tools/kv/input_file.h"
#include "tools/kv/pair_copy.h"
#include "tools/kv/terminal.h"
#include "tools/kv/word.h"
#include "tools/kv/words.h"
#include "tools/kv/wrangler_state.h"

namespace sedge::tools {
namespace {

constexpr const char* kExamples = R"(Examples:
  sedge kv import --binding CACHE cache.jsonl         what `sedge kv export` wrote
  curl -s https://example.com/seed.json | sedge kv import --binding CACHE
  sedge kv import --from-wrangler .                   all namespaces of `wrangler dev` in this folder
  sedge kv import --from-wrangler ../app --binding CACHE

The file is JSON lines or a JSON array of {"key", "value", "base64"?, "expiration"?,
"expiration_ttl"?, "metadata"?}. Entries that have expired are left out. After a failure the message
says which --skip goes on.)";

struct ImportFlags : KvFlags {
  std::string file = {};
  std::string skip = {};
  std::string from_wrangler = {};
};

void AddImport(CLI::App& command, ImportFlags& flags) {
  command.add_option("filename", flags.file, "The file to read (-, the default: standard input)");
  command.add_option("--skip", flags.skip, "Pass over so many entries at the beginning")
      ->type_name("N");
  command
      .add_option(
          "--from-wrangler", flags.from_wrangler,
          "A project in which `wrangler dev` has run, or its .wrangler/state/v3/kv, instead "
          "of a file")
      ->type_name("DIR");
  AddKvFlags(command, flags, "write to");
}

std::string Entries(uint64_t count) {
  return Grouped(count) + (count == 1 ? " entry" : " entries");
}

std::string LeftOut(uint64_t expired) {
  return expired == 0 ? "" : " (" + Entries(expired) + " left out: expired)";
}

int ImportFile(const std::string& name, const ImportFlags& flags) {
  PairCopyOptions options{.leave_expired = true, .cancelled = &Interrupt::pending};
  if (!flags.skip.empty()) {
    const char* const end = flags.skip.data() + flags.skip.size();
    const auto [stopped, error] = std::from_chars(flags.skip.data(), end, options.skip);
    if (error != std::errc() || stopped != end) {
      return PrintUsageError(name, "--skip " + flags.skip + ": allowed is a number of entries");
    }
  }
  if (flags.file.empty() && isatty(STDIN_FILENO) == 1) {
    return PrintUsageError(name,
                           "what to read is not said; allowed is a file, - for standard "
                           "input, or --from-wrangler DIR");
  }
  Result<InputFile> file = InputFile::Open("", flags.file.empty() ? "-" : flags.file);
  if (!file.ok()) return Fail(file.status());
  int status = kExitOk;
  const auto target = OpenNamespace(name, flags, KvUse::kWrite, status);
  if (!target) return status;
  const Interrupt interrupt;
  Progress progress("Imported", file->size());
  options.progress = [&](uint64_t entries, uint64_t bytes) { progress.Update(entries, bytes); };
  PairWriter writer(*target->client, target->ns.id);
  PairCopyOutcome outcome;
  const Status done = CopyPairs(*file, writer, options, outcome);
  progress.Clear();
  if (!done.ok()) {
    PrintError(Status(done.code(), std::string(done.message()) + "; " + Entries(outcome.written) +
                                       (outcome.written == 1 ? " is" : " are") +
                                       " written; go on with --skip " +
                                       std::to_string(std::max(outcome.done, options.skip))));
    Interrupt::EndIfPending();
    return kExitFailed;
  }
  return PrintResult(flags,
                     "Imported " + Entries(outcome.written) + " into the namespace " +
                         target->ns.name() + LeftOut(outcome.expired) + ".",
                     {{"namespace_id", target->ns.id},
                      {"written", outcome.written},
                      {"expired", outcome.expired}});
}

// Everything that decides which namespaces of a project are meant, and what they are called.
struct Source {
  std::vector<WranglerNamespace> namespaces;
  std::vector<KvBinding> bindings;

  // "": no binding has this id.
  std::string BindingOf(const std::string& id) const {
    for (const KvBinding& one : bindings) {
      if (one.id == id || one.preview_id == id || (one.id.empty() && one.binding == id)) {
        return one.binding;
      }
    }
    return "";
  }
  // The title of a namespace that has to be made.
  std::string TitleOf(const std::string& id) const {
    const std::string binding = BindingOf(id);
    if (binding.empty()) return id;
    return binding + (ServedInstead(id).empty() ? "" : "_preview");
  }
  // Wrangler stores under the preview id where there is one, sedge serves the id.
  std::string ServedInstead(const std::string& id) const {
    for (const KvBinding& one : bindings) {
      if (one.preview_id == id && !one.id.empty() && one.id != id) return one.id;
    }
    return "";
  }
};

Result<Source> FindSource(const ImportFlags& flags) {
  SEDGE_ASSIGN_OR_RETURN(const WranglerState state, WranglerState::Find(flags.from_wrangler));
  KvPlaceFlags place = flags.place;
  if (place.config.empty()) place.config = state.project();
  Source source;
  SEDGE_ASSIGN_OR_RETURN(source.bindings, ReadAllKvBindings(place));
  std::vector<std::string> candidates;
  for (const KvBinding& one : source.bindings) {
    for (const std::string& id : {one.id, one.preview_id, one.binding}) {
      if (!id.empty()) candidates.push_back(id);
    }
  }
  std::string only;
  if (!flags.ns.id.empty() || !flags.ns.binding.empty()) {
    SEDGE_ASSIGN_OR_RETURN(const KvNamespaceChoice choice,
                           ChooseNamespace(flags.ns, place, std::nullopt));
    only = choice.id;
    candidates.insert(candidates.begin(), only);
  }
  SEDGE_ASSIGN_OR_RETURN(source.namespaces, state.Namespaces(candidates));
  if (only.empty()) return source;
  std::erase_if(source.namespaces, [&](const WranglerNamespace& ns) { return ns.id != only; });
  if (!source.namespaces.empty()) return source;
  return NotFound(state.folder() + " has no data of the namespace " + only);
}

struct Totals {
  uint64_t written = 0;
  Json list = Json::array();
  bool failed = false;
};

// What the store would refuse, so that one entry does not keep the others out. False: left out.
bool Accept(KvPair& pair, const WranglerNamespace& ns) {
  std::optional<std::string> metadata;
  if (!pair.metadata.empty()) metadata = std::move(pair.metadata);
  admin::MaybeError wrong = admin::CheckKey(pair.key);
  if (!wrong) wrong = admin::CheckMetadata(metadata);
  pair.metadata = std::move(metadata).value_or("");
  if (!wrong) return true;
  PrintError(InvalidArgument("the entry " + admin::JsonString(pair.key) + " of the namespace " +
                             ns.id + " is left out: " + wrong->message));
  return false;
}

// One namespace, whose id is known.
Status ImportOne(const ImportFlags& flags, const Source& source, const WranglerNamespace& ns,
                 KvTarget& target, Totals& totals) {
  const std::string binding = source.BindingOf(ns.id);
  SEDGE_RETURN_IF_ERROR(target.client->EnsureNamespace(ns.id, source.TitleOf(ns.id)));
  PairWriter writer(*target.client, ns.id);
  Progress progress("Imported");
  WranglerCounts counts;
  uint64_t refused = 0;
  Status done = WranglerState::ReadEntries(
      ns, Clock::System().WallSeconds() * 1000, counts, [&](KvPair pair) -> Status {
        if (Interrupt::pending()) return Cancelled("interrupted");
        progress.Update(writer.written() + writer.pending(), 0);
        if (!Accept(pair, ns)) {
          ++refused;
          return {};
        }
        return writer.Add(std::move(pair));
      });
  if (done.ok() || done.code() == StatusCode::kCancelled) {
    const Status flushed = writer.Flush();
    if (done.ok()) done = flushed;
  }
  progress.Clear();
  totals.written += writer.written();
  totals.list.push_back({{"namespace_id", ns.id},
                         {"written", writer.written()},
                         {"expired", counts.expired},
                         {"refused", refused},
                         {"lost", counts.lost}});
  totals.failed |= refused > 0;
  if (!done.ok()) {
    return Status(done.code(), std::string(done.message()) + "; " + Entries(writer.written()) +
                                   " of the namespace " + ns.id + " are written");
  }
  if (!flags.json) {
    Print("Imported " + Entries(writer.written()) + " into the namespace " +
          (binding.empty() ? "" : binding + " ") + "(id: \"" + ns.id + "\")" +
          LeftOut(counts.expired) + ".\n");
    const std::string served = source.ServedInstead(ns.id);
    if (!served.empty()) {
      std::fprintf(stderr,
                   "sedge: note: %s is the preview_id of %s, and `sedge serve` reads its id %s\n",
                   ns.id.c_str(), binding.c_str(), served.c_str());
    }
  }
  if (counts.lost > 0) {
    PrintError(NotFound("the values of " + Entries(counts.lost) + " of the namespace " + ns.id +
                        " are not there, such as that of the key \"" + counts.lost_key + "\""));
    totals.failed = true;
  }
  return {};
}

int ImportWrangler(const std::string& name, const ImportFlags& flags) {
  if (!flags.file.empty() || !flags.skip.empty()) {
    return PrintUsageError(name, (flags.file.empty() ? "--skip" : "a file") +
                                     std::string(" and --from-wrangler: allowed is one of them"));
  }
  const Result<Source> source = FindSource(flags);
  if (!source.ok()) return FailAs(name, source.status());
  int status = kExitOk;
  auto target = OpenStore(name, flags, KvUse::kWrite, status);
  if (!target) return status;
  const Interrupt interrupt;
  Totals totals;
  for (const WranglerNamespace& ns : source->namespaces) {
    if (ns.id.empty()) {
      PrintError(NotFound(ns.database +
                          " belongs to a namespace whose id cannot be told; name it by "
                          "--namespace-id, or --config with the configuration that has it"));
      totals.failed = true;
      continue;
    }
    const Status done = ImportOne(flags, *source, ns, *target, totals);
    if (done.ok()) continue;
    PrintError(done);
    Interrupt::EndIfPending();
    return kExitFailed;
  }
  if (flags.json) {
    Print(JsonText({{"written", totals.written}, {"namespaces", totals.list}}) + "\n");
  } else if (source->namespaces.empty()) {
    Print("There is nothing to import: no namespace has an entry.\n");
  }
  status = Finish();
  return totals.failed ? kExitFailed : status;
}

int Import(const std::string& name, const ImportFlags& flags) {
  return flags.from_wrangler.empty() ? ImportFile(name, flags) : ImportWrangler(name, flags);
}

}  // namespace

void AddKvImportWord(CLI::App& kv, CommandRun& run) {
  AddKvWord(kv, run, "import", "Write the entries of a file to a namespace", &AddImport, &Import)
      ->footer(kExamples);
}

}  // namespace sedge::tools
