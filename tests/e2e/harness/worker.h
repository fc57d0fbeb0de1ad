// SPDX-License-Identifier: Apache-2.0
// A worker that `sedge serve` runs for a test: a script in a folder of its own, and the address
// that answers. One thread; gone with the object.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/e2e/harness/sedge_process.h"
#include "tests/e2e/harness/temp_folder.h"

namespace sedge::e2e {

class Worker {
 public:
  // One thread serves it, so that what the worker keeps (connections, memory) can be foretold.
  // `settings`: more of its wrangler.toml, such as "[limits]\ncpu_ms = 50".
  explicit Worker(const std::string& script, std::vector<std::string> flags = {},
                  const std::string& settings = "")
      : process_(Arguments(Write(folder_, script, settings), std::move(flags))) {
    const auto url = process_.WaitUntilListening();
    EXPECT_TRUE(url) << process_.err();
    url_ = url.value_or("http://127.0.0.1:1");
  }

  // A module whose fetch(request, env, ctx) has this body, with `url` being the request's URL.
  static std::string Handler(const std::string& body) {
    return "export default { async fetch(request, env, ctx) {\n"
           "const url = new URL(request.url);\n" +
           body + "\n} };\n";
  }

  const std::string& url() const { return url_; }
  SedgeProcess& process() { return process_; }

 private:
  static const std::string& Write(const TempFolder& folder, const std::string& script,
                                  const std::string& settings) {
    folder.Write("worker.js", script);
    folder.Write("wrangler.toml", "name = \"test\"\nmain = \"worker.js\"\n" + settings + "\n");
    return folder.path();
  }
  static std::vector<std::string> Arguments(const std::string& path,
                                            std::vector<std::string> flags) {
    std::vector<std::string> args = {"serve", path, "--port", "0", "--threads", "1"};
    args.insert(args.end(), flags.begin(), flags.end());
    return args;
  }

  TempFolder folder_;
  SedgeProcess process_;
  std::string url_;
};

}  // namespace sedge::e2e
