// SPDX-License-Identifier: Apache-2.0
#include "runtime/worker/test_ops.h"

#include "runtime/base/clock.h"
#include "runtime/worker/test_host.h"

namespace sedge::worker {
namespace {

using script::Deferred;
using script::Isolate;
using script::Op;

// Of the machine, whatever the tests' clock says.
double TestNow() { return static_cast<double>(Clock::System().MonotonicNs()) / 1e6; }

// What is not a time is no limit.
void TestBegin(TestHost& host, std::string_view path, double deadline_ms) {
  constexpr double kMaxMs = 1e12;
  const bool is_limit = deadline_ms > 0 && deadline_ms < kMaxMs;
  host.SetCurrentTest(path, is_limit ? static_cast<int64_t>(deadline_ms) : 0);
}
void TestKeepOutput(TestHost& host, int32_t level, std::string_view text) {
  host.KeepOutput(level, text);
}
void TestArmTimer(TestHost& host, double delay_ms) { host.ArmRealTimer(delay_ms); }

int32_t TestFindWorker(TestHost& host, std::string_view name) { return host.FindWorker(name); }
std::vector<std::string> TestWorkerNames(TestHost& host) { return host.WorkerNames(); }
std::string TestWorkerOfRoute(TestHost& host, std::string_view url) {
  return host.WorkerOfRoute(url);
}
std::vector<std::string> TestTakeUncaught(TestHost& host) { return host.TakeUncaught(); }
// A text that says why it cannot; null when it has started.
std::optional<std::string> TestStartWorker(TestHost& host, int32_t index) {
  const Status status = host.StartWorker(index);
  return status.ok() ? std::nullopt : std::optional(std::string(status.message()));
}

bool TestIsIdle(TestHost& host) { return host.Idle(); }
void TestWhenIdle(Deferred deferred, TestHost& host) {
  host.WhenIdle([deferred = std::move(deferred)] { deferred.ResolveUndefined(); });
}
void TestCancelRunning(Deferred deferred, TestHost& host) {
  host.CancelRunning([deferred = std::move(deferred)] { deferred.ResolveUndefined(); });
}
std::string TestDescribeBusy(TestHost& host) { return host.DescribeBusy(); }

void TestOpenFrame(TestHost& host) { host.OpenFrame(); }
Status TestCloseFrame(TestHost& host) { return host.CloseFrame(); }
Result<double> TestSeedFile(TestHost& host, std::string_view ns, std::string_view path) {
  SEDGE_ASSIGN_OR_RETURN(const int64_t count, host.SeedFile(ns, path));
  return static_cast<double>(count);
}
Result<double> TestSeedText(TestHost& host, std::string_view ns, std::string_view json) {
  SEDGE_ASSIGN_OR_RETURN(const int64_t count, host.SeedText(ns, json));
  return static_cast<double>(count);
}

bool TestClockIsHeld(TestHost& host) { return host.ClockIsHeld(); }
void TestSetClock(TestHost& host, double wall_ms) { host.SetClock(wall_ms); }
void TestAdvanceClock(TestHost& host, double ms) { host.AdvanceClock(ms); }
void TestTickClock(Deferred deferred, TestHost& host, double ms) {
  host.TickClock(
      ms, [deferred = std::move(deferred)](const Status& status) { deferred.Settle(status); });
}
void TestResetClock(TestHost& host) { host.ResetClock(); }

bool TestIsOfWorker(TestHost& host, uint64_t slot) { return host.IsOfWorker(slot); }
void TestFailFetch(TestHost& host, uint64_t slot, std::string_view why) {
  host.FailFetch(slot, why);
}

constexpr script::OpDef kOps[] = {
    Op<TestNow>("testNow"),
    Op<TestBegin>("testBegin"),
    Op<TestKeepOutput>("testKeepOutput"),
    Op<TestArmTimer>("testArmTimer"),
    Op<TestFindWorker>("testFindWorker"),
    Op<TestWorkerNames>("testWorkerNames"),
    Op<TestWorkerOfRoute>("testWorkerOfRoute"),
    Op<TestStartWorker>("testStartWorker"),
    Op<TestIsIdle>("testIsIdle"),
    Op<TestWhenIdle>("testWhenIdle"),
    Op<TestCancelRunning>("testCancelRunning"),
    Op<TestDescribeBusy>("testDescribeBusy"),
    Op<TestOpenFrame>("testOpenFrame"),
    Op<TestCloseFrame>("testCloseFrame"),
    Op<TestSeedFile>("testSeedFile"),
    Op<TestSeedText>("testSeedText"),
    Op<TestClockIsHeld>("testClockIsHeld"),
    Op<TestSetClock>("testSetClock"),
    Op<TestAdvanceClock>("testAdvanceClock"),
    Op<TestTickClock>("testTickClock"),
    Op<TestResetClock>("testResetClock"),
    Op<TestTakeUncaught>("testTakeUncaught"),
    Op<TestIsOfWorker>("testIsOfWorker"),
    Op<TestFailFetch>("testFailFetch"),
};

}  // namespace

std::span<const script::OpDef> TestOps() { return kOps; }

}  // namespace sedge::worker
