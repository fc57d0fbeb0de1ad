// SPDX-License-Identifier: Apache-2.0
#include "tools/test/projects.h"

#include <filesystem>

#include "tools/test/discovery.h"

namespace sedge::tools {

test::SessionFile Projects::FileOf(const std::string& path) {
  const std::string folder = configs_.empty() ? FindWorkerFolder(path) : "";
  auto known = known_.find(folder);
  if (known == known_.end()) {
    std::vector<std::string> configs = configs_;
    if (configs.empty() && !folder.empty()) configs = {ShownPath(folder)};
    known = known_.emplace(folder, Load(configs)).first;
  }
  test::SessionFile file;
  file.path = path;
  file.shown = ShownPath(path);
  file.project = known->second.project;
  file.broken = known->second.broken;
  return file;
}

Projects::Known Projects::Load(const std::vector<std::string>& configs) {
  auto project = std::make_shared<test::TestProject>();
  std::error_code ignored;
  project->base_dir = std::filesystem::current_path(ignored);
  std::vector<std::string> paths = configs;
  for (size_t i = 0; i < paths.size(); ++i) {
    const std::string path = paths[i];
    for (std::string& file : worker::ConfigFiles(path, env_)) watched_.push_back(std::move(file));
    Result<worker::WorkerConfig> config = worker::LoadWorkerConfig(path, env_);
    if (!config.ok()) return {nullptr, std::string(config.status().message())};
    for (const std::string& more : config->test_workers) paths.push_back(ShownPath(more));
    warnings_.insert(warnings_.end(), config->warnings.begin(), config->warnings.end());
    test::WorkerUnderTest under_test;
    under_test.main = config->main;
    for (const worker::KvNamespaceConfig& ns : config->kv_namespaces) {
      if (!ns.seed.empty()) under_test.seeds.emplace_back(ns.id, ns.seed);
    }
    under_test.config = std::move(config).value();
    project->workers.push_back(std::move(under_test));
  }
  return {std::move(project), ""};
}

}  // namespace sedge::tools
