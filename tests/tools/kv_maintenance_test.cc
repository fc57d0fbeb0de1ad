// SPDX-License-Identifier: Apache-2.0
// `sedge kv check`, `repair`, `backup`, `restore` and `verify` as commands: what they print, their
// JSON, their exit status.
#include <gmock/gmock.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/kv/kv_test_util.h"
#include "tools/kv/folder_turns.h"
#include "tools/kv/words.h"
#include "tools/kv_command.h"

namespace sedge::tools {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

struct Outcome {
  int status = -1;
  std::string out;
  std::string err;
};

class KvMaintenanceTest : public ::testing::Test {
 protected:
  KvMaintenanceTest() {
    const auto store = kv::RocksStore::Open({.path = data_ + "/kv"});
    EXPECT_TRUE(store.ok());
    for (int i = 0; i < 200; ++i) {
      EXPECT_TRUE((*store)->Put("ns", "key" + std::to_string(i), AsBytes("value"), {}).ok());
    }
    EXPECT_TRUE((*store)->Compact().ok());
  }

  Outcome Run(std::vector<std::string> words, bool with_data_dir = true) {
    words.insert(words.begin(), {"sedge", "kv"});
    if (with_data_dir) words.insert(words.end(), {"--data-dir", data_});
    std::vector<const char*> pointers;
    for (const std::string& word : words) pointers.push_back(word.c_str());
    ::testing::internal::CaptureStdout();
    ::testing::internal::CaptureStderr();
    Outcome outcome;
    outcome.status = RunCli(static_cast<int>(pointers.size()), pointers.data(),
                            {KvCommand({AddKvMaintenanceWords})});
    outcome.out = ::testing::internal::GetCapturedStdout();
    outcome.err = ::testing::internal::GetCapturedStderr();
    return outcome;
  }

  // In the first block of each table.
  void DamageTables() {
    for (const auto& file : fs::directory_iterator(data_ + "/kv/db")) {
      if (file.path().extension() != ".sst") continue;
      std::fstream data(file.path(), std::ios::in | std::ios::out | std::ios::binary);
      data.seekp(60);
      data << "damage";
    }
  }

