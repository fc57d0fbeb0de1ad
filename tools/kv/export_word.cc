// SPDX-License-Identifier: Apache-2.0
// `sedge kv export`: every entry of a namespace as a JSON line in wrangler's bulk format.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <span>
#include <utility>

#include "runtime/admin/bulk_reader.h"
#include "tools/kv/output_file.h"
#include "tools/kv/pair.h"
#include "tools/kv/terminal.h"
#include "tools/kv/word.h"
#include "tools/kv/words.h"

namespace sedge::tools {
namespace {

constexpr const char* kExamples = R"(Examples:
  sedge kv export --binding CACHE cache.jsonl
  sedge kv export --binding CACHE | gzip > cache.jsonl.gz
  sedge kv export --binding CACHE --json > cache.json    one JSON array, for `wrangler kv bulk put`

Each line is {"key", "value", "base64"?, "expiration"?, "metadata"?}. A file appears under its name
once it is whole.)";
constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD

struct ExportFlags : KvFlags {
  std::string file = "-";
  std::string prefix = {};
};

void AddExport(CLI::App& command, ExportFlags& flags) {
  command.add_option("filename", flags.file, "The file to write (-, the default: standard output)");
  command.add_option("--prefix", flags.prefix, "Only keys that begin so")->type_name("TEXT");
  AddKvFlags(command, flags, "read");
  command.get_option("--json")->description("One JSON array instead of JSON lines");
}

class Exporter {
 public:
  Exporter(KvTarget& target, OutputFile& out, bool array)
      : target_(target), out_(out), array_(array) {}

  Status Run(const std::string& prefix) {
    Progress progress("Exported");
    if (array_) SEDGE_RETURN_IF_ERROR(out_.Write("["));
    std::string cursor;
    do {
      SEDGE_ASSIGN_OR_RETURN(const KvListedPage page,
                             target_.client->List(target_.ns.id, prefix, cursor));
      std::span<const KvListedKey> keys = page.keys;
      while (!keys.empty()) {
        if (Interrupt::pending()) return Cancelled("interrupted");
        const size_t count = std::min(keys.size(), admin::kMaxBulkGetKeys);
        SEDGE_RETURN_IF_ERROR(WriteBatch(keys.first(count)));
        keys = keys.subspan(count);
        progress.Update(entries_, 0);
      }
      cursor = page.cursor;
    } while (!cursor.empty());
    return array_ ? out_.Write(entries_ > 0 ? "\n]\n" : "]\n") : Status();
  }
  uint64_t entries() const { return entries_; }

 private:
  Status WriteBatch(std::span<const KvListedKey> keys) {
    std::vector<std::string> names;
    for (const KvListedKey& key : keys) names.push_back(key.name);
    Result<std::vector<KvGotEntry>> got = target_.client->BulkGet(target_.ns.id, names);
    if (!got.ok() && got.status().code() == StatusCode::kOutOfRange) return WriteOneByOne(keys);
    if (!got.ok()) return got.status();
    for (KvGotEntry& entry : *got) {
      if (!entry.found) continue;  // it has gone meanwhile
      // Text in which something may have been replaced is read as it is.
      if (entry.value.find(kReplacement) != std::string::npos) {
        SEDGE_RETURN_IF_ERROR(WriteWhole(entry.name, entry.expiration, entry.metadata));
        continue;
      }
      SEDGE_RETURN_IF_ERROR(Write({.key = std::move(entry.name),
                                   .value = std::move(entry.value),
                                   .expiration = entry.expiration,
                                   .metadata = std::move(entry.metadata)}));
    }
    return {};
  }

  Status WriteOneByOne(std::span<const KvListedKey> keys) {
    for (const KvListedKey& key : keys) {
      SEDGE_RETURN_IF_ERROR(WriteWhole(key.name, key.expiration, key.metadata));
    }
    return {};
  }

  Status WriteWhole(const std::string& key, std::optional<int64_t> expiration,
                    const std::string& metadata) {
    SEDGE_ASSIGN_OR_RETURN(const std::optional<Bytes> value,
                           target_.client->Get(target_.ns.id, key));
    if (!value) return {};
    return Write({.key = key,
                  .value = std::string(value->text()),
                  .expiration = expiration,
                  .metadata = metadata});
  }

  Status Write(const KvPair& pair) {
    line_.clear();
    if (array_) line_ = entries_ > 0 ? ",\n" : "\n";
    AppendPair(line_, pair);
    if (!array_) line_ += '\n';
    ++entries_;
    return out_.Write(line_);
  }

  KvTarget& target_;
  OutputFile& out_;
  const bool array_;
  std::string line_;
  uint64_t entries_ = 0;
};

int Export(const std::string& name, const ExportFlags& flags) {
  int status = kExitOk;
  auto target = OpenNamespace(name, flags, KvUse::kRead, status);
  if (!target) return status;
  const Interrupt interrupt;
  Result<OutputFile> out = OutputFile::Create(flags.file);
  if (!out.ok()) return Fail(out.status());
  Exporter exporter(*target, *out, flags.json);
  Status done = exporter.Run(flags.prefix);
  if (done.ok()) done = out->Commit();
  if (!done.ok()) {
    // A reader that has seen enough, such as `head`, is no failure to speak of.
    if (!out->reader_gone()) {
      PrintError(Status(done.code(), std::string(done.message()) + "; " +
                                         Grouped(exporter.entries()) + " entries were read" +
                                         (flags.file == "-" ? "" : ", and no file is left")));
    }
    out->Discard();
    Interrupt::EndIfPending();
    return kExitFailed;
  }
  std::fprintf(stderr, "Exported %s entries of the namespace %s.\n",
               Grouped(exporter.entries()).c_str(), target->ns.name().c_str());
  return kExitOk;
}

}  // namespace

void AddKvExportWord(CLI::App& kv, CommandRun& run) {
  AddKvWord(kv, run, "export", "Write all entries of a namespace to a file as JSON lines",
            &AddExport, &Export)
      ->footer(kExamples);
}

}  // namespace sedge::tools
