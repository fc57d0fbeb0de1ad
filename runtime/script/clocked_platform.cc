// SPDX-License-Identifier: Apache-2.0
#include "runtime/script/clocked_platform.h"

namespace sedge::script {
namespace {

thread_local const Clock* t_date_clock = nullptr;

}  // namespace

void SetDateClock(const Clock* clock) { t_date_clock = clock; }

double ClockedPlatform::CurrentClockTimeMillis() {
  if (t_date_clock) [[unlikely]]
    return static_cast<double>(t_date_clock->WallMs());
  return below_.CurrentClockTimeMillis();
}

}  // namespace sedge::script
