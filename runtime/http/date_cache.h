// SPDX-License-Identifier: Apache-2.0
// DateCache: the text of the Date header, made anew once per second. One loop thread.
#pragma once

#include <cstdint>
#include <string_view>

#include "runtime/base/clock.h"

namespace sedge::http {

class DateCache {
 public:
  static constexpr size_t kSize = 29;  // "Sun, 06 Nov 1994 08:49:37 GMT"

  explicit DateCache(Clock& clock = Clock::System()) : clock_(clock) {}

  // `now_ms` is a monotonic time that the caller has at hand (the loop's): the clock is asked only
  // when that has moved on far enough.
  std::string_view Get(uint64_t now_ms) {
    if (now_ms >= next_ms_) Refresh(now_ms);
    return {text_, kSize};
  }

 private:
  void Refresh(uint64_t now_ms);

  Clock& clock_;
  uint64_t next_ms_ = 0;
  char text_[kSize + 1] = {};
};

}  // namespace sedge::http
