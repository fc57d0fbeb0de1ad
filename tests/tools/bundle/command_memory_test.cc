// SPDX-License-Identifier: Apache-2.0
// Which changes make build.command run, and how often. The files are written as a command and a
// developer write them; nothing is run.
#include "tools/bundle/command_memory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <thread>

namespace sedge::tools {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using News = CommandMemory::News;

class CommandMemoryTest : public testing::Test {
 protected:
  CommandMemoryTest() {
    std::string pattern = fs::temp_directory_path() / "sedge-memory-XXXXXX";
    folder_ = fs::canonical(mkdtemp(pattern.data()));
    config_.base_dir = folder_;
    config_.source = "wrangler.toml";
    config_.main = folder_ / "dist/index.js";
    config_.build.command = "make";
    config_.build.watch_dirs = {(folder_ / "src").string()};
    Write("src/a.txt", "a");
    Write("wrangler.toml", "");
    watched_.configs = {Path("wrangler.toml")};
    for (const char* name : {".dev.vars", "dist/lib.js"}) {
      watched_.files.emplace_back(Path(name), FileStamp::Of(Path(name)));
    }
    memory_.Watch(watched_);
  }
  ~CommandMemoryTest() override {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }

  // A file of its own each time, so that each write has another stamp.
  std::string Write(const std::string& name, const std::string& text) {
    fs::create_directories((folder_ / name).parent_path());
    const fs::path fresh = folder_ / ("fresh" + std::to_string(++writes_));
    std::ofstream(fresh) << text;
    fs::rename(fresh, folder_ / name);
    return Path(name);
  }
  std::string Path(const std::string& name) const { return (folder_ / name).string(); }
  // A text that never was.
  std::string Fresh() { return std::to_string(++writes_); }

  // The command runs, and again as often as it asks for that. Gives how often it ran.
  int Runs(const std::function<void()>& command, const Status& status = {}) {
    for (int runs = 1;; ++runs) {
      memory_.Begin(config_, runs > 1);
      command();
      memory_.End(status);
      if (!memory_.WantsFollowUp() || runs == 10) return runs;
      memory_.StartFollowUp();
    }
  }
  // Likewise, for a save.
  int RunsForSave(const std::function<void()>& command) {
    EXPECT_EQ(memory_.Tell(Write("src/a.txt", Fresh())), News::kDue);
    return Runs(command);
  }

