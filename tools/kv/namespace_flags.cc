// SPDX-License-Identifier: Apache-2.0
#include "tools/kv/namespace_flags.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include "runtime/worker/config.h"
#include "runtime/worker/config_node.h"
#include "runtime/worker/suggest.h"

namespace sedge::tools {
namespace {

namespace fs = std::filesystem;
using worker::ConfigNode;

constexpr const char* kConfigNames[] = {"wrangler.jsonc", "wrangler.json", "wrangler.toml"};

// The file, or "" when there is none; --config may name a folder or a script.
std::string FindConfigFile(const std::string& config) {
  const fs::path path = config.empty() ? fs::path(".") : fs::path(config);
  std::error_code error;
  if (!fs::is_directory(path, error)) {
    const fs::path extension = path.extension();
    if (extension == ".toml" || extension == ".json" || extension == ".jsonc") return path.string();
  }
  const fs::path folder = fs::is_directory(path, error) ? path : path.parent_path();
  for (const char* name : kConfigNames) {
    if (fs::is_regular_file(folder / name, error)) return (folder / name).lexically_normal();
  }
  return "";
}

Result<ConfigNode> ReadConfig(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(worker::kMaxConfigBytes + 1, '\0');
  if (!file) return IoError(path + ": the file cannot be read");
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(file.gcount()));
  if (text.size() > worker::kMaxConfigBytes) {
    return InvalidArgument(path + ": the file has more than " +
                           std::to_string(worker::kMaxConfigBytes) +
                           " bytes; a configuration is at most that long");
  }
  return fs::path(path).extension() == ".toml" ? worker::ParseToml(text, path)
                                               : worker::ParseJsonc(text, path);
}

// The table of the environment; the one of the file itself when `env` is "".
Result<const ConfigNode*> EnvironmentOf(const ConfigNode& root, const std::string& path,
                                        const std::string& env) {
  if (env.empty()) return &root;
  const ConfigNode* all = root.Find("env");
  std::string known;
  if (all && all->is(ConfigNode::Kind::kObject)) {
    const ConfigNode* found = all->Find(env);
    if (found && found->is(ConfigNode::Kind::kObject)) return found;
    for (const worker::ConfigMember& member : all->members) {
      known += (known.empty() ? "" : ", ") + member.name;
    }
  }
  return InvalidArgument("--env " + env + ": " + path + " has no such environment; " +
                         (known.empty() ? "it has none" : "there are: " + known));
}

Result<std::string> TextOf(const ConfigNode& item, const char* name, const std::string& path) {
  const ConfigNode* node = item.Find(name);
  if (!node) return std::string();
  if (!node->is(ConfigNode::Kind::kString)) {
    return worker::ConfigError(path, node->line,
                               "kv_namespaces: " + std::string(name) + " is " +
                                   std::string(node->KindName()) + "; allowed is a string");
  }
  return node->text;
}

// Those of kv_namespaces in `table`.
Status AppendBindings(const ConfigNode& table, const std::string& path,
                      std::vector<KvBinding>& bindings) {
  const ConfigNode* list = table.Find("kv_namespaces");
  if (!list) return {};
  if (!list->is(ConfigNode::Kind::kArray)) {
    return worker::ConfigError(path, list->line,
                               "kv_namespaces is " + std::string(list->KindName()) +
                                   "; allowed is an array of { binding, id }");
  }
  for (const ConfigNode& item : list->items) {
    if (!item.is(ConfigNode::Kind::kObject)) {
      return worker::ConfigError(
          path, item.line,
          "kv_namespaces holds " + std::string(item.KindName()) + "; allowed is { binding, id }");
    }
    KvBinding& binding = bindings.emplace_back();
    SEDGE_ASSIGN_OR_RETURN(binding.binding, TextOf(item, "binding", path));
    SEDGE_ASSIGN_OR_RETURN(binding.id, TextOf(item, "id", path));
    SEDGE_ASSIGN_OR_RETURN(binding.preview_id, TextOf(item, "preview_id", path));
  }
  return {};
}

// Where `sedge serve` finds the data of a binding that has no id of its own.
std::string ServedId(const KvBinding& found) { return found.id.empty() ? found.binding : found.id; }

Result<std::string> IdOf(const KvBinding& found, std::optional<bool> preview) {
  if (!preview && !found.preview_id.empty() && !found.id.empty() && found.preview_id != found.id) {
    return InvalidArgument("--binding " + found.binding +
                           ": it has an id and a preview_id; allowed is --preview or "
                           "--preview=false besides, which says which one is meant");
  }
  if (preview.value_or(false)) {
    if (!found.preview_id.empty()) return found.preview_id;
    return InvalidArgument("--preview: the binding " + found.binding +
                           " has no preview_id in the configuration");
  }
  if (!preview && found.id.empty() && !found.preview_id.empty()) return found.preview_id;
  return ServedId(found);
}

}  // namespace

