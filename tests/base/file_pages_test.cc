// SPDX-License-Identifier: Apache-2.0
// The program and its libraries run on, and what they wrote is there, when pages of their files are
// forgotten.
#include "runtime/base/file_pages.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
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

// What a tool wrote into code stays.
[[gnu::noinline, gnu::aligned(4096)]] int Answer() { return 42; }

TEST(FilePagesTest, CodeThatWasWrittenToStays) {
  const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  auto* const code = reinterpret_cast<unsigned char*>(&Answer);
  void* const start = reinterpret_cast<void*>(reinterpret_cast<uintptr_t>(code) & ~(page - 1));
  ASSERT_EQ(mprotect(start, page, PROT_READ | PROT_WRITE | PROT_EXEC), 0);
  unsigned char* const end = code + 64;  // padding or code that nothing runs here
  unsigned char* const spot = std::find(code, end, 42);
  ASSERT_NE(spot, end) << "the constant is not where this test looks for it";
  *spot = 43;
  ASSERT_EQ(mprotect(start, page, PROT_READ | PROT_EXEC), 0);
  int (*volatile answer)() = &Answer;
  ASSERT_EQ(answer(), 43);
  ForgetFilePages();
  EXPECT_EQ(answer(), 43);
}

TEST(FilePagesTest, CodeAndDataAreThereAfterwards) {
  g_written = 2;
  const std::string kept(100'000, 'x');
  const long before = FileKilobytes();
  ForgetFilePages();
  const long after = FileKilobytes();
  EXPECT_EQ(g_written, 2);
  EXPECT_STREQ(g_relocated[2], "three");
  EXPECT_EQ(kept, std::string(100'000, 'x'));
  RecordProperty("before_kb", std::to_string(before));
  RecordProperty("after_kb", std::to_string(after));
  if (IsTraced()) GTEST_SKIP() << "a debugger is attached, so nothing is forgotten";
  EXPECT_LT(after, before);
}

TEST(FilePagesTest, OtherThreadsRunMeanwhile) {
  std::atomic<bool> stop = false;
  std::atomic<int> sum = 0;
  std::thread other([&] {
    while (!stop) sum += static_cast<int>(std::to_string(sum % 100).size());
  });
  for (int i = 0; i < 20; ++i) {
    const int seen = sum;
    ForgetFilePages();
    while (sum == seen) std::this_thread::yield();
  }
  stop = true;
  other.join();
}

}  // namespace
}  // namespace sedge
