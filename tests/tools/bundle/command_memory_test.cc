// SPDX-License-Identifier: Apache-2.0
// Which changes are those of build.command itself. The files are written as a command and a
// developer write them; nothing is run.
#include "tools/bundle/command_memory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

namespace sedge::tools {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Result = CommandMemory::Result;

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
  }
  ~CommandMemoryTest() override {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }

  // A file of its own each time, so that two writes within a tick of the clock have two stamps.
  std::string Write(const std::string& name, const std::string& text) {
    fs::create_directories((folder_ / name).parent_path());
    const fs::path fresh = folder_ / ("fresh" + std::to_string(++writes_));
    std::ofstream(fresh) << text;
    fs::rename(fresh, folder_ / name);
    return Path(name);
  }
  std::string Path(const std::string& name) const { return (folder_ / name).string(); }
  // A run of the command that writes `files`. Gives what it does not account for.
  std::vector<std::string> Run(const std::vector<std::pair<std::string, std::string>>& files,
                               Result result = Result::kGood) {
    memory_.Begin(config_);
    for (const auto& [name, text] : files) Write(name, text);
    memory_.End(result);
    return memory_.TakeMissed();
  }

  fs::path folder_;
  int writes_ = 0;
  worker::WorkerConfig config_;
  CommandMemory memory_;
};

TEST_F(CommandMemoryTest, KnowsNothingOfOtherFilesNorBeforeTheFirstRun) {
  EXPECT_FALSE(memory_.Knows(Path("src/a.txt")));
  Run({});
  EXPECT_FALSE(memory_.Knows(Path("wrangler.toml")));
  EXPECT_FALSE(memory_.Knows(Path("srcs/a.txt")));
  EXPECT_TRUE(memory_.Knows(Path("src/a.txt")));
}

TEST_F(CommandMemoryTest, WhatTheCommandLeavesIsKnownUntilItChanges) {
  EXPECT_THAT(Run({{"dist/index.js", "1"}, {"src/gen.js", "1"}}), IsEmpty());
  for (const char* name : {"dist/index.js", "src/gen.js"}) {
    EXPECT_TRUE(memory_.Knows(Path(name))) << name;
    Write(name, "by hand");
    EXPECT_FALSE(memory_.Knows(Path(name))) << name;
    EXPECT_TRUE(memory_.Knows(Path(name))) << name << ", which was told";
    fs::rename(Path(name), Path("away"));
    EXPECT_FALSE(memory_.Knows(Path(name))) << name;
    fs::rename(Path("away"), Path(name));
    EXPECT_FALSE(memory_.Knows(Path(name))) << name << ", which came back";
  }
  // As editors' files are, which come and go before they are told of.
  EXPECT_TRUE(memory_.Knows(Path("src/4913")));
  EXPECT_FALSE(memory_.Knows(Write("src/new.txt", "new")));
}

TEST_F(CommandMemoryTest, AnotherTextOfTheSameLengthInTheSameTickIsAChange) {
  Run({{"dist/index.js", "one"}});
  std::fstream(Path("dist/index.js")) << "two";
  EXPECT_FALSE(memory_.Knows(Path("dist/index.js")));
}

TEST_F(CommandMemoryTest, TextThatIsTheSameAgainIsNoChange) {
  Write("src/gen.js", "same");
  EXPECT_THAT(Run({{"src/gen.js", "same"}}), IsEmpty());
  EXPECT_TRUE(memory_.Knows(Path("src/gen.js")));
  EXPECT_THAT(Run({}), IsEmpty());
  EXPECT_THAT(Run({{"src/gen.js", "same"}}), IsEmpty());
}

TEST_F(CommandMemoryTest, AFileThatEachRunWritesIsTheCommands) {
  EXPECT_THAT(Run({{"src/gen.js", "1"}}), IsEmpty());
  EXPECT_THAT(Run({{"src/gen.js", "2"}}), IsEmpty());
  EXPECT_THAT(Run({{"src/gen.js", "3"}}), IsEmpty());
  // Names that are others each time.
  fs::remove(Path("src/gen.js"));
  EXPECT_THAT(Run({{"src/gen-4.js", "4"}}), IsEmpty());
}

TEST_F(CommandMemoryTest, TheFirstRunIsNoProof) {
  Write("src/gen.js", "of yesterday");
  EXPECT_THAT(Run({{"src/gen.js", "1"}}), ElementsAre(Path("src/gen.js")));
  EXPECT_THAT(Run({{"src/gen.js", "2"}}), IsEmpty());
}

TEST_F(CommandMemoryTest, ASaveWhileItRunsIsMissed) {
  EXPECT_THAT(Run({{"src/gen.js", "1"}}), IsEmpty());
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(Run({{"src/gen.js", "2"}, {"src/a.txt", "saved" + std::to_string(i)}}),
                ElementsAre(Path("src/a.txt")));
    EXPECT_THAT(memory_.TakeMissed(), IsEmpty());
  }
  EXPECT_THAT(Run({}), IsEmpty());
  // Main is read when the command has ended, whoever wrote it.
  Run({{"dist/index.js", "1"}});
  EXPECT_THAT(Run({{"dist/index.js", "2"}}), IsEmpty());
}

