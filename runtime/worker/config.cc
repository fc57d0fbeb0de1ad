// SPDX-License-Identifier: Apache-2.0
#include "runtime/worker/config.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "runtime/worker/config_env.h"
#include "runtime/worker/config_node.h"
#include "runtime/worker/config_reader.h"
#include "runtime/worker/local_vars.h"
#include "runtime/worker/small_file.h"

namespace sedge::worker {

Result<std::string> ReadSmallFile(const std::filesystem::path& path, const std::string& shown) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return IoError(shown + ": the file cannot be read");
  std::string text;
  text.resize(kMaxConfigBytes + 1);
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) return IoError(shown + ": the file cannot be read");
  text.resize(static_cast<size_t>(file.gcount()));
  if (text.size() > kMaxConfigBytes) {
    return InvalidArgument(shown + ": the file has more than " + std::to_string(kMaxConfigBytes) +
                           " bytes; a configuration is at most that long");
  }
  return text;
}

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kConfigNames[] = {"wrangler.jsonc", "wrangler.json", "wrangler.toml"};
constexpr std::string_view kScriptNames[] = {
    "index.js",      "index.mjs",      "worker.js",    "worker.mjs",    "src/index.js",
    "src/index.mjs", "src/worker.js",  "src/worker.mjs", "index.ts",    "index.tsx",
    "worker.ts",     "worker.tsx",     "src/index.ts", "src/index.tsx", "src/worker.ts",
    "src/worker.tsx"};

constexpr size_t kMaxShownLine = 200;  // of a line of the file in an error

std::string ScriptNames() {
  std::string names;
  for (const std::string_view name : kScriptNames) {
    if (!names.empty()) names += ", ";
    names += name;
  }
  return names;
}

bool IsFile(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

// The failure with the line of the file that it names: "wrangler.toml:3: why", then "  3 | text".
Status WithLine(const Status& failure, const std::string& source, std::string_view text) {
  const std::string message(failure.message());
  if (!message.starts_with(source + ":")) return failure;
  const int number = std::atoi(message.c_str() + source.size() + 1);
  for (int i = 1; i < number; ++i) {
    const size_t end = text.find('\n');
    if (end == std::string_view::npos) return failure;
    text.remove_prefix(end + 1);
  }
  text = text.substr(0, text.find('\n'));
  if (text.ends_with('\r')) text.remove_suffix(1);
  const std::string start = "\n  " + std::to_string(number) + " | ";
  if (message.find(start) != message.npos) return failure;  // it shows it already
  if (number < 1 || text.empty() || text.size() > kMaxShownLine) return failure;
  return {failure.code(), message + start + std::string(text)};
}

Result<WorkerConfig> LoadScript(const fs::path& shown, const std::string& env) {
  const fs::path path = fs::absolute(shown).lexically_normal();
  WorkerConfig config;
  config.name = path.stem().string();
  config.main = path.string();
  config.base_dir = path.parent_path().string();
  config.source = shown.string();
  SEDGE_RETURN_IF_ERROR(AddLocalVars(config, shown.parent_path(), env));
  return config;
}

Result<WorkerConfig> LoadConfigFile(const fs::path& shown, const std::string& env) {
  const fs::path path = fs::absolute(shown).lexically_normal();
  const std::string source = shown.string();
  SEDGE_ASSIGN_OR_RETURN(const std::string text, ReadSmallFile(path, source));
  const ConfigSyntax syntax =
      path.extension() == ".toml" ? ConfigSyntax::kToml : ConfigSyntax::kJsonc;
  Result<WorkerConfig> read =
      ParseWorkerConfig(syntax, text, source, path.parent_path().string(), env);
  if (!read.ok()) return WithLine(read.status(), source, text);
  WorkerConfig config = std::move(read).value();
  if (config.main.empty()) {
    for (const std::string_view name : kScriptNames) {
      const fs::path script = path.parent_path() / name;
      if (!IsFile(script)) continue;
      config.main = script.string();
      break;
    }
    if (config.main.empty()) {
      return ConfigError(source, 0,
                         "main is missing, and none of " + ScriptNames() +
                             " is there; write for example main = \"src/index.js\"");
    }
  } else if (!IsFile(config.main) && config.build.command.empty()) {  // which may make it
    return WithLine(
        ConfigError(source, config.main_line, "main: there is no file " + config.main), source,
        text);
  }
  SEDGE_RETURN_IF_ERROR(AddLocalVars(config, shown.parent_path(), env));
  return config;
}

Result<WorkerConfig> LoadFolder(const fs::path& shown, const std::string& env) {
  for (const std::string_view name : kConfigNames) {
    if (IsFile(shown / name)) return LoadConfigFile((shown / name).lexically_normal(), env);
  }
  for (const std::string_view name : kScriptNames) {
    if (!IsFile(shown / name)) continue;
    SEDGE_ASSIGN_OR_RETURN(WorkerConfig config, LoadScript((shown / name).lexically_normal(), env));
    return config;
  }
  return NotFound(shown.string() +
                  ": the folder has no worker; looked for wrangler.jsonc, "
                  "wrangler.json, wrangler.toml, " +
                  ScriptNames());
}

}  // namespace

