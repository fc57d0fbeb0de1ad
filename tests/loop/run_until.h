// SPDX-License-Identifier: Apache-2.0
// RunUntil: turns a loop until a condition holds. For tests; the loop's thread.
#pragma once

#include <uv.h>

#include <functional>

#include "runtime/loop/loop.h"
#include "runtime/loop/timer.h"

namespace sedge::loop {

// False when it took longer than `limit_ms`, which only bounds a failing test.
inline bool RunUntil(Loop& loop, const std::function<bool()>& done, uint64_t limit_ms = 20'000) {
  struct State {
    uv_prepare_t prepare;  // after timers, before the loop sleeps
    uv_check_t check;      // after I/O
    const std::function<bool()>* done;
    bool late = false;
    int open = 2;
  } state;
  state.done = &done;
  Timer limit(loop, [&state] { state.late = true; });
  limit.Start(limit_ms);
  const auto look = [](State* state, uv_loop_t* uv) {
    if (state->late || (*state->done)()) uv_stop(uv);
  };
  static constexpr auto kLook = look;
  uv_prepare_init(loop.uv(), &state.prepare);
  uv_check_init(loop.uv(), &state.check);
  state.prepare.data = state.check.data = &state;
  uv_prepare_start(&state.prepare,
                   [](uv_prepare_t* h) { kLook(static_cast<State*>(h->data), h->loop); });
  uv_check_start(&state.check, [](uv_check_t* h) { kLook(static_cast<State*>(h->data), h->loop); });
  if (!done()) uv_run(loop.uv(), UV_RUN_DEFAULT);
  const auto closed = [](uv_handle_t* h) { --static_cast<State*>(h->data)->open; };
  uv_close(reinterpret_cast<uv_handle_t*>(&state.prepare), closed);
  uv_close(reinterpret_cast<uv_handle_t*>(&state.check), closed);
  while (state.open > 0) uv_run(loop.uv(), UV_RUN_NOWAIT);
  return done();
}

}  // namespace sedge::loop