TEST_F(CommandMemoryTest, ACommandThatWritesSomeFilesNowAndThenComesToRest) {
  Write("src/gen.js", "0");
  Run({});
  int runs = 0;
  for (bool again = true; again && runs < 10; ++runs) {
    again = !Run({{"src/gen.js", std::to_string(runs + 1)}}).empty();
  }
  EXPECT_LE(runs, 3);
}

TEST_F(CommandMemoryTest, ACommandThatFailsComesToRestToo) {
  Write("src/build.log", "0");
  int runs = 0;
  for (bool again = true; again && runs < 10; ++runs) {
    again = !Run({{"src/build.log", std::to_string(runs + 1)}}, Result::kFailed).empty();
  }
  EXPECT_LE(runs, 2);
  // A failure in between is no proof against a file.
  EXPECT_THAT(Run({}, Result::kFailed), IsEmpty());
  EXPECT_THAT(Run({{"src/build.log", "again"}}), IsEmpty());
}

TEST_F(CommandMemoryTest, WhileItRunsChangesAreKeptForItsEnd) {
  Run({});
  memory_.Begin(config_);
  EXPECT_TRUE(memory_.Knows(Write("dist/index.js", "1")));
  EXPECT_TRUE(memory_.Knows(Write("src/gen.js", "1")));
  EXPECT_TRUE(memory_.Knows(Path("src/a.txt"))) << "as it was before";
  memory_.End(Result::kGood);
  EXPECT_THAT(memory_.TakeMissed(), IsEmpty());
}

TEST_F(CommandMemoryTest, OnlyASaveEndsACommandThatRunsAndNotTwiceInARow) {
  memory_.Begin(config_);
  EXPECT_TRUE(memory_.Knows(Write("src/a.txt", "in the first run")));
  memory_.End(Result::kGood);
  EXPECT_THAT(memory_.TakeMissed(), ElementsAre(Path("src/a.txt")));
  Run({});

  memory_.Begin(config_);
  EXPECT_FALSE(memory_.Knows(Write("src/a.txt", "saved")));
  memory_.End(Result::kCancelled);
  EXPECT_THAT(memory_.TakeMissed(), IsEmpty()) << "it runs again anyway";
  EXPECT_TRUE(memory_.IsDue(config_));

  memory_.Begin(config_);
  EXPECT_TRUE(memory_.Knows(Write("src/a.txt", "saved again")));
  memory_.End(Result::kGood);
  EXPECT_THAT(memory_.TakeMissed(), ElementsAre(Path("src/a.txt")));
}

TEST_F(CommandMemoryTest, ACommandIsDueUntilItsRunWasGood) {
  EXPECT_TRUE(memory_.IsDue(config_));
  Run({}, Result::kFailed);
  EXPECT_TRUE(memory_.IsDue(config_));
  Run({});
  EXPECT_FALSE(memory_.IsDue(config_));
  worker::WorkerConfig other = config_;
  other.build.command = "make all";
  EXPECT_TRUE(memory_.IsDue(other));
  other = config_;
  other.base_dir = "/elsewhere";
  EXPECT_TRUE(memory_.IsDue(other));
  Run({}, Result::kFailed);
  EXPECT_TRUE(memory_.IsDue(config_));
}

TEST_F(CommandMemoryTest, CommandsThatShareAFolderKnowOfEachOther) {
  worker::WorkerConfig second = config_;
  second.source = "second.toml";
  for (int i = 0; i < 3; ++i) {
    const std::string text = std::to_string(i);
    EXPECT_THAT(Run({{"src/of_first.js", text}}), IsEmpty());
    memory_.Begin(second);
    Write("src/of_second.js", text);
    memory_.End(Result::kGood);
    EXPECT_THAT(memory_.TakeMissed(), IsEmpty());
    EXPECT_TRUE(memory_.Knows(Path("src/of_first.js")));
    EXPECT_TRUE(memory_.Knows(Path("src/of_second.js")));
  }
}

TEST_F(CommandMemoryTest, FindsWhatChangedBeforeItWasWatched) {
  Run({{"dist/index.js", "1"}});
  EXPECT_THAT(memory_.Changed(), IsEmpty());
  Write("src/a.txt", "b");
  Write("src/deep/new.txt", "new");
  Write("src/.hidden", "no");
  Write("src/node_modules/x/index.js", "no");
  EXPECT_THAT(memory_.Changed(), ElementsAre(Path("src/a.txt"), Path("src/deep/new.txt")));
  EXPECT_FALSE(memory_.Knows(Path("src/a.txt")));
  fs::remove_all(folder_ / "src");
  EXPECT_THAT(memory_.Changed(), ElementsAre(Path("src/a.txt")));
}

TEST_F(CommandMemoryTest, IsAskedFromAnotherThread) {
  std::atomic<bool> done{false};
  std::thread asks([&] {
    while (!done) {
      memory_.Knows(Path("src/a.txt"));
      memory_.Changed();
      memory_.IsDue(config_);
    }
  });
  for (int i = 0; i < 50; ++i) Run({{"src/gen.js", std::to_string(i)}});
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
