// SPDX-License-Identifier: Apache-2.0
// A folder with several files (workers, configurations, modules) that `sedge serve` runs for a
// test, as often as the test wants. One thread; the process is gone with the object.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/e2e/harness/sedge_process.h"
#include "tests/e2e/harness/temp_folder.h"

namespace sedge::e2e {

class Project {
 public:
  Project(std::initializer_list<std::pair<std::string, std::string>> files) {
    for (const auto& [name, text] : files) folder_.Write(name, text);
  }

  const TempFolder& folder() const { return folder_; }
  std::string Path(const std::string& name) const { return folder_.path() + "/" + name; }

  // `sedge serve ARGS` in the folder, on a free port and with one thread unless ARGS say
  // otherwise; ends the one before. Gives the URL, and an address where nothing listens when it did
  // not start (that is a failure of the test).
  std::string Serve(std::vector<std::string> args = {}) {
    Run(std::move(args));
    const auto url = process_->WaitUntilListening();
    EXPECT_TRUE(url) << process_->err();
    return url.value_or("http://127.0.0.1:1");
  }
  // For one that shall not start: waits for its end and gives the exit status.
  int Fails(std::vector<std::string> args = {}) {
    Run(std::move(args));
    return process_->WaitForExit().value_or(-1);
  }
  SedgeProcess& process() { return *process_; }

 private:
  void Run(std::vector<std::string> args) {
    process_.reset();
    args.insert(args.begin(), "serve");
    AddUnlessGiven(args, "--port", "0");
    AddUnlessGiven(args, "--threads", "1");
    process_ = std::make_unique<SedgeProcess>(std::move(args), folder_.path());
  }

  static void AddUnlessGiven(std::vector<std::string>& args, const std::string& flag,
                             const std::string& value) {
    if (std::find(args.begin(), args.end(), flag) == args.end()) {
      args.insert(args.end(), {flag, value});
    }
  }

  TempFolder folder_;
  std::unique_ptr<SedgeProcess> process_;
};

}  // namespace sedge::e2e
