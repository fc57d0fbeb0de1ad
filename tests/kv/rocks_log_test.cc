// SPDX-License-Identifier: Apache-2.0
// What of RocksDB's own log comes into ours.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rocksdb/env.h>

#include "kv/rocks_options.h"

namespace sedge::kv {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(RocksLogTest, WritesThatAreSlowedDownAreToldOfOnceInAWhile) {
  const auto log = MakeRocksOptions(StoreOptions(), nullptr).database.info_log;
  testing::internal::CaptureStderr();
  rocksdb::Warn(log, "[%s] Stalling writes because we have %d level-0 files rate %d", "records", 20,
                1);
  rocksdb::Warn(log, "[%s] Stopping writes because we have %d level-0 files", "records", 36);
  rocksdb::Warn(log, "something else");
  rocksdb::Info(log, "what nobody needs");
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_THAT(said, HasSubstr("Stalling writes because we have 20 level-0 files"));
  EXPECT_THAT(said, HasSubstr("something else"));
  EXPECT_THAT(said, Not(HasSubstr("Stopping")));
  EXPECT_THAT(said, Not(HasSubstr("nobody")));
}

}  // namespace
}  // namespace sedge::kv
