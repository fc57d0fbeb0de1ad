// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace sedge {

void CheckFailed(const char* file, int line, const char* expression) {
  std::fprintf(stderr, "sedge: %s:%d: check failed: %s (this is a bug in sedge)\n", file, line,
               expression);
  std::abort();
}

}  // namespace sedge
