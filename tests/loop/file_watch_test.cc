// SPDX-License-Identifier: Apache-2.0
#include "runtime/loop/file_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/loop/run_until.h"

namespace sedge::loop {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;

class FileWatchTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = fs::temp_directory_path() / "sedge-watch-XXXXXX";
    root_ = mkdtemp(pattern.data());
    auto loop = Loop::Create();
    ASSERT_TRUE(loop.ok());
    loop_ = std::move(loop).value();
    Make({});
  }
  void Make(const WatchTimes& times) {
    const auto report = [this](const std::vector<std::string>& changed) {
      reports_.emplace_back();
      for (const std::string& path : changed) {
        reports_.back().push_back(fs::path(path).lexically_relative(root_));
      }
    };
    watch_ = std::make_unique<FileWatch>(*loop_, report, times);
  }
  void TearDown() override {
    watch_.reset();
    loop_.reset();
    fs::remove_all(root_);
  }

  std::string Path(const std::string& name) const { return root_ + "/" + name; }
  std::string Write(const std::string& name, const std::string& text) const {
    fs::create_directories(fs::path(Path(name)).parent_path());
    std::ofstream(Path(name), std::ios::binary) << text;
    return Path(name);
  }
  // Written so long ago that its times leave no doubt.
  std::string WriteOld(const std::string& name, const std::string& text) const {
    const std::string path = Write(name, text);
    fs::last_write_time(path, fs::file_time_type::clock::now() - std::chrono::hours(1));
    return path;
  }
  void Watch(const std::vector<std::string>& names) {
    WatchSet set;
    for (const std::string& name : names) set.files.push_back({Path(name)});
    watch_->Watch(set);
  }
  // The next report, or {"nothing"}.
  std::vector<std::string> Next() {
    const size_t before = taken_;
    RunUntil(*loop_, [&] { return reports_.size() > before; });
    if (reports_.size() == before) return {"nothing"};
    return reports_[taken_++];
  }
  // Longer than files have to be at rest.
  void WaitPastQuiet() {
    const uint64_t end_ms = uv_hrtime() / 1'000'000 + 3 * WatchTimes().quiet_ms;
    RunUntil(*loop_, [&] { return uv_hrtime() / 1'000'000 >= end_ms; });
  }
  // What is reported about `name` proves that nothing came before it.
  void ExpectNextIs(const std::string& name) { EXPECT_THAT(Next(), ElementsAre(name)); }

  std::string root_;
  std::unique_ptr<Loop> loop_;
  std::unique_ptr<FileWatch> watch_;
  std::vector<std::vector<std::string>> reports_;
  size_t taken_ = 0;
};

TEST_F(FileWatchTest, TellsOfAFileThatIsWrittenInPlace) {
  WriteOld("a.js", "one");
  Watch({"a.js"});
  Write("a.js", "two");
  ExpectNextIs("a.js");
  Write("a.js", "three");
  ExpectNextIs("a.js");
}

TEST_F(FileWatchTest, SeesTheSameSizeWrittenAgain) {
  WriteOld("a.js", "one");
  Watch({"a.js"});
  for (const char* text : {"two", "six", "ten", "one"}) {
    Write("a.js", text);
    ExpectNextIs("a.js");
  }
}

TEST_F(FileWatchTest, TellsOfAFileThatIsRenamedOverIt) {
  WriteOld("a.js", "one");
  Watch({"a.js"});
  for (int i = 0; i < 3; ++i) {
    Write("a.js.tmp", "two");
    fs::rename(Path("a.js.tmp"), Path("a.js"));
    ExpectNextIs("a.js");
  }
}

