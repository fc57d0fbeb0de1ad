// SPDX-License-Identifier: Apache-2.0
#include "runtime/loop/loop.h"

#include <csignal>
#include <string>
#include <utility>

#include "runtime/base/check.h"

namespace sedge::loop {
namespace {

// Rounds of hook and turn tasks before I/O gets its turn again.
constexpr int kMaxTurnRounds = 64;

struct BlockingWork {
  uv_work_t request;
  std::function<void()> work;
  std::function<void()> done;
  const bool* closing;
};

}  // namespace

void TurnTask::Undefer() {
  if (!next) return;
  previous->next = next;
  next->previous = previous;
  next = previous = nullptr;
}

Result<std::unique_ptr<Loop>> Loop::Create() {
  // A write to a peer that is gone is an error of that write, not the end of the process.
  std::signal(SIGPIPE, SIG_IGN);
  std::unique_ptr<Loop> loop(new Loop());
  for (TurnNode* ring : {&loop->turn_tasks_, &loop->past_poll_tasks_, &loop->polled_tasks_}) {
    ring->next = ring->previous = ring;
  }
  if (const int error = uv_loop_init(&loop->uv_); error != 0) {
    loop->closing_ = true;  // nothing is open
    return ResourceExhausted(std::string("cannot make an event loop: ") + uv_strerror(error));
  }
  loop->read_buffer_ = std::make_unique<char[]>(kReadBufferBytes);
  Loop* self = loop.get();
  SEDGE_CHECK(uv_async_init(&self->uv_, &self->wakeup_, [](uv_async_t* handle) {
                static_cast<Loop*>(handle->data)->RunPosted();
              }) == 0);
  self->wakeup_.data = self;
  SEDGE_CHECK(uv_check_init(&self->uv_, &self->check_) == 0);
  SEDGE_CHECK(uv_prepare_init(&self->uv_, &self->prepare_) == 0);
  self->check_.data = self->prepare_.data = self;
  uv_check_start(&self->check_, [](uv_check_t* h) {
    auto* polled = static_cast<Loop*>(h->data);
    if (polled->polled_tasks_.next != &polled->polled_tasks_) RunAll(polled->polled_tasks_);
    polled->RunTurn();
  });
  // Timers and closed handles come between a check and the next poll.
  uv_prepare_start(&self->prepare_, [](uv_prepare_t* h) {
    auto* polling = static_cast<Loop*>(h->data);
    polling->RunTurn();
    Move(polling->past_poll_tasks_, polling->polled_tasks_);
  });
  return loop;
}

Loop::~Loop() {
  if (closing_) return;
  closing_ = true;
  turn_hook_ = nullptr;
  uv_walk(
      &uv_,
      [](uv_handle_t* handle, void*) {
        if (!uv_is_closing(handle)) uv_close(handle, nullptr);
      },
      nullptr);
  while (uv_loop_close(&uv_) == UV_EBUSY) uv_run(&uv_, UV_RUN_DEFAULT);
  for (TurnNode* ring : {&turn_tasks_, &past_poll_tasks_, &polled_tasks_}) {
    while (ring->next != ring) static_cast<TurnTask*>(ring->next)->Undefer();
  }
}

void Loop::Run() { uv_run(&uv_, UV_RUN_DEFAULT); }

void Loop::Stop() { uv_stop(&uv_); }

void Loop::Post(std::function<void()> task) {
  {
    std::lock_guard lock(mutex_);
    posted_.push_back(std::move(task));
  }
  uv_async_send(&wakeup_);
}

void Loop::RunPosted() {
  std::vector<std::function<void()>> tasks;
  {
    std::lock_guard lock(mutex_);
    tasks.swap(posted_);
  }
  if (closing_) return;
  for (std::function<void()>& task : tasks) task();
}

void Loop::RunBlocking(std::function<void()> work, std::function<void()> done) {
  auto* job = new BlockingWork{{}, std::move(work), std::move(done), &closing_};
  job->request.data = job;
  const int error = uv_queue_work(
      &uv_, &job->request,
      [](uv_work_t* request) { static_cast<BlockingWork*>(request->data)->work(); },
      [](uv_work_t* request, int) {
        std::unique_ptr<BlockingWork> owned(static_cast<BlockingWork*>(request->data));
        if (!*owned->closing && owned->done) owned->done();
      });
  SEDGE_CHECK(error == 0);
}

void Loop::set_turn_hook(std::function<void()> hook) { turn_hook_ = std::move(hook); }

void Loop::Append(TurnNode& ring, TurnTask* task) {
  if (task->deferred()) return;
  task->next = &ring;
  task->previous = ring.previous;
  ring.previous->next = task;
  ring.previous = task;
}

// REQUIRES: `to` is empty.
void Loop::Move(TurnNode& from, TurnNode& to) {
  if (from.next == &from) return;
  to = from;
  to.next->previous = to.previous->next = &to;
  from.next = from.previous = &from;
}

// Only what is there now: what is deferred meanwhile stays.
void Loop::RunAll(TurnNode& ring) {
  TurnNode batch;
  batch.next = batch.previous = &batch;
  Move(ring, batch);
  while (batch.next != &batch) {
    auto* task = static_cast<TurnTask*>(batch.next);
    task->Undefer();
    task->OnTurnEnd();
  }
}

void Loop::Defer(TurnTask* task) { Append(turn_tasks_, task); }

void Loop::DeferPastPoll(TurnTask* task) {
  Append(past_poll_tasks_, task);
  uv_async_send(&wakeup_);  // the next poll returns at once
}

void Loop::RunTurn() {
  if (turn_hook_) turn_hook_();
  for (int round = 0; turn_tasks_.next != &turn_tasks_; ++round) {
    if (round == kMaxTurnRounds) {
      uv_async_send(&wakeup_);  // the next poll returns at once
      return;
    }
    // What is deferred meanwhile comes after the hook.
    RunAll(turn_tasks_);
    if (turn_hook_) turn_hook_();
  }
}

}  // namespace sedge::loop
