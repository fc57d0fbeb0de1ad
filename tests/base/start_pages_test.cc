// SPDX-License-Identifier: Apache-2.0
// The program and its libraries run on, and what they wrote is there, when pages of their files are
// forgotten.
#include "runtime/base/start_pages.h"

#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

namespace sedge {
namespace {

int g_written = 1;
const char* const g_relocated[] = {"one", "two", "three"};  // pointers that the linker wrote

long FileKilobytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("RssFile:")) return std::stol(line.substr(8));
  }
  return -1;
}

TEST(StartPagesTest, CodeAndDataAreThereAfterwards) {
  g_written = 2;
  const std::string kept(100'000, 'x');
  const long before = FileKilobytes();
  ForgetStartPages();
  const long after = FileKilobytes();
  EXPECT_EQ(g_written, 2);
  EXPECT_STREQ(g_relocated[2], "three");
  EXPECT_EQ(kept, std::string(100'000, 'x'));
  RecordProperty("before_kb", std::to_string(before));
  RecordProperty("after_kb", std::to_string(after));
  EXPECT_LE(after, before);
}

TEST(StartPagesTest, OtherThreadsRunMeanwhile) {
  std::atomic<bool> stop = false;
  std::atomic<int> sum = 0;
  std::thread other([&] {
    while (!stop) sum += static_cast<int>(std::to_string(sum % 100).size());
  });
  for (int i = 0; i < 20; ++i) {
    const int seen = sum;
    ForgetStartPages();
    while (sum == seen) std::this_thread::yield();
  }
  stop = true;
  other.join();
}

}  // namespace
}  // namespace sedge
