// SPDX-License-Identifier: Apache-2.0
// Projects: the configuration that belongs to each test file, read once for all files that share
// it. One thread.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "runtime/testing/test_session.h"
#include "tools/bundle/prepare.h"

namespace sedge::tools {

class Projects {
 public:
  // `configs` as typed (--config): the first is the worker under test for every file. None: the
  // nearest worker above each file.
  explicit Projects(std::vector<std::string> configs) : configs_(std::move(configs)) {}

  // What there is to run for the file; `broken` says why it cannot be.
  test::SessionFile FileOf(const std::string& path);
  // Of all configurations that were read.
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  struct Known {
    std::shared_ptr<const test::TestProject> project;
    std::string broken;
  };
  Known Load(const std::vector<std::string>& configs);
  void Bundle(test::SessionFile& file);
  static PrepareOptions Options(bool run_build_command);

  const std::vector<std::string> configs_;
  std::map<std::string, Known>
      known_;  // by the folder of the worker; "" for --config, and for none
  std::vector<std::string> warnings_;
};

}  // namespace sedge::tools
