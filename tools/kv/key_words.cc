// SPDX-License-Identifier: Apache-2.0
// `sedge kv key`: put, get, list, delete.
#include <utility>

#include "kv/store.h"
#include "runtime/admin/json_text.h"
#include "tools/kv/input_file.h"
#include "tools/kv/put_flags.h"
#include "tools/kv/word.h"
#include "tools/kv/words.h"

namespace sedge::tools {
namespace {

struct PutFlags : KvFlags {
  std::string key = {};
  std::optional<std::string> value = {};
  std::string path = {};
  KvPutFlags put = {};
};

struct GetFlags : KvFlags {
  std::string key = {};
  bool text = false;
};

struct ListFlags : KvFlags {
  std::string prefix = {};
};

struct DeleteFlags : KvFlags {
  std::string key = {};
};

void AddPut(CLI::App& command, PutFlags& flags) {
  command.add_option("key", flags.key, "The key to write to")->required();
  command.add_option("value", flags.value, "The value to write");
  command
      .add_option("--path", flags.path,
                  "Read value from the file at a given path (-: standard "
                  "input)")
      ->type_name("FILE");
  AddKvPutFlags(command, flags.put);
  AddKvFlags(command, flags, "write to");
}

// The bytes of --path; one more than a value may have is enough to know that it is too long.
Result<Bytes> ReadValue(const std::string& path) {
  SEDGE_ASSIGN_OR_RETURN(const InputFile file, InputFile::Open("--path", path));
  return file.ReadAll(kv::kMaxValueBytes,
                      "a value may have " + std::to_string(kv::kMaxValueBytes) + " bytes");
}

int Put(const std::string& name, const PutFlags& flags) {
  if (flags.value.has_value() == !flags.path.empty()) {
    return PrintUsageError(name, flags.value ? "a value and --path both say what to write; "
                                               "allowed is one of them"
                                             : "what to write is not said; allowed is a value "
                                               "after the key, or --path FILE");
  }
  const Result<KvPutOptions> options = ReadKvPutFlags(flags.put);
  if (!options.ok()) return FailAs(name, options.status());
  Result<Bytes> value = flags.value ? Bytes::Copy(*flags.value) : ReadValue(flags.path);
  if (!value.ok()) return Fail(value.status());
  int status = kExitOk;
  const auto target = OpenNamespace(name, flags, KvUse::kWrite, status);
  if (!target) return status;
  const size_t size = value->size();
  const Status done = target->client->Put(target->ns.id, flags.key, std::move(*value), *options);
  if (!done.ok()) return Fail(done);
  return PrintResult(flags,
                     "Wrote " + std::to_string(size) + (size == 1 ? " byte" : " bytes") +
                         " to the key \"" + flags.key + "\" on the namespace " + target->ns.name() +
                         ".",
                     {{"namespace_id", target->ns.id}, {"key", flags.key}, {"bytes", size}});
}

void AddGet(CLI::App& command, GetFlags& flags) {
  command.add_option("key", flags.key, "The key value to get")->required();
  command.add_flag("--text", flags.text, "Decode the returned value as a utf8 string");
  AddKvFlags(command, flags, "get from");
}

// The value with what belongs to it, as one JSON object.
int PrintEntry(KvTarget& target, const GetFlags& flags, const Bytes& value) {
  Json entry = {{"key", flags.key}};
  const bool text = admin::IsUtf8(value.text());
  entry["value"] = text ? std::string(value.text()) : Base64(value.text());
  if (!text) entry["base64"] = true;
  // Expiration and metadata are with a bulk get only.
  const auto info = target.client->BulkGet(target.ns.id, {&flags.key, 1});
  if (!info.ok()) return Fail(info.status());
  const KvGotEntry& got = info->front();
  if (got.expiration) entry["expiration"] = *got.expiration;
  if (!got.metadata.empty()) entry["metadata"] = ParseJson(got.metadata);
  Print(JsonText(entry) + "\n");
  return Finish();
}

int Get(const std::string& name, const GetFlags& flags) {
  int status = kExitOk;
  auto target = OpenNamespace(name, flags, KvUse::kRead, status);
  if (!target) return status;
  const auto value = target->client->Get(target->ns.id, flags.key);
  if (!value.ok()) return Fail(value.status());
  if (!*value) {
    return Fail(
        NotFound("the key \"" + flags.key + "\" is not in the namespace " + target->ns.name()));
  }
  if (flags.json) return PrintEntry(*target, flags, **value);
  if (flags.text) {
    const std::string json = admin::JsonString((*value)->text());  // mends what is no UTF-8
    Print(ParseJson(json).get<std::string>() + "\n");
  } else {
    Print((*value)->text());
  }
  return Finish();
}

void AddList(CLI::App& command, ListFlags& flags) {
  command.add_option("--prefix", flags.prefix, "A prefix to filter listed keys")->type_name("TEXT");
  AddKvFlags(command, flags, "list");
}

std::string ListedKeyJson(const KvListedKey& key, bool compact) {
  Json item = {{"name", key.name}};
  if (key.expiration) item["expiration"] = *key.expiration;
  if (!key.metadata.empty()) item["metadata"] = ParseJson(key.metadata);
  if (compact) return JsonText(item);
  std::string text = PrettyJson(item);
  for (size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 3) {
    text.insert(at + 1, "  ");  // a level deeper
  }
  return "  " + text;
}

// Page by page, so that it does not matter how many there are.
int List(const std::string& name, const ListFlags& flags) {
  int status = kExitOk;
  const auto target = OpenNamespace(name, flags, KvUse::kRead, status);
  if (!target) return status;
  const char* const separator = flags.json ? "," : ",\n";
  std::string cursor;
  bool first = true;
  Print("[");
  do {
    const auto page = target->client->List(target->ns.id, flags.prefix, cursor);
    if (!page.ok()) {
      Print("\n");
      (void)Finish();
      return Fail(page.status());
    }
    for (const KvListedKey& key : page->keys) {
      Print(std::exchange(first, false) ? (flags.json ? "" : "\n") : separator);
      Print(ListedKeyJson(key, flags.json));
    }
    cursor = page->cursor;
  } while (!cursor.empty() && !OutputBroken());
  Print(first || flags.json ? "]\n" : "\n]\n");
  return Finish();
}

void AddDelete(CLI::App& command, DeleteFlags& flags) {
  command.add_option("key", flags.key, "The key value to delete")->required();
  AddKvFlags(command, flags, "delete from");
}

int Delete(const std::string& name, const DeleteFlags& flags) {
  int status = kExitOk;
  const auto target = OpenNamespace(name, flags, KvUse::kChange, status);
  if (!target) return status;
  const Status done = target->client->Delete(target->ns.id, flags.key);
  if (!done.ok()) return Fail(done);
  return PrintResult(
      flags, "Deleted the key \"" + flags.key + "\" on the namespace " + target->ns.name() + ".",
      {{"namespace_id", target->ns.id}, {"key", flags.key}, {"deleted", true}});
}

}  // namespace

void AddKvKeyWords(CLI::App& kv, CommandRun& run) {
  CLI::App* group = kv.add_subcommand("key", "Individually manage Workers KV key-value pairs");
  group->footer("");
  AddKvWord(*group, run, "put", "Write a single key/value pair to the given namespace", &AddPut,
            &Put);
  AddKvWord(*group, run, "list", "Output a list of all keys in a given namespace", &AddList, &List);
  AddKvWord(*group, run, "get", "Read a single value by key from the given namespace", &AddGet,
            &Get);
  AddKvWord(*group, run, "delete", "Remove a single key value pair from the given namespace",
            &AddDelete, &Delete);
}

}  // namespace sedge::tools
