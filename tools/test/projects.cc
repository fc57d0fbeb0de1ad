// SPDX-License-Identifier: Apache-2.0
#include "tools/test/projects.h"

#include <filesystem>
#include <utility>

#include "tools/test/discovery.h"

namespace sedge::tools {
namespace {

// What test files may import besides files and packages (runtime/testing/modules.js).
PrepareOptions TestPrepareOptions(const PrepareOptions& of_workers) {
  PrepareOptions options;
  options.node_env = "test";
  options.external = {"vitest", "@jest/globals", "assert", "assert/strict"};
  options.run_build_command = false;
  options.cancel = of_workers.cancel;
  return options;
}

}  // namespace

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
  worker::WorkerConfig config = known->second.as_written;
  config.main = path;
  if (config.base_dir.empty()) config.base_dir = std::filesystem::path(path).parent_path();
  if (config.source.empty()) config.source = file.shown;
  const PrepareOptions prepare = TestPrepareOptions(prepare_);
  file.prepare = [config = std::move(config),
                  prepare](ProjectWatch::Files& seen) -> Result<worker::WorkerConfig> {
    PreparedWorker made = Prepare(config, prepare);
    seen.insert(seen.end(), made.watch.files.begin(), made.watch.files.end());
    SEDGE_RETURN_IF_ERROR(made.status);
    return std::move(made.config);
  };
  return file;
}

Projects::Known Projects::Load(const std::vector<std::string>& configs) {
  auto project = std::make_shared<test::TestProject>();
  std::error_code ignored;
  project->base_dir = std::filesystem::current_path(ignored);
  Known known;
  std::vector<std::string> paths = configs;
  for (size_t i = 0; i < paths.size(); ++i) {
    const std::string path = paths[i];
    for (const std::string& file : worker::ConfigFiles(path, env_)) {
      watch_.configs.emplace_back(file, FileStamp::Of(file));
    }
    Result<worker::WorkerConfig> config = worker::LoadWorkerConfig(path, env_);
    if (!config.ok()) {
      known.broken = config.status().message();
      return known;
    }
    warnings_.insert(warnings_.end(), config->warnings.begin(), config->warnings.end());
    for (const std::string& more : config->test_workers) paths.push_back(ShownPath(more));
    if (i == 0) known.as_written = *config;
    test::WorkerUnderTest under_test;
    for (const worker::KvNamespaceConfig& ns : config->kv_namespaces) {
      if (!ns.seed.empty()) under_test.seeds.emplace_back(ns.id, ns.seed);
    }
    PreparedWorker made = Prepare(*config, prepare_);
    Watch(made);
    if (made.command_failed) {
      // What it makes may be imported by test files that use no worker.
      known.broken = made.status.message();
      return known;
    }
    under_test.broken = made.status.message();
    under_test.config = std::move(made.config);
    project->workers.push_back(std::move(under_test));
  }
  known.project = std::move(project);
  return known;
}

void Projects::Watch(const PreparedWorker& made) {
  const BuildWatch& watch = made.watch;
  watch_.trees.insert(watch_.trees.end(), watch.trees.begin(), watch.trees.end());
  // Of a bundle no test file can say what it was made of.
  if (made.bundled || !made.status.ok()) {
    watch_.sources.insert(watch_.sources.end(), watch.files.begin(), watch.files.end());
  } else {  // each test file tells what it loaded
    std::erase_if(watch_.configs, [&](const auto& file) { return file.first == made.config.main; });
  }
}

}  // namespace sedge::tools
