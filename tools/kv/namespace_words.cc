// SPDX-License-Identifier: Apache-2.0
// `sedge kv namespace`: create, list, rename, delete.
#include <algorithm>

#include "runtime/base/ascii.h"
#include "tools/kv/terminal.h"
#include "tools/kv/word.h"
#include "tools/kv/words.h"

namespace sedge::tools {
namespace {

struct CreateFlags : KvFlags {
  std::string title = {};
};

struct RenameFlags : KvFlags {
  std::string old_title = {};
  std::string new_title = {};
};

struct DeleteFlags : KvFlags {
  std::string title = {};
  bool yes = false;
};

// A name for env made of a title, as wrangler proposes one.
std::string BindingFrom(std::string_view title) {
  std::string name;
  for (const char c : title) name += IsAsciiAlnum(c) || c == '_' || c == '$' ? c : '_';
  if (name.empty() || IsAsciiDigit(name.front())) name.insert(0, "_");
  return name;
}

void AddCreate(CLI::App& command, CreateFlags& flags) {
  command.add_option("namespace", flags.title, "The name of the new namespace")->required();
  command
      .add_option("--binding", flags.ns.binding,
                  "The binding of the namespace, in the lines for the configuration that are shown")
      ->type_name("NAME");
  AddPreviewFlag(command, flags.ns.preview);
  command.add_option("-e,--env", flags.ns.env, "Environment that the new name begins with")
      ->type_name("NAME");
  AddKvFlags(command, flags);
}

int Create(const std::string& name, const CreateFlags& flags) {
  const bool preview = flags.ns.preview.value_or(false);
  const std::string title =
      (flags.ns.env.empty() ? "" : flags.ns.env + "-") + flags.title + (preview ? "_preview" : "");
  int status = kExitOk;
  const auto target = OpenStore(name, flags, KvUse::kWrite, status);
  if (!target) return status;
  const Result<std::string> id = target->client->CreateNamespace(title);
  if (!id.ok()) return Fail(id.status());
  const std::string binding =
      flags.ns.binding.empty() ? BindingFrom(flags.title) : flags.ns.binding;
  const Json lines = {{"kv_namespaces", Json::array({{{"binding", binding},
                                                      {preview ? "preview_id" : "id", *id}}})}};
  return PrintResult(flags,
                     "Created the namespace \"" + title + "\" with the id " + *id +
                         ".\nA worker gets it as env." + binding +
                         " with these lines in its wrangler.jsonc:\n" + PrettyJson(lines),
                     {{"id", *id}, {"title", title}});
}

int List(const std::string& name, const KvFlags& flags) {
  int status = kExitOk;
  const auto target = OpenStore(name, flags, KvUse::kRead, status);
  if (!target) return status;
  const Result<std::vector<KvNamespaceInfo>> all = target->client->Namespaces();
  if (!all.ok()) return Fail(all.status());
  Json list = Json::array();
  for (const KvNamespaceInfo& ns : *all) {
    list.push_back({{"id", ns.id}, {"title", ns.title}, {"supports_url_encoding", true}});
  }
  return PrintResult(flags, PrettyJson(list), list);
}

// The id of the namespace with this title.
Result<std::string> FindByTitle(KvClient& client, const std::string& title) {
  SEDGE_ASSIGN_OR_RETURN(const std::vector<KvNamespaceInfo> all, client.Namespaces());
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const KvNamespaceInfo& ns) { return ns.title == title; });
  if (found != all.end()) return found->id;
  return NotFound("there is no namespace with the name \"" + title +
                  "\"; `sedge kv namespace list` shows those that there are");
}

void AddRename(CLI::App& command, RenameFlags& flags) {
  command.add_option("old-name", flags.old_title, "The current name of the namespace to rename");
  command.add_option("--new-name", flags.new_title, "The new name for the namespace")
      ->type_name("NAME")
      ->required();
  command.add_option("--namespace-id", flags.ns.id, "The id of the namespace to rename")
      ->type_name("ID");
  AddKvFlags(command, flags);
}

int Rename(const std::string& name, const RenameFlags& flags) {
  if (flags.old_title.empty() == flags.ns.id.empty()) {
    return PrintUsageError(name, flags.ns.id.empty()
                                     ? "which namespace is not said; allowed is its name, or "
                                       "--namespace-id"
                                     : "a name and --namespace-id both say which namespace; "
                                       "allowed is one of them");
  }
  int status = kExitOk;
  const auto target = OpenStore(name, flags, KvUse::kChange, status);
  if (!target) return status;
  Result<std::string> id = flags.ns.id;
  if (flags.ns.id.empty()) id = FindByTitle(*target->client, flags.old_title);
  if (!id.ok()) return Fail(id.status());
  const Status renamed = target->client->RenameNamespace(*id, flags.new_title);
  if (!renamed.ok()) return Fail(renamed);
  return PrintResult(flags, "Renamed the namespace " + *id + " to \"" + flags.new_title + "\".",
                     {{"id", *id}, {"title", flags.new_title}});
}

void AddDelete(CLI::App& command, DeleteFlags& flags) {
  command.add_option("namespace", flags.title, "The name of the namespace to delete");
  command.add_flag("-y,--skip-confirmation", flags.yes, "Skip confirmation");
  AddKvFlags(command, flags, "delete");
}

int Delete(const std::string& name, const DeleteFlags& flags) {
  const int named = !flags.title.empty() + !flags.ns.binding.empty() + !flags.ns.id.empty();
  if (named != 1) {
    return PrintUsageError(name, "the namespace is named " +
                                     std::string(named == 0 ? "not at all" : "more than once") +
                                     "; allowed is one of its name, --binding and --namespace-id");
  }
  int status = kExitOk;
  const auto target = flags.title.empty() ? OpenNamespace(name, flags, KvUse::kChange, status)
                                          : OpenStore(name, flags, KvUse::kChange, status);
  if (!target) return status;
  Result<std::string> id = target->ns.id;
  if (!flags.title.empty()) id = FindByTitle(*target->client, flags.title);
  if (!id.ok()) return Fail(id.status());
  const std::string shown = flags.title.empty()
                                ? target->ns.name()
                                : "name: \"" + flags.title + "\" (id: \"" + *id + "\")";
  if (!flags.yes && !Confirm("Delete the namespace " + shown + " with all that is in it?")) {
    std::fputs("Not deleted.\n", stderr);
    return kExitFailed;
  }
  const Status deleted = target->client->DeleteNamespace(*id);
  if (!deleted.ok()) return Fail(deleted);
  return PrintResult(flags, "Deleted the namespace " + shown + ".",
                     {{"id", *id}, {"deleted", true}});
}

}  // namespace

void AddKvNamespaceWords(CLI::App& kv, CommandRun& run) {
  CLI::App* group = kv.add_subcommand("namespace", "Interact with your Workers KV Namespaces");
  group->footer("");
  AddKvWord(*group, run, "create", "Create a new namespace", &AddCreate, &Create);
  AddKvWord<KvFlags>(
      *group, run, "list", "Output a list of all KV namespaces",
      [](CLI::App& command, KvFlags& flags) { AddKvFlags(command, flags); }, &List);
  AddKvWord(*group, run, "delete", "Delete a given namespace", &AddDelete, &Delete);
  AddKvWord(*group, run, "rename", "Rename a KV namespace", &AddRename, &Rename);
}

}  // namespace sedge::tools
