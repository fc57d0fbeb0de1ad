// SPDX-License-Identifier: Apache-2.0
// Loop: one libuv event loop, owned by one thread. Everything in this folder belongs to the thread
// that runs its loop; only Post() may be called from others.
#pragma once

#include <uv.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "runtime/base/status.h"

namespace sedge::loop {

// Work that wants to run once at the end of the loop's turn, just before the loop sleeps: what a
// whole turn produced is then handled together. An intrusive node: deferring allocates nothing.
struct TurnNode {
  TurnNode* next = nullptr;
  TurnNode* previous = nullptr;
};

class TurnTask : private TurnNode {
 public:
  TurnTask() = default;
  TurnTask(const TurnTask&) = delete;
  TurnTask& operator=(const TurnTask&) = delete;
  // May defer itself or others again, and may destroy any task.
  virtual void OnTurnEnd() = 0;
  bool deferred() const { return next != nullptr; }

 protected:
  virtual ~TurnTask() { Undefer(); }
  void Undefer();

 private:
  friend class Loop;
};

class Loop {
 public:
  // Bytes that one read of a stream takes at most; see TcpStream for when.
  static constexpr size_t kReadBufferBytes = 256u << 10;

  static Result<std::unique_ptr<Loop>> Create();
  // Closes what is still open, running the loop until every handle is closed.
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Runs until Stop().
  void Run();
  // Makes Run() return after this turn. From this loop's thread (elsewhere: Post it).
  void Stop();
  // Runs `task` on this loop's thread, in order. Any thread.
  void Post(std::function<void()> task);
  // Runs `work` on libuv's thread pool, then `done` on this loop's thread. `done` runs even when
  // the loop is being closed only if it is still run.
  void RunBlocking(std::function<void()> work, std::function<void()> done);
  // Calls `hook` after each poll for I/O and again before the loop sleeps: the place where what
  // became ready in this turn is handled at once. One hook; it must be cheap when nothing is ready.
  void set_turn_hook(std::function<void()> hook);
  // Runs `task` once, after the turn hook; the hook is called again after it, because tasks make
  // new work ready. A task that is deferred already stays where it is.
  void Defer(TurnTask* task);
  // Runs `task` once, behind the next poll for I/O, which does not wait, and before the turn hook:
  // every byte that was here when this was called has been read then.
  void DeferPastPoll(TurnTask* task);

  // Milliseconds of the loop's cached clock; moves once per turn.
  uint64_t now_ms() const { return uv_now(&uv_); }
  uv_loop_t* uv() { return &uv_; }
  // Shared by all streams of this loop: a read's bytes live in it until its callback returns.
  char* read_buffer() { return read_buffer_.get(); }

 private:
  Loop() = default;
  void RunPosted();
  void RunTurn();
  static void Append(TurnNode& ring, TurnTask* task);
  static void Move(TurnNode& from, TurnNode& to);
  static void RunAll(TurnNode& ring);
  uv_loop_t uv_;
  uv_async_t wakeup_;
  uv_check_t check_;
  uv_prepare_t prepare_;
  std::mutex mutex_;
  std::vector<std::function<void()>> posted_;  // guarded by mutex_
  std::function<void()> turn_hook_;
  TurnNode turn_tasks_;       // a ring's fixed node
  TurnNode past_poll_tasks_;  // likewise; until a poll begins
  TurnNode polled_tasks_;     // likewise; while it goes on
  bool closing_ = false;
  std::unique_ptr<char[]> read_buffer_;
};

}  // namespace sedge::loop
