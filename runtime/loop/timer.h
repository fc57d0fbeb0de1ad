// SPDX-License-Identifier: Apache-2.0
// Timer: one uv_timer whose destructor closes it. The loop's thread.
#pragma once

#include <uv.h>

#include <functional>

#include "runtime/loop/loop.h"

namespace sedge::loop {

class Timer {
 public:
  Timer(Loop& loop, std::function<void()> fire);
  ~Timer();
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  // Fires once after `delay_ms`, never in the turn in which another timer fires; a running one is
  // set anew.
  void Start(uint64_t delay_ms);
  void Stop();
  bool active() const;

 private:
  struct Handle;  // outlives the Timer until uv has closed it
  Handle* handle_;
};

}  // namespace sedge::loop
