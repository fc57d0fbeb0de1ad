// SPDX-License-Identifier: Apache-2.0
// `sedge dev` on a terminal: keys, colours, and that the terminal is what it was afterwards.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>

#include "tests/e2e/dev_project.h"
#include "tests/e2e/harness/pty_process.h"

namespace sedge::e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class DevTerminalTest : public ::testing::Test {
 protected:
  DevTerminalTest() { folder_.Write("index.js", Answers("good")); }

  std::unique_ptr<PtyProcess> Start(
      std::vector<std::pair<std::string, std::string>> environment = {},
      std::vector<std::string> args = {}) {
    std::vector<std::string> command = {SedgeProcess::SedgeBinary(), "dev", "--port", "0"};
    command.insert(command.end(), args.begin(), args.end());
    auto process =
        std::make_unique<PtyProcess>(std::move(command), folder_.path(), std::move(environment));
    const auto url = process->WaitUntilListening();
    EXPECT_TRUE(url) << process->shown();
    url_ = url.value_or("http://127.0.0.1:1");
    EXPECT_TRUE(process->WaitUntil([&] { return process->TakesKeys(); }));
    return process;
  }
  // That the terminal works as it did before.
  static void ExpectRestored(PtyProcess& process) {
    EXPECT_TRUE(process.WaitUntil([&] { return !process.TakesKeys(); }));
    EXPECT_EQ(process.Settings().c_lflag & (ICANON | ECHO | ISIG),
              static_cast<tcflag_t>(ICANON | ECHO | ISIG));
  }
  static char StateOf(pid_t pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    const std::string stat((std::istreambuf_iterator<char>(file)), {});
    const size_t end = stat.rfind(')');
    return end == std::string::npos ? '?' : stat[end + 2];
  }

  TempFolder folder_;
  std::string url_;
};

TEST_F(DevTerminalTest, KeysAreShownAndQEnds) {
  auto process = Start();
  EXPECT_TRUE(process->WaitFor("quit"));
  process->Type("q");
  EXPECT_EQ(process->WaitForExit(), 0);
  ExpectRestored(*process);
}

TEST_F(DevTerminalTest, EverySignalRestoresTheTerminal) {
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    auto process = Start();
    process->Signal(number);
    EXPECT_EQ(process->WaitForExit(), 0) << number;
    ExpectRestored(*process);
  }
}

TEST_F(DevTerminalTest, ACrashRestoresTheTerminal) {
  for (const int number : {SIGABRT, SIGQUIT}) {
    auto process = Start();
    process->Signal(number);
    EXPECT_EQ(process->WaitForExit(), 128 + number);
    ExpectRestored(*process);
  }
}

TEST_F(DevTerminalTest, CtrlCEnds) {
  auto process = Start();
  process->Type("\x03");
  EXPECT_EQ(process->WaitForExit(), 0);
  ExpectRestored(*process);
}

TEST_F(DevTerminalTest, AClosedWindowEndsIt) {
  auto process = Start();
  process->HangUp();
  EXPECT_EQ(process->WaitForExit(), 0);
}

TEST_F(DevTerminalTest, RReloads) {
  auto process = Start();
  process->Type("r");
  EXPECT_TRUE(process->WaitFor("Reloaded"));
  EXPECT_EQ(Get(url_).body, "good");
}

TEST_F(DevTerminalTest, AFileThatAnEditorHasEmptiedIsReadAgain) {
  using Clock = std::chrono::steady_clock;
  constexpr const char* kError = "the script handles no requests";
  auto process = Start();
  int quick = 0;
  for (int i = 0; i < 30 && quick < 3; ++i) {
    const std::string text = "text " + std::to_string(i);
    const size_t before = process->shown().size();
    const auto start = Clock::now();
    folder_.Write("index.js", "");
    process->Type("r");
    std::this_thread::sleep_for(std::chrono::milliseconds(40));
    folder_.Write("index.js", Answers(text));
    const bool was_quick = Clock::now() - start < std::chrono::milliseconds(100);
    EXPECT_TRUE(process->WaitUntil([&] { return Get(url_).body == text; })) << process->shown();
    if (!was_quick) continue;  // no editor takes so long
    ++quick;
    EXPECT_THAT(process->shown().substr(before), Not(HasSubstr(kError)));
  }
  EXPECT_EQ(quick, 3);
  folder_.Write("index.js", "");
  EXPECT_TRUE(process->WaitFor(kError)) << process->shown();
}

