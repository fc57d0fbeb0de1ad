// SPDX-License-Identifier: Apache-2.0
#include "runtime/worker/local_vars.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string_view>
#include <system_error>
#include <utility>

#include "runtime/base/ascii.h"
#include "runtime/base/log.h"
#include "runtime/worker/config_node.h"
#include "runtime/worker/small_file.h"

namespace sedge::worker {
namespace {

namespace fs = std::filesystem;

constexpr int kMaxDepth = 16;  // of variables in the values of variables

bool IsFile(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

std::string JsonString(std::string_view text) {
  std::string json = "\"";
  AppendJsonEscaped(json, text);
  return json + "\"";
}

// In the order in which they are read.
std::vector<std::string> DotEnvNames(const std::string& env) {
  if (env.empty()) return {".env", ".env.local"};
  return {".env", ".env." + env, ".env.local", ".env." + env + ".local"};
}

bool TakesDotEnv() {
  const char* choice = std::getenv("CLOUDFLARE_LOAD_DEV_VARS_FROM_DOT_ENV");
  return !choice || std::string_view(choice) != "false";
}

struct SourcedVar {
  DevVar var;
  std::string source;
};

Status ReadVars(const fs::path& folder, const std::string& shown, const std::string& name,
                std::vector<SourcedVar>& vars) {
  const std::string source = (fs::path(shown) / name).lexically_normal().string();
  SEDGE_ASSIGN_OR_RETURN(const std::string text, ReadSmallFile(folder / name, source));
  SEDGE_ASSIGN_OR_RETURN(std::vector<DevVar> read, ParseDevVars(text, source));
  for (DevVar& var : read) {
    std::erase_if(vars, [&](const SourcedVar& other) { return other.var.name == var.name; });
    vars.push_back({std::move(var), source});
  }
  return {};
}

class Expander {
 public:
  Expander(const std::vector<DevVar>& vars, const char* (*other)(const char*)) : other_(other) {
    for (const DevVar& var : vars) values_[var.name] = var.value;
  }

  std::string Expand(std::string_view text, int depth = 0) const {
    std::string out;
    while (!text.empty()) {
      const size_t at = text.find_first_of("\\$");
      out += text.substr(0, at);
      if (at == std::string_view::npos) break;
      text.remove_prefix(at);
      if (text.starts_with("\\$")) {
        out += '$';
        text.remove_prefix(2);
      } else if (text.front() == '\\' || !TakeReference(text, out, depth)) {
        out += text.front();
        text.remove_prefix(1);
      }
    }
    return out;
  }

 private:
  static size_t NameLength(std::string_view text) {
    size_t length = 0;
    while (length < text.size() && (IsAsciiAlnum(text[length]) || text[length] == '_')) ++length;
    return length > 0 && IsAsciiDigit(text[0]) ? 0 : length;
  }

  // REQUIRES: `text` begins with "$". False when that is no reference.
  bool TakeReference(std::string_view& text, std::string& out, int depth) const {
    const bool braced = text.starts_with("${");
    const std::string_view rest = text.substr(braced ? 2 : 1);
    const size_t length = NameLength(rest);
    if (length == 0) return false;
    std::string_view fallback;
    size_t end = length;
    if (braced) {
      end = rest.find('}', length);
      if (end == std::string_view::npos) return false;
      std::string_view after = rest.substr(length, end - length);
      if (after.starts_with(":-")) {
        fallback = after.substr(2);
      } else if (after.starts_with("-")) {
        fallback = after.substr(1);
      } else if (!after.empty()) {
        return false;
      }
      ++end;
    }
    out += ValueOf(std::string(rest.substr(0, length)), fallback, depth);
    text.remove_prefix((braced ? 2 : 1) + end);
    return true;
  }

  std::string ValueOf(const std::string& name, std::string_view fallback, int depth) const {
    if (depth >= kMaxDepth) return "";
    const auto own = values_.find(name);
    if (own != values_.end() && !own->second.empty()) return Expand(own->second, depth + 1);
    const char* value = own == values_.end() && other_ ? other_(name.c_str()) : nullptr;
    return value && *value ? value : Expand(fallback, depth + 1);
  }

  std::map<std::string, std::string, std::less<>> values_;
  const char* (*other_)(const char*);
};

Status Add(WorkerConfig& config, const std::vector<SourcedVar>& vars) {
  for (const auto& [var, source] : vars) {
    const auto taken =
        std::find_if(config.kv_namespaces.begin(), config.kv_namespaces.end(),
                     [&name = var.name](const auto& kv) { return kv.binding == name; });
    if (taken != config.kv_namespaces.end()) {
      return ConfigError(source, var.line,
                         "the name \"" + var.name + "\" is that of a KV namespace in " +
                             config.source + "; give one of them another");
    }
    SetVar(config, var.name, JsonString(var.value));
  }
  return {};
}

}  // namespace

void ExpandVars(std::vector<DevVar>& vars, const char* (*other)(const char* name)) {
  const Expander expander(vars, other);
  for (DevVar& var : vars) var.value = expander.Expand(var.value);
}

std::vector<std::string> LocalVarsFiles(const std::string& env) {
  std::vector<std::string> names = DotEnvNames(env);
  names.push_back(".dev.vars");
  if (!env.empty()) names.push_back(".dev.vars." + env);
  return names;
}

Status AddLocalVars(WorkerConfig& config, const std::string& shown, const std::string& env) {
  const fs::path folder(config.base_dir);
  std::vector<SourcedVar> vars;
  for (const std::string& name : {".dev.vars." + env, std::string(".dev.vars")}) {
    if (name.ends_with('.') || !IsFile(folder / name)) continue;
    SEDGE_RETURN_IF_ERROR(ReadVars(folder, shown, name, vars));
    return Add(config, vars);
  }
  if (!TakesDotEnv()) return {};
  for (const std::string& name : DotEnvNames(env)) {
    if (IsFile(folder / name)) SEDGE_RETURN_IF_ERROR(ReadVars(folder, shown, name, vars));
  }
  std::vector<DevVar> plain;
  for (const SourcedVar& var : vars) plain.push_back(var.var);
  ExpandVars(plain, [](const char* name) -> const char* { return std::getenv(name); });
  for (size_t i = 0; i < vars.size(); ++i) vars[i].var = std::move(plain[i]);
  return Add(config, vars);
}

}  // namespace sedge::worker
