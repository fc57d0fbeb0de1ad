// SPDX-License-Identifier: Apache-2.0
// ClockedPlatform: V8's platform, with another clock for Date on threads that ask for one, and
// notes of the tasks that wait for an isolate's thread. Everything else goes to the platform below
// it. Any thread; lives for ever.
#pragma once

#include <v8-platform.h>

#include <memory>
#include <utility>

#include "runtime/base/clock.h"
#include "runtime/script/foreground_tasks.h"
#include "runtime/script/v8_compat.h"

namespace sedge::script {

// What Date says on this thread from now on; null: the machine's time. The clock outlives that.
void SetDateClock(const Clock* clock);

class ClockedPlatform final : public v8::Platform {
 public:
  explicit ClockedPlatform(v8::Platform& below) : below_(below) {}

  double CurrentClockTimeMillis() override;
  ForegroundTaskNotes& foreground_tasks() { return foreground_tasks_; }

  v8::PageAllocator* GetPageAllocator() override { return below_.GetPageAllocator(); }
  v8::ZoneBackingAllocator* GetZoneBackingAllocator() override {
    return below_.GetZoneBackingAllocator();
  }
  void OnCriticalMemoryPressure() override { below_.OnCriticalMemoryPressure(); }
  int NumberOfWorkerThreads() override { return below_.NumberOfWorkerThreads(); }
  bool IdleTasksEnabled(v8::Isolate* isolate) override { return below_.IdleTasksEnabled(isolate); }
  double MonotonicallyIncreasingTime() override { return below_.MonotonicallyIncreasingTime(); }
  StackTracePrinter GetStackTracePrinter() override { return below_.GetStackTracePrinter(); }
  v8::TracingController* GetTracingController() override { return below_.GetTracingController(); }
  void DumpWithoutCrashing() override { below_.DumpWithoutCrashing(); }
  v8::HighAllocationThroughputObserver* GetHighAllocationThroughputObserver() override {
    return below_.GetHighAllocationThroughputObserver();
  }

  using Task = std::unique_ptr<v8::Task>;
  using JobTask = std::unique_ptr<v8::JobTask>;
  using JobHandle = std::unique_ptr<v8::JobHandle>;
#if V8_MAJOR_VERSION < 12
  std::shared_ptr<v8::TaskRunner> GetForegroundTaskRunner(v8::Isolate* isolate) override {
    return foreground_tasks_.Noting(isolate, below_.GetForegroundTaskRunner(isolate), below_);
  }
  void CallOnWorkerThread(Task task) override { below_.CallOnWorkerThread(std::move(task)); }
  void CallBlockingTaskOnWorkerThread(Task task) override {
    below_.CallBlockingTaskOnWorkerThread(std::move(task));
  }
  void CallLowPriorityTaskOnWorkerThread(Task task) override {
    below_.CallLowPriorityTaskOnWorkerThread(std::move(task));
  }
  void CallDelayedOnWorkerThread(Task task, double delay_in_seconds) override {
    below_.CallDelayedOnWorkerThread(std::move(task), delay_in_seconds);
  }
  JobHandle PostJob(v8::TaskPriority priority, JobTask task) override {
    return below_.PostJob(priority, std::move(task));
  }
#if V8_MAJOR_VERSION == 11
  JobHandle CreateJob(v8::TaskPriority priority, JobTask task) override {
    return below_.CreateJob(priority, std::move(task));
  }
  std::unique_ptr<v8::ScopedBlockingCall> CreateBlockingScope(v8::BlockingType type) override {
    return below_.CreateBlockingScope(type);
  }
#endif
#else
  v8::ThreadIsolatedAllocator* GetThreadIsolatedAllocator() override {
    return below_.GetThreadIsolatedAllocator();
  }
  std::shared_ptr<v8::TaskRunner> GetForegroundTaskRunner(v8::Isolate* isolate,
                                                          v8::TaskPriority priority) override {
    return foreground_tasks_.Noting(isolate, below_.GetForegroundTaskRunner(isolate, priority),
                                    below_);
  }
  std::unique_ptr<v8::ScopedBlockingCall> CreateBlockingScope(v8::BlockingType type) override {
    return below_.CreateBlockingScope(type);
  }

 protected:
  JobHandle CreateJobImpl(v8::TaskPriority priority, JobTask task,
                          const v8::SourceLocation& location) override {
    return below_.CreateJob(priority, std::move(task), location);
  }
  void PostTaskOnWorkerThreadImpl(v8::TaskPriority priority, Task task,
                                  const v8::SourceLocation& location) override {
    if (priority == v8::TaskPriority::kUserBlocking) {
      below_.CallBlockingTaskOnWorkerThread(std::move(task), location);
    } else if (priority == v8::TaskPriority::kBestEffort) {
      below_.CallLowPriorityTaskOnWorkerThread(std::move(task), location);
    } else {
      below_.CallOnWorkerThread(std::move(task), location);
    }
  }
  void PostDelayedTaskOnWorkerThreadImpl(v8::TaskPriority, Task task, double delay_in_seconds,
                                         const v8::SourceLocation& location) override {
    below_.CallDelayedOnWorkerThread(std::move(task), delay_in_seconds, location);
  }
#endif

 private:
  v8::Platform& below_;
  ForegroundTaskNotes foreground_tasks_;
};

}  // namespace sedge::script
