// SPDX-License-Identifier: Apache-2.0
// `sedge kv bulk`: put, get, delete.
#include <utility>
#include <vector>

#include "runtime/admin/bulk_reader.h"
#include "runtime/admin/json_text.h"
#include "tools/kv/input_file.h"
#include "tools/kv/key_file.h"
#include "tools/kv/pair_copy.h"
#include "tools/kv/put_flags.h"
#include "tools/kv/terminal.h"
#include "tools/kv/word.h"
#include "tools/kv/words.h"

namespace sedge::tools {
namespace {

struct PutFlags : KvFlags {
  std::string file = {};
  KvPutFlags put = {};
};

struct GetFlags : KvFlags {
  std::string file = {};
};

struct DeleteFlags : KvFlags {
  std::string file = {};
  bool force = false;
};

void AddPut(CLI::App& command, PutFlags& flags) {
  command
      .add_option("filename", flags.file,
                  "The file containing the key/value pairs to write: a JSON array, or JSON lines "
                  "(-: standard input)")
      ->required();
  AddKvPutFlags(command, flags.put);
  AddKvFlags(command, flags, "write to");
}

// "; the first 5,000 entries are written", for a failure in the middle.
Status WithDone(const Status& why, uint64_t done) {
  return Status(why.code(),
                std::string(why.message()) + "; " +
                    (done == 0 ? "nothing is written"
                               : "the first " + Grouped(done) +
                                     (done == 1 ? " entry is" : " entries are") + " written"));
}

int Put(const std::string& name, const PutFlags& flags) {
  const Result<KvPutOptions> defaults = ReadKvPutFlags(flags.put);
  if (!defaults.ok()) return FailAs(name, defaults.status());
  Result<InputFile> file = InputFile::Open("", flags.file);
  if (!file.ok()) return Fail(file.status());
  const Interrupt interrupt;
  PairCopyOptions options{.defaults = *defaults, .cancelled = &Interrupt::pending};
  // A file is read twice, so that one with a mistake in it changes nothing.
  if (file->size() > 0) {
    const Status good = CheckPairs(*file, options);
    Interrupt::EndIfPending();
    if (!good.ok()) return Fail(WithDone(good, 0));
    if (!file->Rewind()) return Fail(IoError(file->name() + ": the file cannot be read again"));
    options.checked = true;
  }
  int status = kExitOk;
  const auto target = OpenNamespace(name, flags, KvUse::kWrite, status);
  if (!target) return status;
  Progress progress("Uploaded", file->size());
  options.progress = [&](uint64_t entries, uint64_t bytes) { progress.Update(entries, bytes); };
  PairWriter writer(*target->client, target->ns.id);
  PairCopyOutcome outcome;
  const Status done = CopyPairs(*file, writer, options, outcome);
  progress.Clear();
  if (!done.ok()) {
    status = Fail(WithDone(done, outcome.done));
    Interrupt::EndIfPending();
    return status;
  }
  return PrintResult(
      flags,
      "Wrote " + Grouped(outcome.written) + " keys to the namespace " + target->ns.name() + ".",
      {{"namespace_id", target->ns.id}, {"written", outcome.written}});
}

void AddGet(CLI::App& command, GetFlags& flags) {
  command
      .add_option("filename", flags.file,
                  "The file containing the keys to get: a JSON array of strings, or what `key "
                  "list` prints (-: standard input)")
      ->required();
  AddKvFlags(command, flags, "get from");
}

// The members of one object, as they come.
class ValuesPrinter {
 public:
  explicit ValuesPrinter(bool compact) : compact_(compact) { Print("{"); }

  void Add(const std::string& key, const std::optional<std::string_view>& value) {
    if (!std::exchange(first_, false)) Print(",");
    if (!compact_) Print("\n  ");
    Print(admin::JsonString(key));
    Print(compact_ ? ":" : ": ");
    Print(value ? admin::JsonString(*value) : "null");
  }
  void End() { Print(first_ || compact_ ? "}\n" : "\n}\n"); }

