// SPDX-License-Identifier: Apache-2.0
// WatchedTests: a folder on which `sedge test --watch` runs, and its runs one by one; a fixture.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/e2e/harness/sedge_process.h"
#include "tests/e2e/harness/temp_folder.h"

namespace sedge::e2e {

class WatchedTests : public ::testing::Test {
 protected:
  // Built for debugging, on a busy machine.
  static constexpr std::chrono::seconds kDeadline{120};
  // In which one that runs on by itself would have run several times.
  static constexpr int kRestMs = 700;

  void Start(std::vector<std::string> words = {}) {
    words.insert(words.begin(), {"test", "--watch", "--reporter", "tap"});
    process_ = std::make_unique<SedgeProcess>(std::move(words), folder_.path());
    runs_ = 0;
    shown_ = 0;
  }
  // Another file renamed over it, as many editors save: it is whole at every moment.
  void Save(const std::string& name, const std::string& text) {
    const std::string fresh = folder_.Write(".saved", text);
    std::filesystem::create_directories(
        std::filesystem::path(folder_.path() + "/" + name).parent_path());
    std::filesystem::rename(fresh, folder_.path() + "/" + name);
  }
  std::string Read(const std::string& name) const {
    std::ifstream file(folder_.path() + "/" + name);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }

  // What the next run printed, of which nothing was told yet; it waits for changes again then.
  std::string NextRun() {
    size_t end = std::string::npos;
    const bool ended = WaitUntil([&] {
      end = process_->out().find("\n# todo ", shown_);
      return end != std::string::npos;
    });
    ++runs_;
    const bool waits =
        ended && WaitUntil([&] { return Count(process_->err(), "Waiting for changes.") >= runs_; });
    if (!waits) {
      ADD_FAILURE() << "no end of run " << runs_ << "\n"
                    << process_->out().substr(shown_) << process_->err();
      return "";
    }
    return process_->out().substr(std::exchange(shown_, end + 1), end + 1 - shown_);
  }
  // That nothing has run besides, nor does.
  void ExpectRest() {
    EXPECT_FALSE(process_->WaitForExit(kRestMs)) << process_->err();
    EXPECT_EQ(Count(process_->out(), "\n# todo "), runs_) << process_->out();
  }
  void ExpectEnd(int signal, int status) {
    process_->Signal(signal);
    EXPECT_EQ(process_->WaitForExit(), status) << process_->err();
  }

  template <typename Condition>
  static bool WaitUntil(const Condition& condition) {
    const auto deadline = std::chrono::steady_clock::now() + kDeadline;
    while (!condition()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return true;
  }
  static int Count(const std::string& text, const std::string& part) {
    int count = 0;
    for (size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) ++count;
    return count;
  }

  TempFolder folder_;
  std::unique_ptr<SedgeProcess> process_;
  int runs_ = 0;
  size_t shown_ = 0;
};

}  // namespace sedge::e2e