bool HasConfig(const std::string& folder) {
  return std::any_of(std::begin(kConfigNames), std::end(kConfigNames),
                     [&](std::string_view name) { return IsFile(fs::path(folder) / name); });
}

bool HasWorker(const std::string& folder) {
  return HasConfig(folder) ||
         std::any_of(std::begin(kScriptNames), std::end(kScriptNames),
                     [&](std::string_view name) { return IsFile(fs::path(folder) / name); });
}

Result<WorkerConfig> LoadWorkerConfig(const std::string& path, const std::string& env) {
  std::error_code error;
  const fs::path shown(path);
  const fs::file_status status = fs::status(shown, error);
  if (!fs::exists(status)) {
    return NotFound(path +
                    ": there is no such file or folder; allowed is a script (.js, .mjs, .ts), "
                    "a folder, or a wrangler.jsonc, .json or .toml");
  }
  if (fs::is_directory(status)) return LoadFolder(shown, env);
  const fs::path extension = shown.extension();
  if (IsScriptExtension(extension.string())) return LoadScript(shown, env);
  if (extension == ".json" || extension == ".jsonc" || extension == ".toml") {
    return LoadConfigFile(shown, env);
  }
  return InvalidArgument(path +
                         ": the file is of another kind than a worker; allowed is a script "
                         "(.js, .mjs, .ts), a folder, or a wrangler.jsonc, .json or .toml");
}

Result<WorkerConfig> ParseWorkerConfig(ConfigSyntax syntax, std::string_view text,
                                       const std::string& source, const std::string& base_dir,
                                       const std::string& env) {
  SEDGE_ASSIGN_OR_RETURN(const ConfigNode root, syntax == ConfigSyntax::kToml
                                                    ? ParseToml(text, source)
                                                    : ParseJsonc(text, source));
  SEDGE_ASSIGN_OR_RETURN(const ChosenEnvironment chosen, ChooseEnvironment(root, env, source));
  SEDGE_ASSIGN_OR_RETURN(WorkerConfig config, ConfigReader(chosen.root, source).Read(base_dir));
  config.warnings.insert(config.warnings.begin(), chosen.warnings.begin(), chosen.warnings.end());
  return config;
}

std::vector<std::string> ConfigFiles(const std::string& path, const std::string& env) {
  std::error_code error;
  const fs::path given = fs::absolute(path).lexically_normal();
  const bool is_folder = fs::is_directory(given, error);
  const fs::path folder = is_folder ? given : given.parent_path();
  std::vector<std::string> files;
  if (is_folder) {
    for (const std::string_view name : kConfigNames) files.push_back((folder / name).string());
  } else {
    files.push_back(given.string());
  }
  // A configuration without main takes one of these, too.
  for (const std::string_view name : kScriptNames) files.push_back((folder / name).string());
  for (const std::string& name : LocalVarsFiles(env)) files.push_back((folder / name).string());
  return files;
}

void SetKvNamespace(WorkerConfig& config, std::string binding, std::string id) {
  std::erase_if(config.vars, [&](const VarConfig& var) { return var.name == binding; });
  for (KvNamespaceConfig& kv : config.kv_namespaces) {
    if (kv.binding != binding) continue;
    kv.id = std::move(id);
    return;
  }
  config.kv_namespaces.push_back({.binding = std::move(binding), .id = std::move(id)});
}

void SetVar(WorkerConfig& config, std::string name, std::string json) {
  std::erase_if(config.kv_namespaces, [&](const auto& kv) { return kv.binding == name; });
  const auto at =
      std::lower_bound(config.vars.begin(), config.vars.end(), name,
                       [](const VarConfig& v, const std::string& n) { return v.name < n; });
  if (at != config.vars.end() && at->name == name) {
    at->value = std::move(json);
  } else {
    config.vars.insert(at, {std::move(name), std::move(json)});
  }
}

}  // namespace sedge::worker
