// SPDX-License-Identifier: Apache-2.0
#include "runtime/testing/test_output.h"

#include <iterator>
#include <utility>

namespace sedge::test {
namespace {

constexpr size_t kMaxLines = 1'000;  // as testing/runner.js has it
constexpr const char* kLevels[] = {"debug", "log", "info", "warn", "error"};

}  // namespace

void TestOutput::Begin(std::string_view test) {
  if (test == test_) return;
  test_ = test;
  lines_.clear();
  dropped_ = 0;
}

void TestOutput::End(const TestRecord& record) {
  // Tests within the test have records too.
  if (test_.empty() || JoinPath(record.path) != test_) return;
  Begin("");
}

void TestOutput::Add(int level, std::string_view text) {
  if (lines_.size() >= kMaxLines) {
    ++dropped_;
  } else if (level >= 0 && static_cast<size_t>(level) < std::size(kLevels)) {
    lines_.push_back({kLevels[level], std::string(text)});
  }
}

TestOutput::Coming TestOutput::TakeComing() {
  Coming first = std::move(coming_.front());
  coming_.pop_front();
  return first;
}

std::vector<ConsoleLine> TestOutput::Take() {
  while (!coming_.empty()) {
    const Coming line = TakeComing();
    Add(line.level, line.text);
  }
  if (dropped_ > 0) lines_.push_back({"info", "... " + std::to_string(dropped_) + " more lines"});
  dropped_ = 0;
  return std::exchange(lines_, {});
}

}  // namespace sedge::test
