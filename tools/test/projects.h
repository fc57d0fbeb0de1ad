// SPDX-License-Identifier: Apache-2.0
// Projects: the configuration that belongs to each test file, read once for all files that share
// it. One thread.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "runtime/testing/test_session.h"

namespace sedge::tools {

class Projects {
 public:
  // `configs` as typed (--config): the first is the worker under test for every file. None: the
  // nearest worker above each file. `env`: the section [env.NAME]; "": none.
  Projects(std::vector<std::string> configs, std::string env)
      : configs_(std::move(configs)), env_(std::move(env)) {}

  // What there is to run for the file; `broken` says why it cannot be.
  test::SessionFile FileOf(const std::string& path);
  // The files that may decide about configurations, whether they are there or not.
  const std::vector<std::string>& watched() const { return watched_; }
  // Of all configurations that were read.
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  struct Known {
    std::shared_ptr<const test::TestProject> project;
    worker::WorkerConfig as_written;  // of the main worker, if any
    std::string broken;
  };
  Known Load(const std::vector<std::string>& configs);

  const std::vector<std::string> configs_;
  const std::string env_;
  std::vector<std::string> watched_;
  std::map<std::string, Known>
      known_;  // by the folder of the worker; "" for --config, and for none
  std::vector<std::string> warnings_;
};

}  // namespace sedge::tools
