// SPDX-License-Identifier: Apache-2.0
// Projects: the configuration that belongs to each test file, read once for all files that share
// it. One thread.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "runtime/base/file_stamp.h"
#include "runtime/testing/test_session.h"
#include "tools/bundle/prepare.h"

namespace sedge::tools {

// When tests have to run again, besides for what their files read themselves. Absolute paths.
struct ProjectWatch {
  // As they were before they were read.
  using Files = std::vector<std::pair<std::string, FileStamp>>;

  Files configs;                   // what may decide about configurations, there or not
  Files sources;                   // what bundles of workers were made of
  std::vector<std::string> trees;  // of build.command, which is due for what changes below them
};

class Projects {
 public:
  // `configs` as typed (--config): the first is the worker under test for every file. None: the
  // nearest worker above each file. `env`: the section [env.NAME]; "": none. `prepare`: for the
  // workers; its `cancel` for test files too.
  Projects(std::vector<std::string> configs, std::string env, PrepareOptions prepare)
      : configs_(std::move(configs)), env_(std::move(env)), prepare_(std::move(prepare)) {}

  // What there is to run for the file; `broken` says why it cannot be.
  test::SessionFile FileOf(const std::string& path);
  // Of all configurations that were read.
  const ProjectWatch& watch() const { return watch_; }
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  struct Known {
    std::shared_ptr<const test::TestProject> project;
    worker::WorkerConfig as_written;  // of the main worker, if any
    std::string broken;
  };
  Known Load(const std::vector<std::string>& configs);
  void Watch(const PreparedWorker& made);

  const std::vector<std::string> configs_;
  const std::string env_;
  const PrepareOptions prepare_;
  ProjectWatch watch_;
  std::map<std::string, Known>
      known_;  // by the folder of the worker; "" for --config, and for none
  std::vector<std::string> warnings_;
};

}  // namespace sedge::tools
