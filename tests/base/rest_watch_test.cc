// SPDX-License-Identifier: Apache-2.0
// A rest is told once, and only after work.
#include "runtime/base/rest_watch.h"

#include <gtest/gtest.h>

namespace sedge {
namespace {

TEST(RestWatchTest, TellsEachRestAfterWorkOnce) {
  RestWatch watch;
  watch.Forget(5'000);
  EXPECT_FALSE(watch.Look(5'001));  // nothing was done
  EXPECT_FALSE(watch.Look(5'500));  // it works
  EXPECT_FALSE(watch.Look(6'400));
  EXPECT_TRUE(watch.Look(6'401));
  EXPECT_FALSE(watch.Look(6'402));
  EXPECT_FALSE(watch.Look(7'000));
  EXPECT_TRUE(watch.Look(7'000));
}

TEST(RestWatchTest, ALittleAtATimeIsARestWhenItHasBecomeWork) {
  RestWatch watch;
  int rests = 0;
  for (int64_t cpu_ms = 0; cpu_ms <= 1'000; cpu_ms += 10) rests += watch.Look(cpu_ms) ? 1 : 0;
  EXPECT_EQ(rests, 10);
}

}  // namespace
}  // namespace sedge
