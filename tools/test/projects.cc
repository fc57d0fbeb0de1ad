// SPDX-License-Identifier: Apache-2.0
#include "tools/test/projects.h"

#include <filesystem>

#include "tools/bundle/prepare.h"
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
  if (file.broken.empty()) Bundle(file);
  return file;
}

// A test in TypeScript, or one that imports packages, runs as the bundle of it.
void Projects::Bundle(test::SessionFile& file) {
  worker::WorkerConfig config;
  if (!file.project->workers.empty()) {
    config.build = file.project->workers[0].config.build;
    config.build.no_bundle = false;
  }
  config.main = file.path;
  config.base_dir = file.project->base_dir;
  config.source = file.shown;
  PreparedWorker made = Prepare(config, Options(/*run_build_command=*/false));
  if (!made.status.ok()) {
    file.broken = std::string(made.status.message());
    return;
  }
  if (!made.bundled) return;
  for (const BuildMessage& warning : made.warnings) warnings_.push_back(warning.ToText());
  file.project->sources->AddMade(made.config.modules);
  file.path = made.config.main;
}

PrepareOptions Projects::Options(bool run_build_command) {
  return {.node_env = "test",
          // What test files import of the runtime without a scheme.
          .external = {"vitest", "@jest/globals", "assert", "assert/strict"},
          .run_build_command = run_build_command};
}

Projects::Known Projects::Load(const std::vector<std::string>& configs) {
  auto project = std::make_shared<test::TestProject>();
  std::error_code ignored;
  project->base_dir = std::filesystem::current_path(ignored);
  for (const std::string& path : configs) {
    Result<worker::WorkerConfig> config = worker::LoadWorkerConfig(path);
    if (!config.ok()) return {nullptr, std::string(config.status().message())};
    warnings_.insert(warnings_.end(), config->warnings.begin(), config->warnings.end());
    PreparedWorker made = Prepare(*config, Options(/*run_build_command=*/true));
    if (!made.status.ok()) return {nullptr, std::string(made.status.message())};
    for (const BuildMessage& warning : made.warnings) warnings_.push_back(warning.ToText());
    project->sources->AddMade(made.config.modules);
    test::WorkerUnderTest under_test;
    under_test.config = std::move(made.config);
    under_test.main = under_test.config.main;
    project->workers.push_back(std::move(under_test));
  }
  return {std::move(project), ""};
}

}  // namespace sedge::tools
