// SPDX-License-Identifier: Apache-2.0
#include "runtime/loop/timer.h"

#include <utility>

#include "runtime/base/check.h"

namespace sedge::loop {
namespace {

// A timer's callback runs on this thread.
thread_local bool firing = false;

}  // namespace

struct Timer::Handle {
  uv_timer_t uv;
  std::function<void()> fire;
};

Timer::Timer(Loop& loop, std::function<void()> fire) : handle_(new Handle{{}, std::move(fire)}) {
  SEDGE_CHECK(uv_timer_init(loop.uv(), &handle_->uv) == 0);
  handle_->uv.data = handle_;
}

Timer::~Timer() {
  uv_timer_stop(&handle_->uv);
  uv_close(reinterpret_cast<uv_handle_t*>(&handle_->uv),
           [](uv_handle_t* handle) { delete static_cast<Handle*>(handle->data); });
}

void Timer::Start(uint64_t delay_ms) {
  // libuv before 1.45 runs what is due now in the same turn: a timer without a delay that starts
  // itself would be all that the loop ever does.
  if (firing && delay_ms == 0) delay_ms = 1;
  // The handle, and with it the callback that runs, outlives a Timer that is destroyed by it.
  const auto fire = [](uv_timer_t* timer) {
    firing = true;
    static_cast<Handle*>(timer->data)->fire();
    firing = false;
  };
  uv_timer_start(&handle_->uv, fire, delay_ms, 0);
}

void Timer::Stop() { uv_timer_stop(&handle_->uv); }

bool Timer::active() const {
  return uv_is_active(reinterpret_cast<const uv_handle_t*>(&handle_->uv)) != 0;
}

}  // namespace sedge::loop