TEST_F(FileWatchTest, TellsOnceOfAFileThatIsMovedAwayAndWrittenAnew) {
  Make({.gone_ms = 60'000});
  WriteOld("a.js", "one");
  WriteOld("b.js", "one");
  Watch({"a.js", "b.js"});
  fs::rename(Path("a.js"), Path("a.js~"));
  WaitPastQuiet();
  Write("a.js", "two");
  fs::remove(Path("a.js~"));
  ExpectNextIs("a.js");
  Write("b.js", "two");
  ExpectNextIs("b.js");
}

TEST_F(FileWatchTest, TakesAFileThatWasTruncatedForOneThatIsBeingWritten) {
  Make({.gone_ms = 60'000});
  WriteOld("a.js", "one");
  Watch({"a.js"});
  std::ofstream file(Path("a.js"), std::ios::trunc);
  file.flush();
  WaitPastQuiet();
  file << "two";
  file.close();
  ExpectNextIs("a.js");
  EXPECT_EQ(fs::file_size(Path("a.js")), 3u);
}

TEST_F(FileWatchTest, TellsOfAFileThatGoesAndOfOneThatComes) {
  WriteOld("a.js", "one");
  Watch({"a.js", "b.js"});
  fs::remove(Path("a.js"));
  ExpectNextIs("a.js");
  Write("b.js", "new");
  ExpectNextIs("b.js");
  Write("a.js", "back");
  ExpectNextIs("a.js");
}

TEST_F(FileWatchTest, WaitsForFoldersThatAreNotThereYet) {
  Watch({"src/lib/a.js"});
  Write("src/lib/a.js", "one");
  ExpectNextIs("src/lib/a.js");
  Write("src/lib/a.js", "two!");
  ExpectNextIs("src/lib/a.js");
}

TEST_F(FileWatchTest, FollowsAFolderThatIsReplaced) {
  WriteOld("src/a.js", "one");
  Watch({"src/a.js"});
  WriteOld("new/a.js", "two");
  fs::rename(Path("src"), Path("old"));
  fs::rename(Path("new"), Path("src"));
  ExpectNextIs("src/a.js");
  Write("src/a.js", "three");
  ExpectNextIs("src/a.js");
}

TEST_F(FileWatchTest, SeesAFolderFarAboveReplaced) {
  WriteOld("p/q/src/a.js", "one");
  Watch({"p/q/src/a.js"});
  WriteOld("new/q/src/a.js", "two");
  fs::rename(Path("p"), Path("old"));
  fs::rename(Path("new"), Path("p"));
  ExpectNextIs("p/q/src/a.js");
  Write("p/q/src/a.js", "three");
  ExpectNextIs("p/q/src/a.js");
}

TEST_F(FileWatchTest, FollowsSymbolicLinks) {
  WriteOld("shared/a.js", "one");
  WriteOld("other/a.js", "else");
  fs::create_directories(Path("src"));
  fs::create_symlink(Path("shared/a.js"), Path("src/a.js"));
  Watch({"src/a.js"});
  Write("shared/a.js", "two");
  ExpectNextIs("src/a.js");
  fs::remove(Path("src/a.js"));
  fs::create_symlink(Path("other/a.js"), Path("src/a.js"));
  ExpectNextIs("src/a.js");
  Write("other/a.js", "three");
  ExpectNextIs("src/a.js");
}

TEST_F(FileWatchTest, SaysNothingOfOtherFilesAndOfOtherAttributes) {
  WriteOld("a.js", "one");
  WriteOld("b.js", "one");
  Watch({"a.js", "b.js"});
  Write("c.js", "one");
  fs::remove(Path("c.js"));
  fs::permissions(Path("a.js"), fs::perms::owner_read, fs::perm_options::add);
  fs::permissions(Path("a.js"), fs::perms::others_write, fs::perm_options::remove);
  Write("b.js", "two");
  ExpectNextIs("b.js");
}

TEST_F(FileWatchTest, TellsTogetherWhatHappensTogether) {
  std::vector<std::string> names;
  for (int i = 0; i < 50; ++i) names.push_back("f" + std::to_string(100 + i) + ".js");
  for (const std::string& name : names) WriteOld(name, "one");
  Watch(names);
  for (const std::string& name : names) Write(name, "two");
  EXPECT_EQ(Next(), names);
}

TEST_F(FileWatchTest, KeepsUpInAFolderOfManyFiles) {
  WriteOld("a.js", "one");
  Watch({"a.js"});
  for (int i = 0; i < 5'000; ++i) Write("other" + std::to_string(i), "x");
  Write("a.js", "two");
  ExpectNextIs("a.js");
}

TEST_F(FileWatchTest, TellsOfAChangeSinceTheFileWasRead) {
  const std::string path = WriteOld("a.js", "one");
  const FileStamp read = FileStamp::Of(path);
  Write("a.js", "two");
  WatchSet set;
  set.files = {{path, &read}};
  watch_->Watch(set);
  ExpectNextIs("a.js");
}

TEST_F(FileWatchTest, LosesNothingWhenItIsToldToWatchOthers) {
  WriteOld("a.js", "one");
  WriteOld("b.js", "one");
  Watch({"a.js"});
  Write("a.js", "two");
  Watch({"a.js", "b.js"});
  ExpectNextIs("a.js");
  Watch({"b.js"});
  Write("a.js", "three");
  Write("b.js", "two");
  ExpectNextIs("b.js");
}

TEST_F(FileWatchTest, WatchesWhatLiesBelowAFolder) {
  WriteOld("t/a_test.js", "one");
  WriteOld("t/deep/er/b_test.js", "one");
  WriteOld("t/node_modules/x/c_test.js", "one");
  WatchSet set;
  set.folders = {Path("t")};
  set.wanted = [](const std::string& path) { return path.ends_with("_test.js"); };
  watch_->Watch(set);
  EXPECT_EQ(watch_->file_count(), 2u);
  Write("t/deep/er/b_test.js", "two");
  ExpectNextIs("t/deep/er/b_test.js");
  Write("t/deep/er/note.txt", "two");
  Write("t/node_modules/x/c_test.js", "two");
  Write("t/.hidden/d_test.js", "two");
  Write("t/deep/new_test.js", "one");
  ExpectNextIs("t/deep/new_test.js");
  Write("t/later/on/e_test.js", "one");
  ExpectNextIs("t/later/on/e_test.js");
  Write("t/later/on/e_test.js", "three");
  ExpectNextIs("t/later/on/e_test.js");
  fs::remove_all(Path("t/deep"));
  EXPECT_THAT(Next(), ElementsAre("t/deep/er/b_test.js", "t/deep/new_test.js"));
  EXPECT_EQ(watch_->file_count(), 2u);
}

TEST_F(FileWatchTest, WatchesWhatLiesDirectlyInAFolder) {
  WriteOld("t/a.js", "one");
  WriteOld("t/deep/b.js", "one");
  WatchSet set;
  set.flat_folders = {Path("t")};
  watch_->Watch(set);
  EXPECT_EQ(watch_->file_count(), 1u);
  Write("t/deep/b.js", "two");
  Write("t/c.js", "new");
  ExpectNextIs("t/c.js");
  Write("t/a.js", "two");
  ExpectNextIs("t/a.js");
  watch_->Watch({});
  EXPECT_EQ(watch_->file_count(), 0u);
}

}  // namespace
}  // namespace sedge::loop
