// SPDX-License-Identifier: Apache-2.0
#include "runtime/worker/config_env.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "runtime/worker/suggest.h"

namespace sedge::worker {
namespace {

using Kind = ConfigNode::Kind;

// What an environment has to say for itself.
constexpr std::string_view kNotInherited[] = {"vars", "kv_namespaces", "define"};
// What belongs to the project and not to an environment.
constexpr std::string_view kTopLevelOnly[] = {"dev", "env", "$schema"};

std::string At(const std::string& source, int line) {
  return source + ":" + std::to_string(line) + ": ";
}

void Remove(ConfigNode& root, std::string_view name) {
  std::erase_if(root.members, [&](const ConfigMember& member) { return member.name == name; });
}

// The variables of the top level that the environment's own do not have.
void WarnOfMissingVars(const ConfigNode& root, const ConfigNode& chosen, const std::string& env,
                       const std::string& source, std::vector<std::string>& warnings) {
  const ConfigNode* top = root.Find("vars");
  const ConfigNode* own = chosen.Find("vars");
  if (!top || !own || !top->is(Kind::kObject) || !own->is(Kind::kObject)) return;
  std::string missing;
  for (const ConfigMember& var : top->members) {
    if (!own->Find(var.name)) missing += (missing.empty() ? "" : ", ") + var.name;
  }
  if (missing.empty()) return;
  warnings.push_back(At(source, own->line) + "env." + env + ".vars lacks " + missing +
                     " of the top level's vars; an environment inherits no variables, so add what "
                     "it needs");
}

void WarnOfNotInherited(const ConfigNode& root, const ConfigNode& chosen, const std::string& env,
                        const std::string& source, std::vector<std::string>& warnings) {
  for (const std::string_view name : kNotInherited) {
    const ConfigNode* top = root.Find(name);
    if (!top || chosen.Find(name)) continue;
    warnings.push_back(At(source, top->line) + std::string(name) +
                       " is set at the top level and not in env." + env +
                       ", which does not inherit it; add it there");
  }
}

Status UnknownEnvironment(const ConfigNode& sections, const std::string& env,
                          const std::string& source) {
  std::vector<std::string_view> names;
  std::string all;
  for (const ConfigMember& member : sections.members) {
    names.push_back(member.name);
    all += (all.empty() ? "" : ", ") + member.name;
  }
  return ConfigError(source, sections.line,
                     "there is no environment \"" + env + "\" for --env; there are: " + all +
                         DidYouMean(env, names));
}

ConfigNode Merge(const ConfigNode& root, const ConfigNode& chosen, const std::string& env) {
  ConfigNode merged = root;
  Remove(merged, "env");
  for (const std::string_view name : kNotInherited) Remove(merged, name);
  // Either of them stands for both.
  if (chosen.Find("route") || chosen.Find("routes")) {
    Remove(merged, "route");
    Remove(merged, "routes");
  }
  for (ConfigMember& member : merged.members) {
    if (member.name == "name" && member.value.is(Kind::kString)) member.value.text += "-" + env;
  }
  for (const ConfigMember& member : chosen.members) {
    if (std::ranges::find(kTopLevelOnly, member.name) != std::end(kTopLevelOnly)) continue;
    Remove(merged, member.name);
    merged.members.push_back(member);
  }
  return merged;
}

}  // namespace

Status CheckEnvironmentName(const std::string& env) {
  if (env.find_first_of(std::string_view("/\0", 2)) == std::string::npos) return {};
  return InvalidArgument(
      "allowed is the name of an environment, such as staging for [env.staging]");
}

Result<ChosenEnvironment> ChooseEnvironment(const ConfigNode& root, const std::string& env,
                                            const std::string& source) {
  ChosenEnvironment result{root, {}};
  Remove(result.root, "env");
  const ConfigNode* sections = root.Find("env");
  if (sections && !sections->is(Kind::kObject)) {
    return ConfigError(source, sections->line,
                       "env is " + std::string(sections->KindName()) +
                           "; allowed is an object with a section for each environment");
  }
  if (sections) {
    for (const ConfigMember& section : sections->members) {
      if (section.value.is(Kind::kObject)) continue;
      return ConfigError(source, section.line,
                         "env." + section.name + " is " + std::string(section.value.KindName()) +
                             "; allowed is an object of keys");
    }
  }
  if (env.empty()) return result;
  if (!sections || sections->members.empty()) {
    result.warnings.push_back(source + ": there is no [env." + env +
                              "], and no other environment; the top level is taken for --env " +
                              env);
    return result;
  }
  const ConfigNode* chosen = sections->Find(env);
  if (!chosen) return UnknownEnvironment(*sections, env, source);
  WarnOfNotInherited(root, *chosen, env, source, result.warnings);
  WarnOfMissingVars(root, *chosen, env, source, result.warnings);
  for (const std::string_view name : kTopLevelOnly) {
    if (const ConfigNode* node = chosen->Find(name)) {
      result.warnings.push_back(At(source, node->line) + "env." + env + "." + std::string(name) +
                                " has no effect; it belongs to the top level");
    }
  }
  result.root = Merge(root, *chosen, env);
  return result;
}

}  // namespace sedge::worker
