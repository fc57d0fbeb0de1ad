// SPDX-License-Identifier: Apache-2.0
// The real binary as a child process.
#pragma once

#include <string>
#include <vector>

#include "tests/e2e/harness/child_process.h"

namespace sedge::e2e {

class SedgeProcess : public ChildProcess {
 public:
  // Runs `sedge` with `args`.
  explicit SedgeProcess(std::vector<std::string> args, const std::string& working_folder = "")
      : ChildProcess(Command(std::move(args)), working_folder) {}

  // For tests that start it in a way of their own.
  static std::string SedgeBinary();

 private:
  static std::vector<std::string> Command(std::vector<std::string> args) {
    args.insert(args.begin(), SedgeBinary());
    return args;
  }
};

}  // namespace sedge::e2e
