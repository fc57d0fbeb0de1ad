// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/html/html_ops.h"

#include <algorithm>
#include <cmath>

#include "runtime/base/log.h"
#include "runtime/script/entry_scope.h"
#include "runtime/script/error.h"
#include "runtime/script/isolate.h"
#include "runtime/script/module_loader.h"

namespace sedge::web {

TimerService::TimerService(loop::Loop& loop, script::Isolate& isolate, Clock& clock)
    : isolate_(isolate), clock_(clock), timer_(loop, [this] { Fire(); }) {}

void TimerService::Arm(double delay_ms) {
  if (delay_ms < 0) {
    due_ns_ = -1;
    timer_.Stop();
  } else {
    // Rounded up, so that a timer that is not due yet is due later.
    due_ns_ = clock_.MonotonicNs() + static_cast<int64_t>(std::ceil(delay_ms * 1e6));
    // Rounded up: a timer may be late, never early. HTML's delays end at 2^31 - 1.
    timer_.Start(static_cast<uint64_t>(std::ceil(delay_ms)));
  }
}

void TimerService::FireNow() {
  timer_.Stop();
  Fire();
}

void TimerService::Rearm() {
  if (due_ns_ < 0) return;
  Arm(static_cast<double>(std::max<int64_t>(due_ns_ - clock_.MonotonicNs(), 0)) / 1e6);
}

void TimerService::Fire() {
  due_ns_ = -1;
  script::EntryScope scope(isolate_);
  v8::Local<v8::Function> hook = isolate_.Hook("fireTimers");
  if (hook.IsEmpty()) return;
  v8::Local<v8::Function> checkpoint;
  if (!v8::Function::New(scope.context(),
                         [](const v8::FunctionCallbackInfo<v8::Value>& info) {
                           script::RunMicrotasks(info.GetIsolate());
                         })
           .ToLocal(&checkpoint)) {
    return;
  }
  v8::Local<v8::Value> args[] = {checkpoint};
  v8::TryCatch caught(scope.v8());
  if (!hook->Call(scope.context(), v8::Undefined(scope.v8()), 1, args).IsEmpty()) return;
  if (caught.HasTerminated()) {
    // No `finally` has run, so nothing was armed for the timers that are left: look at them again.
    Arm(1);
  } else {
    LogError(script::DescribeException(scope.v8(), scope.context(), caught).ToText());
  }
}

namespace {

using script::Op;
using script::OpDef;

void TimerArm(TimerService& timers, double delay_ms) { timers.Arm(delay_ms); }
double Now(TimerService& timers) {
  return static_cast<double>(timers.clock().MonotonicNs()) / 1e6;
}
double WallNow(TimerService& timers) { return static_cast<double>(timers.clock().WallMs()); }

void ReportUncaught(script::Isolate& isolate, WorkerLog& log, std::string_view bundled) {
  const std::string text = isolate.modules().OriginalStack(bundled);
  if (log.sink) {
    log.sink->OnUncaught(log.worker, text);
  } else if (log.worker.empty()) {
    LogError(text);
  } else {
    LogError(text, {{"worker", log.worker}});
  }
}

// level: 0 debug, 1 log, 2 info, 3 warn, 4 error.
void ConsoleWrite(script::Isolate& isolate, WorkerLog& log, int32_t level,
                  std::string_view written) {
  const std::string text = isolate.modules().OriginalStack(written);
  if (log.sink) return log.sink->OnConsole(log.worker, level, text);
  constexpr LogLevel kLevels[] = {LogLevel::kDebug, LogLevel::kInfo, LogLevel::kInfo, LogLevel::kWarn,
                                  LogLevel::kError};
  const LogLevel at = kLevels[level < 0 || level > 4 ? 1 : level];
  if (log.worker.empty()) {
    Log(at, text);
  } else {
    Log(at, text, {{"worker", log.worker}});
  }
}

double MaxEventBytes(EventStreamLimit& limit) { return static_cast<double>(limit.event_bytes); }

constexpr OpDef kOps[] = {
    Op<MaxEventBytes>("maxEventBytes"),
    Op<TimerArm>("timerArm"),
    Op<Now>("now"),
    Op<WallNow>("wallNow"),
    Op<ReportUncaught>("reportUncaught"),
    Op<ConsoleWrite>("consoleWrite"),
};

}  // namespace

std::span<const OpDef> HtmlOps() { return kOps; }

}  // namespace sedge::web