  fs::path folder_;
  int writes_ = 0;
  worker::WorkerConfig config_;
  CommandMemory::Watched watched_;
  CommandMemory memory_{{.ends_runs = true}};
};

TEST_F(CommandMemoryTest, WithoutACommandEachChangeIsRead) {
  EXPECT_EQ(memory_.Tell(Path("src/a.txt")), News::kReload);
  EXPECT_EQ(memory_.Tell(Path("wrangler.toml")), News::kReload);
}

TEST_F(CommandMemoryTest, OnlyAnotherTextIsNews) {
  Runs([&] { Write("dist/lib.js", "1"); });
  for (const auto& [name, what] : {std::pair{"src/a.txt", News::kDue},
                                   {"wrangler.toml", News::kDue},
                                   {"dist/lib.js", News::kReload}}) {
    EXPECT_EQ(memory_.Tell(Path(name)), News::kNone) << name;
    Write(name, "other");
    EXPECT_EQ(memory_.Tell(Path(name)), what) << name;
    EXPECT_EQ(memory_.Tell(Path(name)), News::kNone) << name << ", which was told";
    Write(name, "other");
    EXPECT_EQ(memory_.Tell(Path(name)), News::kNone) << name << ", of the same text";
    fs::remove(Path(name));
    EXPECT_EQ(memory_.Tell(Path(name)), what) << name << ", which went";
  }
  // As editors' files are, which come and go before they are told of.
  EXPECT_EQ(memory_.Tell(Path("src/4913")), News::kNone);
  EXPECT_EQ(memory_.Tell(Write("src/new.txt", "new")), News::kDue);
  EXPECT_EQ(memory_.Tell(Write("test/new_test.js", "new")), News::kReload);
}

TEST_F(CommandMemoryTest, AnotherTextOfTheSameLengthInTheSameTickIsNews) {
  Runs([&] { Write("dist/lib.js", "one"); });
  std::fstream(Path("dist/lib.js")) << "two";
  EXPECT_EQ(memory_.Tell(Path("dist/lib.js")), News::kReload);
}

TEST_F(CommandMemoryTest, WhatWritesOnlyElsewhereRunsOnce) {
  const auto command = [&] {
    Write("dist/index.js", Fresh());
    Write("dist/lib.js", Fresh());
  };
  EXPECT_EQ(Runs(command), 1);
  EXPECT_EQ(RunsForSave(command), 1);
  EXPECT_EQ(memory_.Tell(Path("dist/lib.js")), News::kNone);
  EXPECT_EQ(memory_.Tell(Path("dist/index.js")), News::kNone);
}

TEST_F(CommandMemoryTest, AGeneratorRunsTwiceAndThenOnce) {
  for (const bool fresh : {false, true}) {
    config_.build.command += " on";
    const auto command = [&] { Write("src/gen.js", fresh ? Fresh() : "same"); };
    EXPECT_EQ(Runs(command), 2);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(RunsForSave(command), 1);
    EXPECT_EQ(memory_.Tell(Path("src/gen.js")), News::kNone);
  }
}

TEST_F(CommandMemoryTest, NamesThatAreOthersEachTimeAreTheCommandsToo) {
  const auto command = [&] {
    fs::remove_all(folder_ / "src/gen");
    Write("src/gen/" + Fresh() + ".js", "");
    Write("src/gen/stamp.js", Fresh());
  };
  EXPECT_EQ(Runs(command), 2);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(RunsForSave(command), 1);
}

TEST_F(CommandMemoryTest, WhatAFormatterMendsRunsTwice) {
  const auto command = [&] {
    std::ifstream file(Path("src/a.txt"));
    const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    if (!text.ends_with('!')) Write("src/a.txt", text + "!");
  };
  EXPECT_EQ(Runs(command), 2);
  for (int i = 0; i < 6; ++i) EXPECT_EQ(RunsForSave(command), 2);
}

TEST_F(CommandMemoryTest, WritersByTurnsComeToRest) {
  Write("src/0.txt", Fresh());
  Write("src/1.txt", Fresh());
  int runs = 0;
  const auto command = [&] { Write(++runs % 2 ? "src/0.txt" : "src/1.txt", Fresh()); };
  EXPECT_LE(Runs(command), 1 + CommandMemory::kMaxFollowUps);
  EXPECT_LE(RunsForSave(command), 1 + CommandMemory::kMaxFollowUps);
}

TEST_F(CommandMemoryTest, SavesInRunsInARowAreNotLost) {
  Runs([] {});
  for (const bool was_told : {true, false}) {
    const std::string name = was_told ? "src/a.txt" : "src/b.txt";
    Write("src/b.txt", Fresh());
    EXPECT_EQ(memory_.Tell(Write("src/a.txt", Fresh())), News::kDue);
    int saves = was_told ? CommandMemory::kMaxFollowUps : 1, runs = 0;
    const int expected = saves + 1;
    EXPECT_EQ(Runs([&] {
                ++runs;
                if (saves-- > 0) Write(name, Fresh());
              }),
              expected);
    EXPECT_EQ(runs, expected);
  }
}

TEST_F(CommandMemoryTest, FilesThatComeAndGoInARunAreNotLost) {
  Runs([] {});
  bool once = true;
  const auto in_the_first = [&](const std::function<void()>& save) {
    once = true;
    return RunsForSave([&, save] {
      if (std::exchange(once, false)) save();
    });
  };
  EXPECT_EQ(in_the_first([&] { Write("src/new.txt", ""); }), 2);
  EXPECT_EQ(in_the_first([&] { fs::remove(Path("src/new.txt")); }), 2);
}

TEST_F(CommandMemoryTest, WhatIsItsOwnUntilAGoodRunLeavesItAlone) {
  const auto command = [&] { Write("src/gen.js", Fresh()); };
  Runs(command);
  Write("src/a.txt", Fresh());
  EXPECT_EQ(Runs([] {}, FailedPrecondition("bad")), 1);
  EXPECT_EQ(RunsForSave(command), 1);
  EXPECT_EQ(RunsForSave([] {}), 1);
  EXPECT_GT(RunsForSave(command), 1);
}

TEST_F(CommandMemoryTest, AFailureIsDueWithTheNextNewsAlone) {
  EXPECT_TRUE(memory_.IsDue(config_));
  Runs([&] { Write("dist/lib.js", Fresh()); }, FailedPrecondition("bad"));
  EXPECT_FALSE(memory_.IsDue(config_));
  EXPECT_TRUE(memory_.failed());
  EXPECT_EQ(memory_.FailureOf(config_).message(), "bad");
  EXPECT_EQ(memory_.Tell(Path("dist/lib.js")), News::kNone) << "it wrote that itself";
  EXPECT_EQ(memory_.Tell(Write("dist/lib.js", "by hand")), News::kDue);
  Runs([] {});
  EXPECT_TRUE(memory_.FailureOf(config_).ok());
  EXPECT_EQ(memory_.Tell(Write("dist/lib.js", "again")), News::kReload);
  worker::WorkerConfig other = config_;
  other.build.command = "make all";
  EXPECT_TRUE(memory_.IsDue(other));
  other = config_;
  other.base_dir = "/elsewhere";
  EXPECT_TRUE(memory_.IsDue(other));
}

TEST_F(CommandMemoryTest, VariablesAreReadAgainWithoutTheCommand) {
  EXPECT_EQ(Runs([&] { Write(".dev.vars", "A=1"); }), 1);
  EXPECT_THAT(memory_.TakeStale(), ElementsAre(Path(".dev.vars")));
  EXPECT_THAT(memory_.TakeStale(), IsEmpty());
  EXPECT_EQ(memory_.Tell(Path(".dev.vars")), News::kNone);
  EXPECT_EQ(RunsForSave([&] { Write(".dev.vars", "A=1"); }), 1);
  EXPECT_THAT(memory_.TakeStale(), IsEmpty());
  EXPECT_EQ(memory_.Tell(Write(".dev.vars", "A=2")), News::kReload);
}

TEST_F(CommandMemoryTest, OnlyASaveEndsACommandThatRunsAndNotTwiceInARow) {
  memory_.Begin(config_, false);
  EXPECT_EQ(memory_.Tell(Write("src/a.txt", "in the first run")), News::kNone);
  memory_.End({});
  EXPECT_TRUE(memory_.WantsFollowUp());
  Runs([&] { Write("src/gen.js", Fresh()); });

  memory_.Begin(config_, false);
  EXPECT_EQ(memory_.Tell(Write("src/gen.js", Fresh())), News::kNone) << "its own";
  EXPECT_EQ(memory_.Tell(Write("dist/index.js", "1")), News::kNone);
  EXPECT_EQ(memory_.Tell(Path("src/a.txt")), News::kNone) << "as it was";
  EXPECT_EQ(memory_.Tell(Write("src/a.txt", "saved")), News::kDue);
  memory_.End(Cancelled(""));
  EXPECT_FALSE(memory_.WantsFollowUp()) << "it runs again anyway";
  EXPECT_TRUE(memory_.IsDue(config_));

  memory_.Begin(config_, false);
  EXPECT_EQ(memory_.Tell(Write("src/a.txt", "saved again")), News::kNone);
  memory_.End({});
  EXPECT_TRUE(memory_.WantsFollowUp());
}

TEST_F(CommandMemoryTest, ACommandThatEndsItselfIsFoundOut) {
  Write("src/gen.js", "old");
  Runs([] {});
  for (int i = 0; i < 3; ++i) {
    memory_.Begin(config_, false);
    const bool ended = memory_.Tell(Write("src/gen.js", "text" + std::to_string(i))) == News::kDue;
    EXPECT_EQ(ended, i == 0);
    memory_.End(ended ? Cancelled("") : Status());
    if (ended) {
      EXPECT_EQ(Runs([&] { Write("src/gen.js", "text0"); }), 2);
    }
  }
}

TEST_F(CommandMemoryTest, TwoProcessesComeToRest) {
  const auto command = [&] { Write("src/gen.js", Fresh()); };
  Runs(command);
  int runs = 0;
  for (; runs < 20; ++runs) {
    if (memory_.Tell(Write("src/gen.js", Fresh())) != News::kLater) break;
    memory_.StartFollowUp();
    memory_.Begin(config_, true);
    command();
    memory_.End({});
  }
  EXPECT_LE(runs, CommandMemory::kMaxFollowUps);
  EXPECT_EQ(RunsForSave(command), 1);
  EXPECT_EQ(memory_.Tell(Write("src/gen.js", "by hand")), News::kLater);
}

TEST_F(CommandMemoryTest, CommandsThatShareAFolderKnowOfEachOther) {
  worker::WorkerConfig second = config_;
  second.source = "second.toml";
  for (int i = 0; i < 4; ++i) {
    const bool in_quiet = i > 0 && i < 3;
    memory_.Begin(config_, in_quiet);
    Write("src/of_first.js", Fresh());
    memory_.End({});
    memory_.Begin(second, in_quiet);
    Write("src/of_second.js", Fresh());
    memory_.End({});
    EXPECT_EQ(memory_.Tell(Path("src/of_first.js")), News::kNone);
    EXPECT_EQ(memory_.Tell(Path("src/of_second.js")), News::kNone);
    EXPECT_EQ(memory_.WantsFollowUp(), i == 0) << i;
  }
}

TEST_F(CommandMemoryTest, FindsWhatChangedBeforeItWasWatched) {
  Runs([&] { Write("dist/index.js", "1"); });
  EXPECT_THAT(memory_.Changed(), IsEmpty());
  Write("src/a.txt", "b");
  Write("src/deep/new.txt", "new");
  Write("src/.hidden", "no");
  Write("src/node_modules/x/index.js", "no");
  EXPECT_THAT(memory_.Changed(), ElementsAre(Path("src/a.txt"), Path("src/deep/new.txt")));
}

TEST_F(CommandMemoryTest, WhatTheProcessItselfWritesIsNoNews) {
  CommandMemory memory({.ignored = {Path("src/data")}});
  memory.Begin(config_, false);
  Write("src/data/log", "1");
  memory.End({});
  EXPECT_FALSE(memory.WantsFollowUp());
  EXPECT_EQ(memory.Tell(Write("src/data/log", "2")), News::kNone);
}

TEST_F(CommandMemoryTest, IsAskedFromAnotherThread) {
  std::atomic<bool> done{false};
  std::thread asks([&] {
    while (!done) {
      memory_.Tell(Path("src/a.txt"));
      memory_.Changed();
      memory_.IsDue(config_);
    }
  });
  for (int i = 0; i < 50; ++i) Runs([&] { Write("src/gen.js", Fresh()); });
  done = true;
  asks.join();
}

TEST(IsBelowTest, IsOfWholeNames) {
  EXPECT_TRUE(IsBelow("/a/b/c", {"/x", "/a/b"}));
  EXPECT_FALSE(IsBelow("/a/bc", {"/a/b"}));
  EXPECT_FALSE(IsBelow("/a/b", {"/a/b"}));
}

}  // namespace
}  // namespace sedge::tools
