// SPDX-License-Identifier: Apache-2.0
// A worker that `sedge serve` runs for a test: the one of the library that is installed
// (tools/fixture), with what most of our tests say of it. One thread; gone with the object.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "sedge/testing/worker.h"
#include "tests/e2e/harness/sedge_process.h"
#include "tests/e2e/harness/temp_folder.h"

namespace sedge::e2e {

class Worker : public fixture::Worker {
 public:
  // One thread serves it, so that what the worker keeps (connections, memory) can be foretold.
  // `settings`: more of its wrangler.toml, such as "[limits]\ncpu_ms = 50".
  explicit Worker(const std::string& script, std::vector<std::string> flags = {},
                  const std::string& settings = "")
      : fixture::Worker({.script = script,
                         .settings = settings,
                         .args = std::move(flags),
                         .binary = SedgeProcess::SedgeBinary()}) {
    EXPECT_TRUE(ok()) << error();
  }

  // A module whose fetch(request, env, ctx) has this body, with `url` being the request's URL.
  static std::string Handler(const std::string& body) {
    return "export default { async fetch(request, env, ctx) {\n"
           "const url = new URL(request.url);\n" +
           body + "\n} };\n";
  }
};

}  // namespace sedge::e2e