 private:
  const bool compact_;
  bool first_ = true;
};

Status GetBatch(KvTarget& target, const std::vector<std::string>& keys, ValuesPrinter& printer) {
  const auto got = target.client->BulkGet(target.ns.id, keys);
  if (got.ok()) {
    for (const KvGotEntry& entry : *got) {
      printer.Add(entry.name, entry.found ? std::optional<std::string_view>(entry.value)
                                          : std::optional<std::string_view>());
    }
    return {};
  }
  if (got.status().code() != StatusCode::kOutOfRange) return got.status();
  // Their values are too long together.
  for (const std::string& key : keys) {
    SEDGE_ASSIGN_OR_RETURN(const std::optional<Bytes> value, target.client->Get(target.ns.id, key));
    printer.Add(key, value ? std::optional<std::string_view>(value->text())
                           : std::optional<std::string_view>());
  }
  return {};
}

int Get(const std::string& name, const GetFlags& flags) {
  Result<InputFile> file = InputFile::Open("", flags.file);
  if (!file.ok()) return Fail(file.status());
  int status = kExitOk;
  auto target = OpenNamespace(name, flags, KvUse::kRead, status);
  if (!target) return status;
  ValuesPrinter printer(flags.json);
  std::vector<std::string> batch;
  const auto send = [&]() -> Status {
    if (batch.empty()) return {};
    return GetBatch(*target, std::exchange(batch, {}), printer);
  };
  Status done = ReadKeys(*file, nullptr, [&](std::string key) {
    batch.push_back(std::move(key));
    return batch.size() < admin::kMaxBulkGetKeys ? Status() : send();
  });
  if (done.ok()) done = send();
  printer.End();
  status = Finish();
  return done.ok() ? status : Fail(done);
}

void AddDelete(CLI::App& command, DeleteFlags& flags) {
  command
      .add_option("filename", flags.file,
                  "The file containing the keys to delete: a JSON array of strings, or what `key "
                  "list` prints (-: standard input)")
      ->required();
  command.add_flag("-f,--force,-y,--skip-confirmation", flags.force,
                   "Do not ask for confirmation before deleting");
  AddKvFlags(command, flags, "delete from");
}

Status DeleteKeys(const InputFile& file, KvTarget& target, uint64_t& deleted) {
  Progress progress("Deleted", file.size());
  std::vector<std::string> batch;
  uint64_t bytes = 0;
  const auto send = [&]() -> Status {
    if (batch.empty()) return {};
    SEDGE_RETURN_IF_ERROR(target.client->BulkDelete(target.ns.id, batch));
    deleted += batch.size();
    batch.clear();
    progress.Update(deleted, bytes);
    return {};
  };
  Status done = ReadKeys(file, &Interrupt::pending, [&](std::string key) {
    bytes += key.size() + 3;  // with quotes and comma
    batch.push_back(std::move(key));
    return batch.size() < admin::kMaxBulkPairs ? Status() : send();
  });
  // What comes before a mistake is deleted, as it is when the mistake is in a later batch.
  const Status sent = send();
  return done.ok() ? sent : done;
}

int Delete(const std::string& name, const DeleteFlags& flags) {
  Result<InputFile> file = InputFile::Open("", flags.file);
  if (!file.ok()) return Fail(file.status());
  const Interrupt interrupt;
  if (file->size() > 0) {
    const Status good =
        ReadKeys(*file, &Interrupt::pending, [](const std::string&) { return Status(); });
    Interrupt::EndIfPending();
    if (!good.ok()) {
      return Fail(Status(good.code(), std::string(good.message()) + "; nothing is deleted"));
    }
    if (!file->Rewind()) return Fail(IoError(file->name() + ": the file cannot be read again"));
  }
  int status = kExitOk;
  auto target = OpenNamespace(name, flags, KvUse::kChange, status);
  if (!target) return status;
  if (!flags.force && !Confirm("Delete all keys read from " + file->name() +
                               " from the namespace " + target->ns.name() + "?")) {
    std::fputs("Not deleted.\n", stderr);
    return kExitFailed;
  }
  uint64_t deleted = 0;
  const Status done = DeleteKeys(*file, *target, deleted);
  if (!done.ok()) {
    status = Fail(Status(
        done.code(), std::string(done.message()) + "; " + Grouped(deleted) + " keys are deleted"));
    Interrupt::EndIfPending();
    return status;
  }
  return PrintResult(
      flags, "Deleted " + Grouped(deleted) + " keys from the namespace " + target->ns.name() + ".",
      {{"namespace_id", target->ns.id}, {"deleted", deleted}});
}

}  // namespace

void AddKvBulkWords(CLI::App& kv, CommandRun& run) {
  CLI::App* group =
      kv.add_subcommand("bulk", "Interact with multiple Workers KV key-value pairs at once");
  group->footer("");
  AddKvWord(*group, run, "get", "Gets multiple key-value pairs from a namespace", &AddGet, &Get);
  AddKvWord(*group, run, "put", "Upload multiple key-value pairs to a namespace", &AddPut, &Put);
  AddKvWord(*group, run, "delete", "Delete multiple key-value pairs from a namespace", &AddDelete,
            &Delete);
}

}  // namespace sedge::tools
