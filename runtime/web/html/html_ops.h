// SPDX-License-Identifier: Apache-2.0
// The ops of html/*.js and hr_time/*.js: one native timer per isolate, clocks, and what only V8 can
// tell of promises and buffers.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "runtime/base/clock.h"
#include "runtime/loop/timer.h"
#include "runtime/script/op.h"

namespace sedge::web {

// Fires the isolate's timers through its hook "fireTimers". The isolate's thread.
class TimerService {
 public:
  TimerService(loop::Loop& loop, script::Isolate& isolate, Clock& clock);

  // Fires in `delay_ms`, instead of what was armed before; negative: not at all.
  void Arm(double delay_ms);
  Clock& clock() { return clock_; }

 private:
  void Fire();
  script::Isolate& isolate_;
  Clock& clock_;
  loop::Timer timer_;
};

// Who writes what a worker prints and what nobody catches.
struct WorkerLog {
  std::string worker;  // named in each line when not empty
};

// What an EventSource holds of one event at most.
struct EventStreamLimit {
  size_t event_bytes = 0;
};

std::span<const script::OpDef> HtmlOps();

}  // namespace sedge::web
