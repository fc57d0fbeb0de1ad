// SPDX-License-Identifier: Apache-2.0
// Progress, questions and interruption: on a terminal, and not on one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <signal.h>
#include <unistd.h>

#include "tools/kv/terminal.h"

namespace sedge::tools {
namespace {

using ::testing::HasSubstr;

// Standard input and error are a terminal while it lives.
class Terminal {
 public:
  Terminal() {
    EXPECT_EQ(openpty(&ours_, &theirs_, nullptr, nullptr, nullptr), 0);
    for (size_t i = 0; i < 2; ++i) {
      saved_[i] = dup(kStreams[i]);
      dup2(theirs_, kStreams[i]);
    }
  }
  ~Terminal() {
    for (size_t i = 0; i < 2; ++i) {
      dup2(saved_[i], kStreams[i]);
      close(saved_[i]);
    }
    close(ours_);
    close(theirs_);
  }
  void Type(const std::string& text) {
    EXPECT_EQ(write(ours_, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  // What has been shown, once `end` is its end; the terminal passes it on bit by bit.
  std::string SeenUpTo(const std::string& end) {
    std::string seen;
    char byte;
    while (!seen.ends_with(end) && read(ours_, &byte, 1) == 1) seen += byte;
    return seen;
  }

 private:
  static constexpr int kStreams[] = {STDIN_FILENO, STDERR_FILENO};
  int ours_ = -1, theirs_ = -1;
  int saved_[2];
};

TEST(ProgressTest, SaysHowMuchAndHowFast) {
  EXPECT_EQ(Progress::Line("Imported", 0, 0, 0, 0.1), "Imported 0 entries");
  EXPECT_EQ(Progress::Line("Imported", 1, 50, 200, 0.9), "Imported 1 entry, 25%");
  EXPECT_EQ(Progress::Line("Imported", 1234567, 300, 200, 2),
            "Imported 1,234,567 entries, 100% (617,283/s)");
  EXPECT_EQ(Grouped(0), "0");
  EXPECT_EQ(Grouped(999), "999");
  EXPECT_EQ(Grouped(1000), "1,000");
  EXPECT_EQ(Grouped(12345678), "12,345,678");
}

TEST(ProgressTest, IsDrawnOnATerminalAndWipedAway) {
  Terminal terminal;
  Progress progress("Imported", 100);
  usleep(150'000);  // it is drawn every 100 ms
  progress.Update(5, 50);
  // With a rate behind it, once a second has passed.
  EXPECT_THAT(terminal.SeenUpTo("\x1b[K"),
              ::testing::MatchesRegex("\rImported 5 entries, 50%.*\x1b\\[K"));
  progress.Clear();
  EXPECT_EQ(terminal.SeenUpTo("\x1b[K"), "\r\x1b[K");
}

TEST(ProgressTest, IsNotDrawnElsewhere) {
  int pipe_fds[2];
  ASSERT_EQ(pipe(pipe_fds), 0);
  const int saved = dup(STDERR_FILENO);
  dup2(pipe_fds[1], STDERR_FILENO);
  {
    Progress progress("Imported", 100);
    usleep(150'000);
    progress.Update(5, 50);
  }
  dup2(saved, STDERR_FILENO);
  close(saved);
  close(pipe_fds[1]);
  char byte;
  EXPECT_EQ(read(pipe_fds[0], &byte, 1), 0) << "nothing was written";
  close(pipe_fds[0]);
}

TEST(ConfirmTest, AsksOnATerminal) {
  const std::pair<const char*, bool> answers[] = {{"y\n", true}, {"yes\n", true},
                                                  {"Y\n", true}, {"n\n", false},
                                                  {"\n", false}, {"yess\n", false}};
  for (const auto& [typed, agreed] : answers) {
    Terminal terminal;
    terminal.Type(typed);
    EXPECT_EQ(Confirm("Delete all?"), agreed) << typed;
    EXPECT_THAT(terminal.SeenUpTo("(y/N) "), HasSubstr("Delete all? (y/N) "));
  }
}

TEST(InterruptTest, ASignalIsNotedAndGivenOnLater) {
  EXPECT_EXIT(
      {
        const Interrupt interrupt;
        if (Interrupt::pending()) _exit(1);
        raise(SIGINT);
        if (!Interrupt::pending()) _exit(2);
        Interrupt::EndIfPending();
        _exit(3);
      },
      ::testing::KilledBySignal(SIGINT), "");
  EXPECT_EXIT(
      {
        const Interrupt interrupt;
        raise(SIGTERM);
        raise(SIGTERM);  // the second one does not wait
        _exit(3);
      },
      ::testing::KilledBySignal(SIGTERM), "");
  EXPECT_EXIT(
      {
        const Interrupt interrupt;
        Interrupt::EndIfPending();
        _exit(0);
      },
      ::testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace sedge::tools
