// SPDX-License-Identifier: Apache-2.0
// Backups of a server that serves, made by `sedge kv backup`, and what is restored of them; the
// answers of check and repair while a server has the data.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/harness/admin.h"

namespace sedge::e2e {
namespace {

using ::testing::HasSubstr;

// Runs `sedge kv WORDS --data-dir DIR`; gives its exit status, and its output in `out` and `err`.
int RunKv(std::vector<std::string> words, const std::string& data_dir, std::string& out,
          std::string& err) {
  words.insert(words.begin(), "kv");
  words.insert(words.end(), {"--data-dir", data_dir});
  SedgeProcess process(std::move(words));
  const int status = process.WaitForExit().value_or(-1);
  out = process.out();
  err = process.err();
  return status;
}

TEST(KvBackupTest, AServerMakesBackupsWhileItServes) {
  AdminProcess admin;
  ASSERT_EQ(admin.Call("PUT", "/CACHE/values/key", "one").status, 200);
  const std::string socket = admin.SocketPath();
  const std::string data_dir = socket.substr(0, socket.rfind("/kv/"));
  const TempFolder folder;
  const std::string backups = folder.path() + "/backups";
  std::string out, err;
  ASSERT_EQ(RunKv({"backup", backups}, data_dir, out, err), 0) << err;
  EXPECT_THAT(out, HasSubstr("made backup 1 of "));
  ASSERT_EQ(admin.Call("PUT", "/CACHE/values/key", "two").status, 200);
  EXPECT_EQ(RunKv({"check"}, data_dir, out, err), 1);
  EXPECT_THAT(err, HasSubstr("is in use by process"));
  ASSERT_EQ(RunKv({"backup", data_dir + "/kv/inside"}, data_dir, out, err), 1);
  EXPECT_THAT(err, HasSubstr("is inside the KV folder"));
  const std::string restored = folder.path() + "/restored";
  ASSERT_EQ(RunKv({"restore", backups}, restored, out, err), 0) << err;
  ASSERT_EQ(RunKv({"key", "get", "key", "--namespace-id", "CACHE"}, restored, out, err), 0) << err;
  EXPECT_THAT(out, HasSubstr("one"));
  EXPECT_EQ(RunKv({"check"}, restored, out, err), 0) << out << err;
}

}  // namespace
}  // namespace sedge::e2e