  const kv::TempFolder folder_;
  const std::string data_ = folder_.path() + "/data";
  const std::string backups_ = folder_.path() + "/backups";
};

TEST_F(KvMaintenanceTest, ASoundFolderIsFine) {
  const Outcome checked = Run({"check"});
  EXPECT_EQ(checked.status, 0) << checked.err;
  EXPECT_THAT(checked.out, HasSubstr("200 entries, nothing is damaged"));
  EXPECT_EQ(json::parse(Run({"check", "--json"}).out)["fine"], true);
  const Outcome repaired = Run({"repair"});
  EXPECT_EQ(repaired.status, 0) << repaired.err;
  EXPECT_THAT(repaired.out, HasSubstr("nothing to repair"));
}

TEST_F(KvMaintenanceTest, DamageIsTracedToFilesAndKeys) {
  DamageTables();
  const Outcome checked = Run({"check"});
  EXPECT_EQ(checked.status, 1) << checked.err;
  EXPECT_THAT(checked.out, AllOf(HasSubstr(".sst is damaged"),
                                 HasSubstr("namespace \"ns\", keys \"key0\" to \"key99\""),
                                 HasSubstr("lost: "), HasSubstr("`sedge kv repair`")));
  const json report = json::parse(Run({"check", "--json"}).out);
  EXPECT_EQ(report["fine"], false);
  EXPECT_EQ(report["damagedFiles"].size(), 2u);
  const Outcome repaired = Run({"repair"});
  EXPECT_EQ(repaired.status, 0) << repaired.err;
  EXPECT_THAT(repaired.out, HasSubstr("lost+found/1"));
  EXPECT_TRUE(fs::exists(data_ + "/kv/lost+found/1/CURRENT"));
  EXPECT_EQ(Run({"check"}).status, 0);
}

// Of an unsynced session that a power cut ended.
TEST_F(KvMaintenanceTest, WritesBehindAHoleAreToldAndKept) {
  {
    const auto store = kv::RocksStore::Open({.path = data_ + "/kv", .durable_writes = false});
    ASSERT_TRUE(store.ok());
    for (int i = 0; i < 1000; ++i) {
      EXPECT_TRUE((*store)->Put("ns", "late" + std::to_string(i), AsBytes("value"), {}).ok());
    }
  }
  fs::remove(data_ + "/kv/db/SYNCED");
  for (const auto& file : fs::directory_iterator(data_ + "/kv/db")) {
    if (file.path().extension() != ".log" || file.file_size() < 10'000) continue;
    std::fstream log(file.path(), std::ios::in | std::ios::out | std::ios::binary);
    log.seekp(100);
    log << std::string(100, '\0');
  }
  const Outcome checked = Run({"check"});
  EXPECT_EQ(checked.status, 1);
  EXPECT_THAT(checked.out, HasSubstr("a repair takes in, and opening without one leaves out: "));
  const json report = json::parse(Run({"check", "--json"}).out);
  EXPECT_EQ(report["fine"], false);
  EXPECT_EQ(report["holes"].size(), 1u);
  EXPECT_EQ(Run({"repair"}).status, 0);
  const json after = json::parse(Run({"check", "--json"}).out);
  EXPECT_EQ(after["fine"], true);
  EXPECT_GT(after["entries"], 500);
}

TEST_F(KvMaintenanceTest, ABackupGoesRound) {
  const Outcome made = Run({"backup", backups_});
  EXPECT_EQ(made.status, 0) << made.err;
  EXPECT_THAT(made.out, HasSubstr("made backup 1 of "));
  EXPECT_EQ(json::parse(Run({"backup", backups_, "--json"}).out)["id"], 2);
  const Outcome verified = Run({"verify", backups_}, false);
  EXPECT_EQ(verified.status, 0) << verified.err;
  EXPECT_THAT(verified.out, HasSubstr("2 whole backups, 0 damaged"));
  const Outcome refused = Run({"restore", backups_});
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.err, HasSubstr("is not empty"));
  fs::rename(data_, folder_.path() + "/old");
  const Outcome restored = Run({"restore", backups_, "--backup", "1"});
  EXPECT_EQ(restored.status, 0) << restored.err;
  EXPECT_THAT(restored.out, HasSubstr("restored backup 1 of "));
  EXPECT_THAT(Run({"check"}).out, HasSubstr("200 entries, nothing is damaged"));
}

TEST_F(KvMaintenanceTest, ADamagedBackupFailsToVerify) {
  ASSERT_EQ(Run({"backup", backups_}).status, 0);
  for (const auto& file : fs::directory_iterator(backups_ + "/shared_checksum")) {
    fs::resize_file(file, file.file_size() / 2);
  }
  const Outcome verified = Run({"verify", backups_}, false);
  EXPECT_EQ(verified.status, 1);
  EXPECT_THAT(verified.out, HasSubstr("damaged: backup 1"));
}

TEST_F(KvMaintenanceTest, PathsStartInTheWorkingFolderThatIsNamed) {
  const fs::path before = fs::current_path();
  const Outcome made =
      Run({"backup", "backups", "--data-dir", "data", "--cwd", folder_.path()}, false);
  fs::current_path(before);
  EXPECT_EQ(made.status, 0) << made.err;
  EXPECT_TRUE(fs::exists(backups_ + "/meta/1"));
  const Outcome none = Run({"check", "--cwd", folder_.path() + "/none"});
  EXPECT_EQ(none.status, 2);
  EXPECT_THAT(none.err, HasSubstr("--cwd " + folder_.path() +
                                  "/none: No such file or directory; "
                                  "allowed is a folder"));
}

TEST_F(KvMaintenanceTest, WhatIsNotThereIsSaid) {
  EXPECT_EQ(Run({"verify", folder_.path() + "/none"}, false).status, 1);
  EXPECT_EQ(Run({"backup"}).status, 2);
  EXPECT_EQ(Run({"restore", backups_, "--backup", "x"}).status, 2);
  fs::remove_all(data_);
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"check"}, {"repair"}, {"backup", backups_}}) {
    const Outcome outcome = Run(words);
    EXPECT_EQ(outcome.status, 1);
    EXPECT_THAT(outcome.err, HasSubstr("there is no KV folder"));
  }
}

TEST_F(KvMaintenanceTest, AHeldFolderNamesItsHolder) {
  const auto store = kv::RocksStore::Open({.path = data_ + "/kv"});
  ASSERT_TRUE(store.ok());
  for (const char* word : {"check", "repair"}) {
    const Outcome outcome = Run({word});
    EXPECT_EQ(outcome.status, 1);
    EXPECT_THAT(outcome.err, HasSubstr("process " + std::to_string(getpid())));
  }
}

// It is no turn to wait for: the store would be opened again and again meanwhile.
TEST_F(KvMaintenanceTest, AHeldBackupFolderIsToldAtOnce) {
  fs::create_directories(backups_);
  const auto held = kv::FolderLock::Acquire(backups_);
  ASSERT_TRUE(held.ok());
  const auto before = std::chrono::steady_clock::now();
  const Outcome outcome = Run({"backup", backups_});
  EXPECT_LT(std::chrono::steady_clock::now() - before, kWaitForFolder);
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.err, HasSubstr("the backup folder " + backups_ + " is in use by process "));
  EXPECT_THAT(outcome.err, Not(HasSubstr("--data-dir")));
}

}  // namespace
}  // namespace sedge::tools
