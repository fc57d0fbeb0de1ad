// SPDX-License-Identifier: Apache-2.0
// ConfigReader: from a configuration's tree to a WorkerConfig; checks types and values, collects
// the keys that it does not know. Used once, on one thread.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/status.h"
#include "runtime/worker/config.h"
#include "runtime/worker/config_node.h"

namespace sedge::worker {

class ConfigReader {
 public:
  // Both outlive the reader.
  ConfigReader(const ConfigNode& root, const std::string& source) : root_(root), source_(source) {}

  // REQUIRES: the root is an object. Paths are taken relative to `base_dir`.
  Result<WorkerConfig> Read(const std::string& base_dir);

 private:
  Status ReadNames();
  Status ReadMain(const ConfigNode& node, const std::string& base_dir);
  Status ReadCompatibility();
  Status ReadKvNamespaces(const ConfigNode& node);
  Status ReadConsistency(const ConfigNode& item, const std::string& prefix, KvNamespaceConfig& ns);
  Status ReadSeed(const ConfigNode& item, const std::string& prefix, KvNamespaceConfig& ns);
  Status ReadTest(const ConfigNode& node);
  Status ReadVars(const ConfigNode& node);
  Status ReadRoutes();
  Status ReadRoute(const ConfigNode& node, const std::string& key);
  Status ReadDev(const ConfigNode& node);
  Status ReadOutbound(const ConfigNode& node);
  Status ReadLimits(const ConfigNode& node);
  Status ReadListen(const ConfigNode& node);
  Status ReadTrustedProxies(const ConfigNode& node);
  // config_build.cc:
  Status ReadBuild();
  Status ReadCustomBuild(const ConfigNode& node);
  Status ReadRule(const ConfigNode& node, const std::string& key);
  Status ReadPairs(std::string_view name, std::string_view allowed,
                   std::vector<std::pair<std::string, std::string>>& pairs);

  // The member `name` of `object` when it is there; an error when its kind is another.
  Result<const ConfigNode*> Member(const ConfigNode& object, const std::string& prefix,
                                   std::string_view name, ConfigNode::Kind kind,
                                   std::string_view allowed) const;
  // The strings of the array `name` of `object`; none when it is not there.
  Result<std::vector<const ConfigNode*>> Strings(const ConfigNode& object,
                                                 const std::string& prefix, std::string_view name,
                                                 std::string_view allowed) const;
  // Notes the members of `object` that are not in `known`.
  void NoteUnknown(const ConfigNode& object, const std::string& prefix,
                   std::span<const std::string_view> known);
  void WarnOfUnknown();
  Status NoteBinding(const std::string& name, int line);

  Status Error(int line, const std::string& why) const { return ConfigError(source_, line, why); }
  Status WrongKind(const std::string& key, const ConfigNode& node, std::string_view allowed) const;

  const ConfigNode& root_;
  const std::string& source_;
  WorkerConfig config_;
  std::vector<std::pair<int, std::string>> unknown_;  // line, "key" or "key (did you mean ...)"
  std::map<std::string, int> bindings_;               // names in env -> line
};

}  // namespace sedge::worker
