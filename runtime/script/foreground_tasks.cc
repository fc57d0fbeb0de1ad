// SPDX-License-Identifier: Apache-2.0
#include "runtime/script/foreground_tasks.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace sedge::script {
namespace {

class NotingTaskRunner final : public v8::TaskRunner {
 public:
  NotingTaskRunner(std::shared_ptr<v8::TaskRunner> below, std::shared_ptr<ForegroundTasks> tasks,
                   v8::Platform& platform)
      : below_(std::move(below)), tasks_(std::move(tasks)), platform_(platform) {}

  bool IdleTasksEnabled() override { return below_->IdleTasksEnabled(); }
  bool NonNestableTasksEnabled() const override { return below_->NonNestableTasksEnabled(); }
  bool NonNestableDelayedTasksEnabled() const override {
    return below_->NonNestableDelayedTasksEnabled();
  }

  using Task = std::unique_ptr<v8::Task>;
  using IdleTask = std::unique_ptr<v8::IdleTask>;
#if V8_MAJOR_VERSION < 12
  void PostTask(Task task) override { Post(std::move(task)); }
  void PostNonNestableTask(Task task) override { PostNonNestable(std::move(task)); }
  void PostDelayedTask(Task task, double delay_s) override { PostLater(std::move(task), delay_s); }
  void PostNonNestableDelayedTask(Task task, double delay_s) override {
    PostNonNestableLater(std::move(task), delay_s);
  }
  void PostIdleTask(IdleTask task) override { PostIdle(std::move(task)); }
#else

 protected:
  using Place = v8::SourceLocation;
  void PostTaskImpl(Task task, const Place&) override { Post(std::move(task)); }
  void PostNonNestableTaskImpl(Task task, const Place&) override {
    PostNonNestable(std::move(task));
  }
  void PostDelayedTaskImpl(Task task, double delay_s, const Place&) override {
    PostLater(std::move(task), delay_s);
  }
  void PostNonNestableDelayedTaskImpl(Task task, double delay_s, const Place&) override {
    PostNonNestableLater(std::move(task), delay_s);
  }
  void PostIdleTaskImpl(IdleTask task, const Place&) override { PostIdle(std::move(task)); }
#endif

 private:
  void Post(Task task) {
    below_->PostTask(std::move(task));
    tasks_->NotePosted();
  }
  void PostNonNestable(Task task) {
    below_->PostNonNestableTask(std::move(task));
    tasks_->NotePosted();
  }
  void PostLater(Task task, double delay_s) {
    below_->PostDelayedTask(std::move(task), delay_s);
    NoteLater(delay_s);
  }
  void PostNonNestableLater(Task task, double delay_s) {
    below_->PostNonNestableDelayedTask(std::move(task), delay_s);
    NoteLater(delay_s);
  }
  void PostIdle(IdleTask task) {
    below_->PostIdleTask(std::move(task));
    tasks_->NotePosted();
  }
  // The platform's own time for it was read before, so it is not later than this.
  void NoteLater(double delay_s) {
    tasks_->NoteDelayed(platform_.MonotonicallyIncreasingTime() + delay_s);
  }

  const std::shared_ptr<v8::TaskRunner> below_;
  const std::shared_ptr<ForegroundTasks> tasks_;
  v8::Platform& platform_;
};

}  // namespace

void ForegroundTasks::NoteDelayed(double due) {
  std::lock_guard lock(mutex_);
  due_.push_back(due);
  std::ranges::push_heap(due_, std::greater<>());
  next_due_.store(due_.front(), std::memory_order_release);
}

void ForegroundTasks::DropUntil(double now) {
  std::lock_guard lock(mutex_);
  while (!due_.empty() && due_.front() <= now) {
    std::ranges::pop_heap(due_, std::greater<>());
    due_.pop_back();
  }
  next_due_.store(due_.empty() ? kNever : due_.front(), std::memory_order_release);
}

std::shared_ptr<ForegroundTasks> ForegroundTaskNotes::Of(v8::Isolate* isolate) {
  std::lock_guard lock(mutex_);
  return entries_[isolate].tasks;
}

std::shared_ptr<v8::TaskRunner> ForegroundTaskNotes::Noting(v8::Isolate* isolate,
                                                            std::shared_ptr<v8::TaskRunner> below,
                                                            v8::Platform& platform) {
  std::lock_guard lock(mutex_);
  Entry& entry = entries_[isolate];
  if (entry.below != below) {
    entry.noting = std::make_shared<NotingTaskRunner>(below, entry.tasks, platform);
    entry.below = std::move(below);
  }
  return entry.noting;
}

void ForegroundTaskNotes::Forget(v8::Isolate* isolate) {
  std::lock_guard lock(mutex_);
  entries_.erase(isolate);
}

}  // namespace sedge::script
