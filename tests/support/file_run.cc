// SPDX-License-Identifier: Apache-2.0
#include "tests/support/file_run.h"

#include <filesystem>
#include <memory>

#include "runtime/worker/start_engine.h"

namespace sedge::worker {

Result<test::TestTotals> FileRun::Run(
    const std::string& file, const std::function<void(const test::TestRecord&)>& on_record) {
  const std::filesystem::path path = std::filesystem::absolute(file).lexically_normal();
  test::TestProject project;
  project.base_dir = path.parent_path();
  WorkerConfig config;
  config.main = path;
  if (!source_.empty()) {
    config.modules = std::make_shared<ModuleTexts>(ModuleTexts{{path, source_}});
  }
  test::SharedStore store;
  std::string error;
  test::TestFile::Hooks hooks;
  hooks.on_record = on_record;
  hooks.on_error = [&](const std::string& message) { error = message; };
  hooks.on_console = [](const std::string&, int, std::string_view) {};
  hooks.before_load = before;
  hooks.after_tests = after;
  const test::TestTotals totals =
      test::TestFile(project, path, config, test_options_, store, std::move(hooks)).Run();
  if (!error.empty()) return InvalidArgument(error);
  return totals;
}

void InitializeEngine() {
  static const bool initialized = (StartEngine(), true);
  static_cast<void>(initialized);
}

}  // namespace sedge::worker
