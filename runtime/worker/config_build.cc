// SPDX-License-Identifier: Apache-2.0
// The half of ConfigReader that reads how a worker is built: build, rules, define and the like.
#include <algorithm>
#include <filesystem>
#include <iterator>

#include "runtime/worker/config_keys.h"
#include "runtime/worker/config_reader.h"

namespace sedge::worker {
namespace {

using Kind = ConfigNode::Kind;

constexpr std::string_view kScriptExtensions[] = {".js",  ".mjs", ".ts",  ".mts",
                                                  ".cts", ".tsx", ".jsx", ".cjs"};

std::string Absolute(const std::string& base_dir, const std::string& path) {
  std::string whole = (std::filesystem::path(base_dir) / path).lexically_normal().string();
  if (whole.size() > 1 && whole.ends_with('/')) whole.pop_back();
  return whole;
}

// ".md" of "**/*.md", and of "*.md"; "" for globs that say more.
std::string ExtensionOf(std::string_view glob) {
  if (glob.starts_with("**/")) glob.remove_prefix(3);
  if (glob.ends_with("?module")) glob.remove_suffix(7);
  if (!glob.starts_with("*.") || glob.size() < 3) return "";
  glob.remove_prefix(1);
  if (glob.find_first_of("*?[]{}/\\", 1) != std::string_view::npos) return "";
  // esbuild's loaders, and the runtime, look at what is behind the last dot.
  return glob.rfind('.') == 0 ? std::string(glob) : "";
}

}  // namespace

bool IsScriptExtension(std::string_view extension) {
  return std::find(std::begin(kScriptExtensions), std::end(kScriptExtensions), extension) !=
         std::end(kScriptExtensions);
}

Status ConfigReader::ReadBuild() {
  BuildConfig& build = config_.build;
  SEDGE_ASSIGN_OR_RETURN(
      const ConfigNode* custom,
      Member(root_, "", "build", Kind::kObject, "an object with command, cwd and watch_dir"));
  if (custom) SEDGE_RETURN_IF_ERROR(ReadCustomBuild(*custom));
  // The last three change nothing here: what they say of modules beside the bundle holds anyway.
  bool ignored = false;
  const std::pair<std::string_view, bool*> switches[] = {
      {"no_bundle", &build.no_bundle},   {"minify", &build.minify},
      {"keep_names", &build.keep_names}, {"find_additional_modules", &ignored},
      {"preserve_file_names", &ignored}, {"upload_source_maps", &ignored},
  };
  for (const auto& [name, value] : switches) {
    SEDGE_ASSIGN_OR_RETURN(const ConfigNode* node,
                           Member(root_, "", name, Kind::kBool, "true or false"));
    if (node) *value = node->boolean;
  }
  std::string base_dir;
  const std::pair<std::string_view, std::string*> texts[] = {
      {"tsconfig", &build.tsconfig},
      {"jsx_factory", &build.jsx_factory},
      {"jsx_fragment", &build.jsx_fragment},
      {"base_dir", &base_dir},
  };
  for (const auto& [name, value] : texts) {
    SEDGE_ASSIGN_OR_RETURN(const ConfigNode* node,
                           Member(root_, "", name, Kind::kString, "a string"));
    if (node) *value = node->text;
  }
  if (!build.tsconfig.empty()) build.tsconfig = Absolute(config_.base_dir, build.tsconfig);
  SEDGE_RETURN_IF_ERROR(
      ReadPairs("define", "an object of names and JavaScript expressions in quotes", build.define));
  SEDGE_RETURN_IF_ERROR(
      ReadPairs("alias", "an object of imports and what they mean, in quotes", build.alias));
  SEDGE_ASSIGN_OR_RETURN(const ConfigNode* rules,
                         Member(root_, "", "rules", Kind::kArray, "an array of { type, globs }"));
  for (size_t i = 0; rules && i < rules->items.size(); ++i) {
    SEDGE_RETURN_IF_ERROR(ReadRule(rules->items[i], "rules[" + std::to_string(i) + "]"));
  }
  return {};
}

Status ConfigReader::ReadCustomBuild(const ConfigNode& node) {
  BuildConfig& build = config_.build;
  NoteUnknown(node, "build.", kBuildKeys);
  SEDGE_ASSIGN_OR_RETURN(const ConfigNode* command, Member(node, "build.", "command", Kind::kString,
                                                           "a command such as \"npm run build\""));
  if (command) {
    build.command = command->text;
    build.command_line = command->line;
  }
  SEDGE_ASSIGN_OR_RETURN(const ConfigNode* cwd,
                         Member(node, "build.", "cwd", Kind::kString, "a folder"));
  build.cwd = Absolute(config_.base_dir, cwd ? cwd->text : "");
  const ConfigNode* watched = node.Find("watch_dir");
  if (!watched) {
    // wrangler's default.
    if (!build.command.empty()) build.watch_dirs = {Absolute(config_.base_dir, "src")};
    return {};
  }
  std::vector<const ConfigNode*> folders = {watched};
  if (watched->is(Kind::kArray)) {
    folders.clear();
    for (const ConfigNode& item : watched->items) folders.push_back(&item);
  }
  for (const ConfigNode* folder : folders) {
    if (!folder->is(Kind::kString)) {
      return WrongKind("build.watch_dir", *folder, "a folder, or an array of folders");
    }
    build.watch_dirs.push_back(Absolute(config_.base_dir, folder->text));
  }
  return {};
}

Status ConfigReader::ReadPairs(std::string_view name, std::string_view allowed,
                               std::vector<std::pair<std::string, std::string>>& pairs) {
  SEDGE_ASSIGN_OR_RETURN(const ConfigNode* node, Member(root_, "", name, Kind::kObject, allowed));
  if (!node) return {};
  for (const ConfigMember& member : node->members) {
    const std::string key = std::string(name) + "." + member.name;
    if (!member.value.is(Kind::kString)) return WrongKind(key, member.value, "a string");
    if (member.name.empty() || member.name.find('=') != std::string::npos) {
      return Error(member.line, key + " is no name that can be replaced");
    }
    pairs.emplace_back(member.name, member.value.text);
  }
  return {};
}

Status ConfigReader::ReadRule(const ConfigNode& node, const std::string& key) {
  if (!node.is(Kind::kObject)) return WrongKind(key, node, "an object { type, globs }");
  NoteUnknown(node, key + ".", kRuleKeys);
  SEDGE_ASSIGN_OR_RETURN(const ConfigNode* type,
                         Member(node, key + ".", "type", Kind::kString, "a string"));
  SEDGE_ASSIGN_OR_RETURN(const std::vector<const ConfigNode*> globs,
                         Strings(node, key + ".", "globs", "an array such as [\"**/*.md\"]"));
  if (!type) return Error(node.line, key + ".type is missing: such as \"Text\"");
  if (type->text == "ESModule" || type->text == "CommonJS") return {};  // as their imports say
  const std::pair<std::string_view, ModuleType> known[] = {{"Text", ModuleType::kText},
                                                           {"Data", ModuleType::kData},
                                                           {"CompiledWasm", ModuleType::kWasm}};
  const auto* found = std::find_if(std::begin(known), std::end(known),
                                   [&](const auto& entry) { return entry.first == type->text; });
  if (found == std::end(known)) {
    return Error(type->line, key + ".type is \"" + type->text +
                                 "\"; allowed is Text, Data, CompiledWasm, ESModule or CommonJS");
  }
  for (const ConfigNode* glob : globs) {
    const std::string extension = ExtensionOf(glob->text);
    if (extension.empty()) {
      return Error(glob->line, key + ".globs has \"" + glob->text +
                                   "\"; allowed are extensions such as \"**/*.md\"");
    }
    // The first rule for an extension counts.
    const bool taken = std::any_of(config_.build.rules.begin(), config_.build.rules.end(),
                                   [&](const ModuleRule& r) { return r.extension == extension; });
    if (!taken) config_.build.rules.push_back({extension, found->second});
  }
  return {};
}

}  // namespace sedge::worker
