// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/node_module.h"

#include <gtest/gtest.h>

namespace sedge {
namespace {

TEST(NodeModuleTest, KnowsNamesAndTheirFirstParts) {
  EXPECT_TRUE(IsNodeModule("assert"));
  EXPECT_TRUE(IsNodeModule("fs"));
  EXPECT_TRUE(IsNodeModule("fs/promises"));
  EXPECT_TRUE(IsNodeModule("zlib"));
  EXPECT_FALSE(IsNodeModule("hono"));
  EXPECT_FALSE(IsNodeModule("fs-extra"));
  EXPECT_FALSE(IsNodeModule(""));
}

}  // namespace
}  // namespace sedge
