// SPDX-License-Identifier: Apache-2.0
#include "runtime/worker/config_reader.h"

#include <algorithm>
#include <filesystem>

#include "runtime/base/ascii.h"
#include "runtime/worker/config_keys.h"
#include "runtime/worker/endpoint.h"
#include "runtime/worker/limit_keys.h"
#include "runtime/worker/suggest.h"

namespace sedge::worker {
namespace {

using Kind = ConfigNode::Kind;

constexpr size_t kMaxNameBytes = 255;  // of a worker, a binding, a namespace

std::string Quoted(std::string_view text) { return "\"" + std::string(text.substr(0, 100)) + "\""; }

bool IsDate(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (i != 4 && i != 7 && !IsAsciiDigit(text[i])) return false;
  }
  const int month = (text[5] - '0') * 10 + (text[6] - '0');
  const int day = (text[8] - '0') * 10 + (text[9] - '0');
  return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

bool IsName(std::string_view text) { return !text.empty() && text.size() <= kMaxNameBytes; }

std::string NameRule() { return "a text of 1 to " + std::to_string(kMaxNameBytes) + " bytes"; }

}  // namespace

Result<WorkerConfig> ConfigReader::Read(const std::string& base_dir) {
  config_.source = source_;
  config_.base_dir = base_dir;
  NoteUnknown(root_, "", kTopKeys);
  SEDGE_RETURN_IF_ERROR(ReadNames());
  SEDGE_RETURN_IF_ERROR(ReadCompatibility());
  SEDGE_RETURN_IF_ERROR(ReadRoutes());
  struct Section {
    std::string_view name;
    Kind kind;
    std::string_view allowed;
    Status (ConfigReader::*read)(const ConfigNode&);
  };
  const Section sections[] = {
      {"kv_namespaces", Kind::kArray, "an array of { binding, id }",
       &ConfigReader::ReadKvNamespaces},
      {"vars", Kind::kObject, "an object of names and values", &ConfigReader::ReadVars},
      {"dev", Kind::kObject, "an object with port and ip", &ConfigReader::ReadDev},
      {"limits", Kind::kObject, "an object of names and numbers", &ConfigReader::ReadLimits},
      {"listen", Kind::kArray, "an array of addresses such as [\"127.0.0.1:8787\"]",
       &ConfigReader::ReadListen},
      {"trusted_proxies", Kind::kArray, "an array of networks such as [\"10.0.0.0/8\", \"unix\"]",
       &ConfigReader::ReadTrustedProxies},
      {"outbound", Kind::kObject, "an object with allow, deny and ca", &ConfigReader::ReadOutbound},
      {"test", Kind::kObject, "an object with workers", &ConfigReader::ReadTest},
  };
  for (const Section& section : sections) {
    SEDGE_ASSIGN_OR_RETURN(const ConfigNode* node,
                           Member(root_, "", section.name, section.kind, section.allowed));
    if (node) SEDGE_RETURN_IF_ERROR((this->*section.read)(*node));
  }
  SEDGE_RETURN_IF_ERROR(ReadBuild());
  WarnOfUnknown();
  return std::move(config_);
}

Status ConfigReader::ReadNames() {
  SEDGE_ASSIGN_OR_RETURN(const ConfigNode* name,
                         Member(root_, "", "name", Kind::kString, "a string"));
  if (name) {
    if (!IsName(name->text)) {
      return Error(name->line, "name is " + Quoted(name->text) + "; allowed is " + NameRule());
    }
    config_.name = name->text;
  } else {
    config_.name = std::filesystem::path(config_.base_dir).filename().string();
  }
  SEDGE_ASSIGN_OR_RETURN(
      const ConfigNode* main,
      Member(root_, "", "main", Kind::kString, "the path of a script, such as \"src/index.js\""));
  return main ? ReadMain(*main, config_.base_dir) : Status();
}

Status ConfigReader::ReadMain(const ConfigNode& node, const std::string& base_dir) {
  const std::filesystem::path path(node.text);
  if (node.text.empty() || node.text.find('\0') != std::string::npos) {
    return Error(node.line, "main is " + Quoted(node.text) +
                                "; allowed is the path of a script, such as \"src/index.js\"");
  }
  if (!IsScriptExtension(path.extension().string())) {
    return Error(node.line, "main is " + Quoted(node.text) +
                                "; allowed is a script: a .js, .mjs, .ts, .mts, .cts, .tsx, .jsx "
                                "or .cjs file");
  }
  config_.main = (std::filesystem::path(base_dir) / path).lexically_normal().string();
  config_.main_line = node.line;
  return {};
}

Status ConfigReader::ReadCompatibility() {
  SEDGE_ASSIGN_OR_RETURN(const ConfigNode* date,
                         Member(root_, "", "compatibility_date", Kind::kString,
                                "a date in quotes, such as \"2026-01-31\""));
  if (date) {
    if (!IsDate(date->text)) {
      return Error(date->line, "compatibility_date is " + Quoted(date->text) +
                                   "; allowed is a date YYYY-MM-DD, such as \"2026-01-31\"");
    }
    config_.compatibility_date = date->text;
  }
  SEDGE_ASSIGN_OR_RETURN(const ConfigNode* flags, Member(root_, "", "compatibility_flags",
                                                         Kind::kArray, "an array of strings"));
  if (!flags) return {};
  for (const ConfigNode& flag : flags->items) {
    if (!flag.is(Kind::kString)) return WrongKind("compatibility_flags", flag, "strings in it");
    config_.compatibility_flags.push_back(flag.text);
  }
  return {};
}

Status ConfigReader::ReadKvNamespaces(const ConfigNode& node) {
  for (size_t i = 0; i < node.items.size(); ++i) {
    const std::string prefix = "kv_namespaces[" + std::to_string(i) + "].";
    const ConfigNode& item = node.items[i];
    if (!item.is(Kind::kObject)) {
      return WrongKind("kv_namespaces[" + std::to_string(i) + "]", item,
                       "an object { binding, id }");
    }
    const size_t noted = unknown_.size();
    NoteUnknown(item, prefix, kKvNamespaceKeys);
    SEDGE_ASSIGN_OR_RETURN(const ConfigNode* binding,
                           Member(item, prefix, "binding", Kind::kString, "a string"));
    SEDGE_ASSIGN_OR_RETURN(const ConfigNode* id,
                           Member(item, prefix, "id", Kind::kString, "a string"));
    if (!binding) {
      return Error(item.line,
                   prefix + "binding is missing: the name that the namespace has in env");
    }
    for (const ConfigNode* text : {binding, id}) {
      if (text && !IsName(text->text)) {
        return Error(text->line, prefix + (text == id ? "id" : "binding") + " is " +
                                     Quoted(text->text) + "; allowed is " + NameRule());
      }
    }
    SEDGE_RETURN_IF_ERROR(NoteBinding(binding->text, binding->line));
    // Data seems to be gone when its id is mistyped.
    if (!id && unknown_.size() > noted) {
      unknown_.back().second += " and the namespace, without an id, is " + Quoted(binding->text);
    }
    KvNamespaceConfig ns{.binding = binding->text, .id = id ? id->text : binding->text};
    SEDGE_RETURN_IF_ERROR(ReadConsistency(item, prefix, ns));
    SEDGE_RETURN_IF_ERROR(ReadSeed(item, prefix, ns));
    config_.kv_namespaces.push_back(std::move(ns));
  }
  return {};
}

Status ConfigReader::ReadConsistency(const ConfigNode& item, const std::string& prefix,
                                     KvNamespaceConfig& ns) {
  SEDGE_ASSIGN_OR_RETURN(
      const ConfigNode* consistency,
      Member(item, prefix, "consistency", Kind::kString, "\"strong\" or \"eventual\""));
  SEDGE_ASSIGN_OR_RETURN(const ConfigNode* seed,
                         Member(item, prefix, "consistency_seed", Kind::kInteger,
                                "a number that names a schedule, such as 1"));
  if (consistency) {
    ns.eventual = consistency->text == "eventual";
    if (!ns.eventual && consistency->text != "strong") {
      return Error(consistency->line, prefix + "consistency is " + Quoted(consistency->text) +
                                          "; allowed is \"strong\" or \"eventual\"");
    }
  }
  if (!seed) return {};
  if (!ns.eventual) {
    return Error(seed->line, prefix + "consistency_seed needs consistency = \"eventual\"");
  }
  if (seed->integer < 0) {
    return Error(seed->line, prefix + "consistency_seed is " + std::to_string(seed->integer) +
                                 "; allowed is a number from 0");
  }
  ns.eventual_seed = static_cast<uint64_t>(seed->integer);
  return {};
}

Status ConfigReader::ReadVars(const ConfigNode& node) {
  for (const ConfigMember& var : node.members) {
    if (!IsName(var.name)) {
      return Error(var.line,
                   "vars has the name " + Quoted(var.name) + "; allowed is " + NameRule());
    }
    SEDGE_RETURN_IF_ERROR(NoteBinding(var.name, var.line));
    SetVar(config_, var.name, var.value.ToJson());
  }
  return {};
}

Status ConfigReader::ReadRoutes() {
  const ConfigNode* route = root_.Find("route");
  SEDGE_ASSIGN_OR_RETURN(const ConfigNode* routes,
                         Member(root_, "", "routes", Kind::kArray,
                                "an array of patterns such as [\"example.com/*\"]"));
  if (route && routes) {
    return Error(route->line, "route and routes (line " + std::to_string(routes->line) +
                                  ") are both there; allowed is one of them");
  }
  if (route) return ReadRoute(*route, "route");
  if (!routes) return {};
  for (size_t i = 0; i < routes->items.size(); ++i) {
    SEDGE_RETURN_IF_ERROR(ReadRoute(routes->items[i], "routes[" + std::to_string(i) + "]"));
  }
  return {};
}

Status ConfigReader::ReadRoute(const ConfigNode& node, const std::string& key) {
  const ConfigNode* pattern = &node;
  bool custom_domain = false;
  if (node.is(Kind::kObject)) {
    NoteUnknown(node, key + ".", kRouteKeys);
    SEDGE_ASSIGN_OR_RETURN(pattern, Member(node, key + ".", "pattern", Kind::kString,
                                           "a string such as \"example.com/*\""));
    if (!pattern) return Error(node.line, key + ".pattern is missing: such as \"example.com/*\"");
    for (const std::string_view name : {"zone_name", "zone_id"}) {
      SEDGE_RETURN_IF_ERROR(Member(node, key + ".", name, Kind::kString, "a string").status());
    }
    SEDGE_ASSIGN_OR_RETURN(const ConfigNode* custom,
                           Member(node, key + ".", "custom_domain", Kind::kBool, "true or false"));
    custom_domain = custom && custom->boolean;
  } else if (!node.is(Kind::kString)) {
    return WrongKind(key, node,
                     "a pattern such as \"example.com/*\" or an object { pattern, zone_name }");
  }
  Result<RoutePattern> parsed =
      custom_domain ? ParseCustomDomain(pattern->text) : ParseRoutePattern(pattern->text);
  if (!parsed.ok()) {
    return Error(pattern->line, key + ": " + std::string(parsed.status().message()));
  }
  config_.routes.push_back({std::move(parsed).value(), pattern->text, pattern->line});
  return {};
}

Status ConfigReader::ReadDev(const ConfigNode& node) {
  NoteUnknown(node, "dev.", kDevKeys);
  SEDGE_ASSIGN_OR_RETURN(const ConfigNode* port,
                         Member(node, "dev.", "port", Kind::kInteger, "a number from 0 to 65535"));
  if (port) {
    if (port->integer < 0 || port->integer > 65535) {
      return Error(port->line, "dev.port is " + std::to_string(port->integer) +
                                   "; allowed is a number from 0 (any free port) to 65535");
    }
    config_.dev_port = static_cast<uint16_t>(port->integer);
  }
  SEDGE_ASSIGN_OR_RETURN(const ConfigNode* ip, Member(node, "dev.", "ip", Kind::kString,
                                                      "an address such as \"127.0.0.1\""));
  if (!ip) return {};
  if (ip->text.empty()) {
    return Error(ip->line, "dev.ip is empty; allowed is an address such as \"127.0.0.1\"");
  }
  config_.dev_ip = ip->text;
  return {};
}

Status ConfigReader::ReadLimits(const ConfigNode& node) {
  std::vector<std::string_view> known;
  for (const LimitKey& key : LimitKeys()) known.push_back(key.name);
  NoteUnknown(node, "limits.", known);
  for (const ConfigMember& member : node.members) {
    const LimitKey* key = FindLimitKey(member.name);
    if (!key) continue;
    const std::string range =
        "a whole number from " + std::to_string(key->min) + " to " + std::to_string(key->max);
    if (!member.value.is(Kind::kInteger)) {
      return WrongKind("limits." + member.name, member.value, range);
    }
    if (member.value.integer < key->min || member.value.integer > key->max) {
      return Error(member.value.line, "limits." + member.name + " is " +
                                          std::to_string(member.value.integer) + "; allowed is " +
                                          range);
    }
    key->set(config_.limits, member.value.integer);
    config_.limit_lines[member.name] = member.value.line;
  }
  return {};
}

Status ConfigReader::ReadListen(const ConfigNode& node) {
  config_.listen_line = node.line;
  if (node.items.empty()) {
    return Error(node.line, "listen is empty; allowed is at least one address");
  }
  for (const ConfigNode& item : node.items) {
    if (!item.is(Kind::kString)) return WrongKind("listen", item, "strings in it");
    Result<ListenAddress> address = ParseListenAddress(item.text, config_.base_dir);
    if (!address.ok()) {
      return Error(item.line, "listen has " + Quoted(item.text) + ": " +
                                  std::string(address.status().message()));
    }
    config_.listen.push_back(std::move(address).value());
  }
  return {};
}

Status ConfigReader::ReadOutbound(const ConfigNode& node) {
  NoteUnknown(node, "outbound.", kOutboundKeys);
  for (const auto& [name, rules] :
       {std::pair("allow", &config_.outbound.allow), std::pair("deny", &config_.outbound.deny)}) {
    SEDGE_ASSIGN_OR_RETURN(
        const std::vector<const ConfigNode*> texts,
        Strings(node, "outbound.", name, "an array of rules such as [\"private\"]"));
    for (const ConfigNode* text : texts) {
      Result<OutboundRule> rule = ParseOutboundRule(text->text);
      if (!rule.ok()) {
        return Error(text->line,
                     std::string("outbound.") + name + ": " + std::string(rule.status().message()));
      }
      rules->push_back(std::move(rule).value());
    }
  }
  SEDGE_ASSIGN_OR_RETURN(const std::vector<const ConfigNode*> files,
                         Strings(node, "outbound.", "ca", "an array of paths of PEM files"));
  for (const ConfigNode* file : files) {
    if (file->text.empty()) return Error(file->line, "outbound.ca has an empty path in it");
    config_.ca_files.push_back(
        (std::filesystem::path(config_.base_dir) / file->text).lexically_normal().string());
  }
  return {};
}

Status ConfigReader::ReadTrustedProxies(const ConfigNode& node) {
  config_.trusted_proxies_line = node.line;
  for (const ConfigNode& item : node.items) {
    if (!item.is(Kind::kString)) return WrongKind("trusted_proxies", item, "strings in it");
    if (const Status added = config_.trusted_proxies.Add(item.text); !added.ok()) {
      return Error(item.line, "trusted_proxies has " + Quoted(item.text) + ": " +
                                  std::string(added.message()));
    }
  }
  return {};
}

Result<std::vector<const ConfigNode*>> ConfigReader::Strings(const ConfigNode& object,
                                                             const std::string& prefix,
                                                             std::string_view name,
                                                             std::string_view allowed) const {
  SEDGE_ASSIGN_OR_RETURN(const ConfigNode* array,
                         Member(object, prefix, name, Kind::kArray, allowed));
  std::vector<const ConfigNode*> strings;
  if (!array) return strings;
  for (const ConfigNode& item : array->items) {
    if (!item.is(Kind::kString))
      return WrongKind(prefix + std::string(name), item, "strings in it");
    strings.push_back(&item);
  }
  return strings;
}

Result<const ConfigNode*> ConfigReader::Member(const ConfigNode& object, const std::string& prefix,
                                               std::string_view name, Kind kind,
                                               std::string_view allowed) const {
  const ConfigNode* node = object.Find(name);
  if (node && !node->is(kind)) return WrongKind(prefix + std::string(name), *node, allowed);
  return node;
}

Status ConfigReader::WrongKind(const std::string& key, const ConfigNode& node,
                               std::string_view allowed) const {
  const bool is_number = node.is(Kind::kInteger) || node.is(Kind::kFloat);
  const std::string what = is_number ? "the number " + node.ToJson() : std::string(node.KindName());
  return Error(node.line, key + " is " + what + "; allowed is " + std::string(allowed));
}

void ConfigReader::NoteUnknown(const ConfigNode& object, const std::string& prefix,
                               std::span<const std::string_view> known) {
  for (const ConfigMember& member : object.members) {
    if (std::find(known.begin(), known.end(), member.name) != known.end()) continue;
    std::string note = prefix + member.name + " (line " + std::to_string(member.line);
    note += DidYouMean(member.name, known) + ")";
    unknown_.emplace_back(member.line, std::move(note));
  }
}

void ConfigReader::WarnOfUnknown() {
  if (unknown_.empty()) return;
  std::stable_sort(unknown_.begin(), unknown_.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::string warning = source_ + ": these keys are unknown to sedge and have no effect: ";
  for (size_t i = 0; i < unknown_.size(); ++i) {
    if (i > 0) warning += ", ";
    warning += unknown_[i].second;
  }
  config_.warnings.push_back(std::move(warning));
}

Status ConfigReader::NoteBinding(const std::string& name, int line) {
  const auto [first, is_new] = bindings_.emplace(name, line);
  if (is_new) return {};
  return Error(line, "the name " + Quoted(name) + " is already taken in line " +
                         std::to_string(first->second) +
                         "; each name in env is given once, by kv_namespaces or vars");
}

}  // namespace sedge::worker
