// SPDX-License-Identifier: Apache-2.0
#include "runtime/loop/loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "runtime/loop/timer.h"
#include "tests/loop/run_until.h"

namespace sedge::loop {
namespace {

using ::testing::ElementsAre;

std::unique_ptr<Loop> MakeLoop() {
  auto loop = Loop::Create();
  EXPECT_TRUE(loop.ok());
  return std::move(loop).value();
}

class RecordingTask final : public TurnTask {
 public:
  RecordingTask(std::vector<std::string>* log, std::string name)
      : log_(log), name_(std::move(name)) {}
  void OnTurnEnd() override {
    log_->push_back(name_);
    if (action) action();
  }
  std::function<void()> action;

 private:
  std::vector<std::string>* log_;
  std::string name_;
};

TEST(LoopTest, PostedTasksOfAnotherThreadRunInOrderOnTheLoopsThread) {
  auto loop = MakeLoop();
  std::vector<int> order;
  std::thread::id ran_on;
  std::thread poster([&] {
    for (int i = 0; i < 100; ++i) {
      loop->Post([&, i] {
        order.push_back(i);
        ran_on = std::this_thread::get_id();
      });
    }
    loop->Post([&] { loop->Stop(); });
  });
  loop->Run();
  poster.join();
  ASSERT_EQ(order.size(), 100u);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(order[i], i);
  EXPECT_EQ(ran_on, std::this_thread::get_id());
}

TEST(LoopTest, BlockingWorkRunsElsewhereAndItsEndHere) {
  auto loop = MakeLoop();
  std::thread::id worked_on;
  std::thread::id done_on;
  loop->RunBlocking([&] { worked_on = std::this_thread::get_id(); },
                    [&] {
                      done_on = std::this_thread::get_id();
                      loop->Stop();
                    });
  loop->Run();
  EXPECT_NE(worked_on, std::this_thread::get_id());
  EXPECT_EQ(done_on, std::this_thread::get_id());
}

TEST(LoopTest, ALoopThatIsDestroyedDropsWhatWasToCome) {
  bool ran = false;
  {
    auto loop = MakeLoop();
    loop->Post([&] { ran = true; });
    loop->RunBlocking([] {}, [&] { ran = true; });
  }
  EXPECT_FALSE(ran);
}

TEST(LoopTest, TheHookSeesWhatATimerMadeReadyBeforeTheLoopSleeps) {
  auto loop = MakeLoop();
  bool ready = false;
  Timer timer(*loop, [&] { ready = true; });
  timer.Start(1);
  // Nothing else wakes the loop: a hook that ran only after I/O would never stop it.
  loop->set_turn_hook([&] {
    if (ready) loop->Stop();
  });
  Timer guard(*loop, [&] {
    ADD_FAILURE() << "the hook was not called";
    loop->Stop();
  });
  guard.Start(10'000);
  loop->Run();
  EXPECT_TRUE(ready);
}

TEST(LoopTest, TurnTasksRunOnceAfterTheHookAndTheHookFollowsThem) {
  auto loop = MakeLoop();
  std::vector<std::string> log;
  RecordingTask a(&log, "a");
  RecordingTask b(&log, "b");
  bool counting = false;
  loop->set_turn_hook([&] {
    if (counting) log.push_back("hook");
  });
  loop->Post([&] {
    counting = true;
    loop->Defer(&a);
    loop->Defer(&b);
    loop->Defer(&a);
  });
  RunUntil(*loop, [&] { return log.size() >= 4; });
  log.resize(4);
  EXPECT_THAT(log, ElementsAre("hook", "a", "b", "hook"));
}

TEST(LoopTest, ATurnTaskMayDeferItselfAndDestroyAnother) {
  auto loop = MakeLoop();
  std::vector<std::string> log;
  auto victim = std::make_unique<RecordingTask>(&log, "victim");
  RecordingTask again(&log, "again");
  again.action = [&] {
    victim.reset();
    if (log.size() < 3) loop->Defer(&again);
  };
  loop->Post([&] {
    loop->Defer(&again);
    loop->Defer(victim.get());
  });
  EXPECT_TRUE(RunUntil(*loop, [&] { return log.size() == 3; }));
  EXPECT_THAT(log, ElementsAre("again", "again", "again"));
}

TEST(LoopTest, ATaskThatAlwaysDefersItselfDoesNotStarveTimers) {
  auto loop = MakeLoop();
  std::vector<std::string> log;
  RecordingTask busy(&log, "busy");
  busy.action = [&] {
    log.clear();
    loop->Defer(&busy);
  };
  loop->Defer(&busy);
  bool fired = false;
  Timer timer(*loop, [&] { fired = true; });
  timer.Start(5);
  EXPECT_TRUE(RunUntil(*loop, [&] { return fired; }));
}

// What had come when a timer was due is read before the task runs, even when the loop was busy; the
// poll does not wait for anything.
TEST(LoopTest, ATaskPastThePollSeesWhatCameBefore) {
  auto loop = MakeLoop();
  int ends[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  std::vector<std::string> log;
  uv_poll_t poll;
  poll.data = &log;
  uv_poll_init(loop->uv(), &poll, ends[0]);
  uv_poll_start(&poll, UV_READABLE, [](uv_poll_t* handle, int, int) {
    static_cast<std::vector<std::string>*>(handle->data)->push_back("read");
    uv_poll_stop(handle);
  });
  RecordingTask task(&log, "task");
  task.action = [&] { loop->Stop(); };
  Timer timer(*loop, [&] {
    ASSERT_EQ(write(ends[1], "x", 1), 1);
    loop->DeferPastPoll(&task);
    loop->DeferPastPoll(&task);
  });
  loop->set_turn_hook([&] {
    if (!log.empty() && log.back() == "task") log.push_back("hook");
  });
  timer.Start(0);
  loop->Run();
  EXPECT_THAT(log, ElementsAre("read", "task", "hook"));

  // The poll that goes on is not the next one.
  log.clear();
  uv_poll_start(&poll, UV_READABLE, [](uv_poll_t* handle, int, int) {
    static_cast<std::vector<std::string>*>(handle->data)->push_back("read");
    if (static_cast<std::vector<std::string>*>(handle->data)->size() == 2) uv_poll_stop(handle);
  });
  loop->Post([&] { loop->DeferPastPoll(&task); });
  loop->Run();
  loop->set_turn_hook(nullptr);
  EXPECT_THAT(log, ElementsAre("read", "read", "task", "hook"));
  uv_close(reinterpret_cast<uv_handle_t*>(&poll), nullptr);
  uv_run(loop->uv(), UV_RUN_NOWAIT);
  close(ends[0]);
  close(ends[1]);
}

TEST(TimerTest, FiresOnceAndMayBeSetAnew) {
  auto loop = MakeLoop();
  int fired = 0;
  Timer timer(*loop, [&] { ++fired; });
  EXPECT_FALSE(timer.active());
  timer.Start(60'000);
  EXPECT_TRUE(timer.active());
  timer.Start(1);
  EXPECT_TRUE(RunUntil(*loop, [&] { return fired == 1; }));
  EXPECT_FALSE(timer.active());
}

TEST(TimerTest, OneThatStartsItselfWithoutADelayLeavesTheLoopToOthers) {
  std::unique_ptr<Loop> loop = MakeLoop();
  int fired = 0;
  bool posted = false;
  std::unique_ptr<Timer> timer;
  timer = std::make_unique<Timer>(*loop, [&] {
    if (++fired == 1) {
      loop->Post([&] {
        posted = true;
        loop->Stop();
      });
    }
    ASSERT_LT(fired, 1000) << "the posted task does not get its turn";
    timer->Start(0);
  });
  timer->Start(0);
  loop->Run();
  EXPECT_TRUE(posted);
  timer.reset();
}

TEST(TimerTest, AStoppedTimerDoesNotFire) {
  auto loop = MakeLoop();
  bool fired = false;
  Timer timer(*loop, [&] { fired = true; });
  timer.Start(1);
  timer.Stop();
  bool later = false;
  Timer after(*loop, [&] { later = true; });
  after.Start(5);
  EXPECT_TRUE(RunUntil(*loop, [&] { return later; }));
  EXPECT_FALSE(fired);
}

TEST(TimerTest, MayBeDestroyedByItsOwnCallback) {
  auto loop = MakeLoop();
  std::unique_ptr<Timer> timer;
  auto witness = std::make_shared<int>(0);
  timer = std::make_unique<Timer>(*loop, [&timer, witness] {
    timer.reset();
    *witness = 1;  // the callback's own captures are still there
  });
  timer->Start(1);
  EXPECT_TRUE(RunUntil(*loop, [&] { return *witness == 1; }));
  EXPECT_EQ(timer, nullptr);
}

}  // namespace
}  // namespace sedge::loop
