// SPDX-License-Identifier: Apache-2.0
// RunUntil: turns a loop until a condition holds. For tests; the loop's thread.
#pragma once

#include <uv.h>

#include <functional>

#include "runtime/loop/loop.h"

namespace sedge::loop {

// False when it took longer than `limit_ms`, which only bounds a failing test. Looks at least every
// 2 ms, for what other threads make true.
inline bool RunUntil(Loop& loop, const std::function<bool()>& done, uint64_t limit_ms = 20'000) {
  const uint64_t end_ms = uv_hrtime() / 1'000'000 + limit_ms;
  struct Tick {
    uv_timer_t timer;
    bool closed = false;
  } tick;
  uv_timer_init(loop.uv(), &tick.timer);
  tick.timer.data = &tick;
  uv_timer_start(
      &tick.timer, [](uv_timer_t*) {}, 2, 2);
  while (!done() && uv_hrtime() / 1'000'000 < end_ms) uv_run(loop.uv(), UV_RUN_ONCE);
  uv_close(reinterpret_cast<uv_handle_t*>(&tick.timer),
           [](uv_handle_t* handle) { static_cast<Tick*>(handle->data)->closed = true; });
  while (!tick.closed) uv_run(loop.uv(), UV_RUN_NOWAIT);
  return done();
}

}  // namespace sedge::loop