std::string KvNamespaceChoice::name() const {
  if (binding.empty()) return "id: \"" + id + "\"";
  return "binding: \"" + binding + "\" (id: \"" + id + "\")";
}

void AddPreviewFlag(CLI::App& command, std::optional<bool>& preview) {
  // Also --preview=true, --preview=false.
  command
      .add_flag_function(
          "--preview,!--no-preview", [&preview](int64_t count) { preview = count > 0; },
          "The preview namespace of the binding (--preview=false: the other one)")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
}

void AddEnvFlag(CLI::App& command, std::string& env) {
  command.add_option("-e,--env", env, "Environment of the configuration whose bindings count")
      ->type_name("NAME");
}

void AddNamespaceFlags(CLI::App& command, KvNamespaceFlags& flags, const std::string& doing) {
  command
      .add_option("--binding", flags.binding,
                  "The binding, in the configuration, of the namespace to " + doing)
      ->type_name("NAME");
  command.add_option("--namespace-id", flags.id, "The id of the namespace to " + doing)
      ->type_name("ID");
  AddPreviewFlag(command, flags.preview);
  AddEnvFlag(command, flags.env);
}

Result<std::vector<KvBinding>> ReadKvBindings(const KvPlaceFlags& place, const std::string& env) {
  std::vector<KvBinding> bindings;
  const std::string path = FindConfigFile(place.config);
  if (path.empty()) {
    if (env.empty()) return bindings;
    return InvalidArgument("--env " + env + ": there is no wrangler configuration in " +
                           (place.config.empty() ? "this folder" : place.config) +
                           "; allowed is --config PATH besides");
  }
  SEDGE_ASSIGN_OR_RETURN(const ConfigNode root, ReadConfig(path));
  SEDGE_ASSIGN_OR_RETURN(const ConfigNode* table, EnvironmentOf(root, path, env));
  SEDGE_RETURN_IF_ERROR(AppendBindings(*table, path, bindings));
  return bindings;
}

Result<std::vector<KvBinding>> ReadAllKvBindings(const KvPlaceFlags& place) {
  std::vector<KvBinding> bindings;
  const std::string path = FindConfigFile(place.config);
  if (path.empty()) return bindings;
  SEDGE_ASSIGN_OR_RETURN(const ConfigNode root, ReadConfig(path));
  SEDGE_RETURN_IF_ERROR(AppendBindings(root, path, bindings));
  const ConfigNode* all = root.Find("env");
  if (!all || !all->is(ConfigNode::Kind::kObject)) return bindings;
  for (const worker::ConfigMember& member : all->members) {
    if (!member.value.is(ConfigNode::Kind::kObject)) continue;
    SEDGE_RETURN_IF_ERROR(AppendBindings(member.value, path, bindings));
  }
  return bindings;
}

Result<KvNamespaceChoice> ChooseNamespace(const KvNamespaceFlags& flags, const KvPlaceFlags& place,
                                          std::optional<bool> preview_default) {
  if (flags.binding.empty() == flags.id.empty()) {
    return InvalidArgument(flags.id.empty()
                               ? "which namespace is not said; allowed is --binding or "
                                 "--namespace-id"
                               : "--binding and --namespace-id both name a namespace; allowed is "
                                 "one of them");
  }
  if (!flags.id.empty()) return KvNamespaceChoice{flags.id, ""};
  SEDGE_ASSIGN_OR_RETURN(const std::vector<KvBinding> bindings, ReadKvBindings(place, flags.env));
  const auto found = std::find_if(bindings.begin(), bindings.end(), [&](const KvBinding& one) {
    return one.binding == flags.binding;
  });
  if (found == bindings.end()) {
    std::vector<std::string_view> names;
    std::string all;
    for (const KvBinding& one : bindings) {
      names.push_back(one.binding);
      all += (all.empty() ? "" : ", ") + one.binding;
    }
    const std::string path = FindConfigFile(place.config);
    return InvalidArgument(
        "--binding " + flags.binding + ": " +
        (path.empty()
             ? "there is no wrangler configuration here; allowed is --config PATH besides, "
               "or --namespace-id instead"
             : path + " has no such KV namespace" +
                   (all.empty()
                        ? ", nor any other; allowed is --namespace-id instead"
                        : worker::DidYouMean(flags.binding, names) + "; there are: " + all)));
  }
  SEDGE_ASSIGN_OR_RETURN(std::string id,
                         IdOf(*found, flags.preview ? flags.preview : preview_default));
  return KvNamespaceChoice{std::move(id), flags.binding};
}

}  // namespace sedge::tools
