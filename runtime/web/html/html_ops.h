// SPDX-License-Identifier: Apache-2.0
// The ops of html/*.js and hr_time/*.js: one native timer per isolate, clocks, and what only V8 can
// tell of promises and buffers.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

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

  // For tests that move the clock. When it fires, in nanoseconds of the clock; negative: not at all.
  int64_t due_ns() const { return due_ns_; }
  void FireNow();
  // The clock was moved, or goes on.
  void Rearm();

 private:
  void Fire();
  script::Isolate& isolate_;
  Clock& clock_;
  int64_t due_ns_ = -1;
  loop::Timer timer_;
};

// Takes what a worker prints and what nobody catches, instead of the process's log. The isolate's
// thread.
class WorkerLogSink {
 public:
  virtual ~WorkerLogSink() = default;
  // level: 0 debug, 1 log, 2 info, 3 warn, 4 error.
  virtual void OnConsole(const std::string& worker, int level, std::string_view text) = 0;
  virtual void OnUncaught(const std::string& worker, std::string_view text) = 0;
  // A handler failed, and its client got an error page.
  virtual void OnHandlerError(const std::string& worker, std::string_view text) = 0;
};

// Who writes what a worker prints and what nobody catches.
struct WorkerLog {
  std::string worker;             // named in each line when not empty
  WorkerLogSink* sink = nullptr;  // outlives the isolate; null: the process's log
};

// What an EventSource holds of one event at most.
struct EventStreamLimit {
  size_t event_bytes = 0;
};

std::span<const script::OpDef> HtmlOps();

}  // namespace sedge::web