TEST_F(DevTerminalTest, CClears) {
  auto process = Start();
  process->Type("c");
  EXPECT_TRUE(process->WaitFor("\x1b[2J"));
}

TEST_F(DevTerminalTest, OOpensTheBrowserThatTheSystemHas) {
  const std::string opener =
      folder_.Write("bin/xdg-open",
                    "#!/bin/sh\necho \"$@\" > \"$OPENED.new\"\nmv \"$OPENED.new\" "
                    "\"$OPENED\"\n");
  std::filesystem::permissions(opener, std::filesystem::perms::owner_all);
  const std::string opened = folder_.path() + "/opened";
  auto process = Start({{"PATH", folder_.path() + "/bin:/usr/bin:/bin"}, {"OPENED", opened}});
  process->Type("o");
  EXPECT_TRUE(process->WaitUntil([&] { return std::filesystem::exists(opened); }));
  std::ifstream file(opened);
  std::string url;
  std::getline(file, url);
  EXPECT_EQ(url, url_);
}

TEST_F(DevTerminalTest, ItSaysWhenThereIsNothingToOpenABrowser) {
  auto process = Start({{"PATH", folder_.path()}});
  process->Type("o");
  EXPECT_TRUE(process->WaitFor("open " + url_ + " by hand")) << process->shown();
  process->Type("q");
  EXPECT_EQ(process->WaitForExit(), 0);
}

TEST_F(DevTerminalTest, ColoursAreForTerminalsThatWantThem) {
  {
    auto process = Start();
    EXPECT_EQ(Get(url_ + "/path").body, "good");
    EXPECT_TRUE(process->WaitFor("GET\x1b[0m /path \x1b[32m200\x1b[0m")) << process->shown();
  }
  for (const auto& setting : {std::pair("NO_COLOR", "1"), std::pair("TERM", "dumb")}) {
    auto process = Start({setting});
    EXPECT_EQ(Get(url_ + "/path").body, "good");
    EXPECT_TRUE(process->WaitFor("GET /path 200 ")) << process->shown();
    folder_.Write("index.js", "broken(");
    EXPECT_TRUE(process->WaitFor("error: index.js:1:")) << process->shown();
    EXPECT_THAT(process->shown(), Not(HasSubstr("\x1b[")));
    folder_.Write("index.js", Answers("good"));
  }
}

TEST_F(DevTerminalTest, CtrlZGivesTheTerminalBackAndTakesItAgain) {
  auto process = Start();
  process->Type("\x1a");
  EXPECT_TRUE(process->WaitUntil([&] { return StateOf(process->pid()) == 'T'; }));
  ExpectRestored(*process);
  process->Signal(SIGCONT);
  EXPECT_TRUE(process->WaitUntil([&] { return process->TakesKeys(); }));
  process->Type("q");
  EXPECT_EQ(process->WaitForExit(), 0);
  ExpectRestored(*process);
}

TEST_F(DevTerminalTest, ABackgroundJobLeavesTheTerminalAlone) {
  // The shell gives the job a process group of its own and stays in the foreground itself.
  PtyProcess shell({"/bin/sh", "-m", "-c",
                    "\"$0\" dev --port 0 & while read word; do "
                    "case $word in fg) fg >/dev/null; exit 7;; *) echo \"got $word\";; esac; done",
                    SedgeProcess::SedgeBinary()},
                   folder_.path());
  const auto url = shell.WaitUntilListening();
  ASSERT_TRUE(url) << shell.shown();
  shell.Type("qrcq\n");
  EXPECT_TRUE(shell.WaitFor("got qrcq")) << shell.shown();
  EXPECT_FALSE(shell.TakesKeys());
  EXPECT_EQ(Get(*url).body, "good");
  // In the foreground the keys are its own.
  shell.Type("fg\n");
  EXPECT_TRUE(shell.WaitUntil([&] { return shell.TakesKeys(); })) << shell.shown();
  EXPECT_EQ(Get(*url).body, "good");
  shell.Type("q");
  EXPECT_EQ(shell.WaitForExit(), 7) << shell.shown();
}

}  // namespace
}  // namespace sedge::e2e
