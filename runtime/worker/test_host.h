// SPDX-License-Identifier: Apache-2.0
// TestHost: what the isolate of a test file asks the run that it belongs to (runtime/testing
// implements it). A service for ops; the isolate's thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/slot_map.h"
#include "runtime/base/status.h"

namespace sedge::worker {

class TestHost {
 public:
  virtual ~TestHost() = default;

  // A test begins; `deadline_ms` from now it is over, at the latest. `path`: its suites and its
  // name, with zero bytes between them. "" and 0: none runs.
  virtual void SetCurrentTest(std::string_view path, int64_t deadline_ms) = 0;
  // The test that runs has printed that.
  virtual void KeepOutput(int level, std::string_view text) = 0;
  // The native timer of what tests cannot move: calls the hook "fireRealTimers". Negative: not at
  // all.
  virtual void ArmRealTimer(double delay_ms) = 0;

  // The workers of the configuration, the main one first. -1: there is none of that name.
  virtual int FindWorker(std::string_view name) = 0;
  virtual std::vector<std::string> WorkerNames() = 0;
  // That of them, but the main one, which has a route for the URL; "": none has.
  virtual std::string WorkerOfRoute(std::string_view url) = 0;
  // Makes it able to take requests. Fails with a text for the user.
  virtual Status StartWorker(int index) = 0;

  // True when no request, waitUntil promise or KV operation is under way.
  virtual bool Idle() = 0;
  // Calls `done` once Idle() is true: on the loop, never before it returns.
  virtual void WhenIdle(std::function<void()> done) = 0;
  // Ends all of that but KV operations, as if those who asked had gone; then calls `done`,
  // likewise.
  virtual void CancelRunning(std::function<void()> done) = 0;
  // What is under way, for a message: "GET http://localhost/ waits for waitUntil".
  virtual std::string DescribeBusy() = 0;

  // KV: what is written from OpenFrame() on is taken back by CloseFrame(). Frames nest.
  virtual void OpenFrame() = 0;
  virtual Status CloseFrame() = 0;
  // Writes a file of wrangler's bulk format, or its text. Gives the number of entries.
  virtual Result<int64_t> SeedFile(std::string_view ns, std::string_view path) = 0;
  virtual Result<int64_t> SeedText(std::string_view ns, std::string_view json) = 0;

  // The clock stands still at a time from SetClock on, until ResetClock.
  virtual bool ClockIsHeld() = 0;
  virtual void SetClock(double wall_ms) = 0;
  // Moves it on without running anything.
  virtual void AdvanceClock(double ms) = 0;
  virtual void TickClock(double ms, std::function<void(Status)> done) = 0;
  virtual void ResetClock() = 0;

  // What nobody caught in the isolates of further workers, since this was asked last.
  virtual std::vector<std::string> TakeUncaught() = 0;

  // The request that `slot` stands for is a worker's, not the test's own.
  virtual bool IsOfWorker(SlotId slot) = 0;
  // Gives the request that `slot` stands for a failure instead of a response.
  virtual void FailFetch(SlotId slot, std::string_view why) = 0;
};

}  // namespace sedge::worker
