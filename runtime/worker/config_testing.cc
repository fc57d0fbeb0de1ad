// SPDX-License-Identifier: Apache-2.0
// The half of ConfigReader about `sedge test`: what namespaces hold when a test begins, and the
// workers that tests reach besides this one.
#include <filesystem>

#include "runtime/worker/config_keys.h"
#include "runtime/worker/config_reader.h"

namespace sedge::worker {

using Kind = ConfigNode::Kind;

Status ConfigReader::ReadSeed(const ConfigNode& item, const std::string& prefix,
                              KvNamespaceConfig& ns) {
  constexpr std::string_view kAllowed = "the path of a JSON file, such as \"seed.json\"";
  SEDGE_ASSIGN_OR_RETURN(const ConfigNode* seed,
                         Member(item, prefix, "seed", Kind::kString, kAllowed));
  if (!seed) return {};
  if (seed->text.empty()) {
    return Error(seed->line, prefix + "seed is empty; allowed is " + std::string(kAllowed));
  }
  ns.seed = (std::filesystem::path(config_.base_dir) / seed->text).lexically_normal().string();
  return {};
}

Status ConfigReader::ReadTest(const ConfigNode& node) {
  NoteUnknown(node, "test.", kTestKeys);
  SEDGE_ASSIGN_OR_RETURN(
      const std::vector<const ConfigNode*> workers,
      Strings(node, "test.", "workers", "an array of folders, scripts or wrangler files"));
  for (const ConfigNode* path : workers) {
    config_.test_workers.push_back(
        (std::filesystem::path(config_.base_dir) / path->text).lexically_normal().string());
  }
  return {};
}

}  // namespace sedge::worker
