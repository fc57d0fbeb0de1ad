// SPDX-License-Identifier: Apache-2.0
// `sedge kv` as a child process: runs it in a folder and gives what it said. One thread.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/e2e/harness/sedge_process.h"

namespace sedge::e2e {

struct KvOutcome {
  int status = -1;
  std::string out;
  std::string err;
};

class KvCli {
 public:
  // Of a long piece of work on a busy machine, built for debugging.
  static constexpr int kLongMs = 240'000;

  // `place`: flags that each call ends with.
  explicit KvCli(std::string folder, std::vector<std::string> place = {})
      : folder_(std::move(folder)), place_(std::move(place)) {}

  // The arguments of the binary.
  std::vector<std::string> Words(std::vector<std::string> words) const {
    words.insert(words.begin(), "kv");
    words.insert(words.end(), place_.begin(), place_.end());
    return words;
  }
  KvOutcome Run(std::vector<std::string> words) const {
    SedgeProcess process(Words(std::move(words)), folder_);
    KvOutcome outcome;
    outcome.status = process.WaitForExit(kLongMs).value_or(-1);
    outcome.out = process.out();
    outcome.err = process.err();
    return outcome;
  }
  // Standard output of what shall succeed.
  std::string Out(std::vector<std::string> words) const {
    const std::string what = words[0] + " " + words[1];
    const KvOutcome outcome = Run(std::move(words));
    EXPECT_EQ(outcome.status, 0) << what << "\n" << outcome.err;
    return outcome.out;
  }
  // A shell script in which `kv WORDS` is this.
  KvOutcome Shell(const std::string& script) const {
    std::string place;
    for (const std::string& word : place_) place += " '" + word + "'";
    ChildProcess process(
        {"bash", "-c",
         "kv() { '" + SedgeProcess::SedgeBinary() + "' kv \"$@\"" + place + "; }\n" + script},
        folder_);
    KvOutcome outcome;
    outcome.status = process.WaitForExit(kLongMs).value_or(-1);
    outcome.out = process.out();
    outcome.err = process.err();
    return outcome;
  }

 private:
  const std::string folder_;
  const std::vector<std::string> place_;
};

}  // namespace sedge::e2e
