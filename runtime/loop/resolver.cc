// SPDX-License-Identifier: Apache-2.0
#include "runtime/loop/resolver.h"

#include <netdb.h>
#include <netinet/in.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <mutex>
#include <unordered_map>
#include <utility>

namespace sedge::loop {
namespace {

using Clock = std::chrono::steady_clock;

std::string ErrorName(int error, int system_error) {
  switch (error) {
    case EAI_NONAME:
    case EAI_NODATA: return "ENOTFOUND";  // as users know it
    case EAI_AGAIN: return "EAI_AGAIN";
    case EAI_FAIL: return "EAI_FAIL";
    case EAI_MEMORY: return "EAI_MEMORY";
    case EAI_SYSTEM: return uv_err_name(uv_translate_sys_error(system_error));
    default: return "EAI_" + std::to_string(error);
  }
}

Resolver::Answer AskSystem(const std::string& host) {
  addrinfo hints = {};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  Resolver::Answer answer;
  const int error = getaddrinfo(host.c_str(), nullptr, &hints, &found);
  if (error != 0) {
    answer.error = ErrorName(error, errno);
    return answer;
  }
  for (const addrinfo* info = found; info; info = info->ai_next) {
    if (info->ai_family != AF_INET && info->ai_family != AF_INET6) continue;
    sockaddr_storage address = {};
    std::memcpy(&address, info->ai_addr, info->ai_addrlen);
    answer.addresses.push_back(address);
  }
  freeaddrinfo(found);
  if (answer.addresses.empty()) answer.error = "ENOTFOUND";
  return answer;
}

}  // namespace

// `loop` is guarded by `mutex`; `done` belongs to the loop's thread.
struct Resolver::Waiter {
  std::mutex mutex;
  Loop* loop = nullptr;  // null once nobody waits
  std::function<void(const Answer&)> done;
};

struct Resolver::State {
  struct Known {
    std::vector<sockaddr_storage> addresses;
    Clock::time_point since;
  };

  Function function;
  std::mutex mutex;  // guards what follows
  std::condition_variable work;
  std::condition_variable ended;
  std::deque<std::string> queue;  // names that no thread has taken yet
  // Who waits for each name that is queued or being asked for.
  std::unordered_map<std::string, std::vector<std::shared_ptr<Waiter>>> waiters;
  std::unordered_map<std::string, Known> known;
  size_t threads = 0;
  size_t idle_threads = 0;
  bool closing = false;
};

class Resolver::RunningLookup final : public Lookup {
 public:
  RunningLookup(std::shared_ptr<State> state, std::shared_ptr<Waiter> waiter, std::string host)
      : state_(std::move(state)), waiter_(std::move(waiter)), host_(std::move(host)) {}
  ~RunningLookup() override {
    {
      const std::lock_guard lock(waiter_->mutex);
      waiter_->loop = nullptr;
    }
    waiter_->done = nullptr;
    const std::lock_guard lock(state_->mutex);
    const auto found = state_->waiters.find(host_);
    if (found != state_->waiters.end()) std::erase(found->second, waiter_);
  }

 private:
  std::shared_ptr<State> state_;
  std::shared_ptr<Waiter> waiter_;
  std::string host_;
};

Resolver::Resolver(Function function) : state_(std::make_shared<State>()) {
  state_->function = std::move(function);
}

Resolver::~Resolver() {
  std::unique_lock lock(state_->mutex);
  state_->closing = true;
  state_->work.notify_all();
  state_->ended.wait(lock, [this] { return state_->threads == 0; });
}

Resolver& Resolver::System() {
  // Never destroyed: a call that hangs must not hold up the process's end.
  static auto* const system = new Resolver(&AskSystem);
  return *system;
}

std::unique_ptr<Resolver::Lookup> Resolver::Start(Loop& loop, const std::string& host,
                                                  std::function<void(const Answer&)> done) {
  auto waiter = std::make_shared<Waiter>();
  waiter->loop = &loop;
  waiter->done = std::move(done);
  State& state = *state_;
  const std::lock_guard lock(state.mutex);
  const auto [found, is_new] = state.waiters.try_emplace(host);
  found->second.push_back(waiter);
  if (is_new) {
    state.queue.push_back(host);
    if (state.idle_threads >= state.queue.size()) {
      state.work.notify_one();
    } else if (state.threads < kMaxThreads) {
      auto* argument = new std::shared_ptr<State>(state_);
      uv_thread_t thread;
      const int error = uv_thread_create(
          &thread,
          [](void* given) {
            const std::unique_ptr<std::shared_ptr<State>> owned(
                static_cast<std::shared_ptr<State>*>(given));
            RunThread(*owned);
          },
          argument);
      if (error == 0) {
        pthread_detach(thread);
        ++state.threads;
      } else {
        delete argument;  // the machine has no thread left: one that runs does it, or nobody
      }
    }
  }
  return std::make_unique<RunningLookup>(state_, std::move(waiter), host);
}

void Resolver::RunThread(std::shared_ptr<State> state) {
  std::unique_lock lock(state->mutex);
  for (;;) {
    ++state->idle_threads;
    const bool woken = state->work.wait_for(lock, std::chrono::milliseconds(kThreadIdleMs), [&] {
      return state->closing || !state->queue.empty();
    });
    --state->idle_threads;
    if (!woken || state->closing) break;
    const std::string host = std::move(state->queue.front());
    state->queue.pop_front();
    if (const auto found = state->waiters.find(host); found->second.empty()) {
      state->waiters.erase(found);  // they have given up
      continue;
    }
    lock.unlock();
    const Answer answer = state->function(host);
    lock.lock();
    Finish(*state, host, answer);
  }
  --state->threads;
  state->ended.notify_all();
}

// REQUIRES: the state is locked.
void Resolver::Finish(State& state, const std::string& host, const Answer& answer) {
  const auto found = state.waiters.find(host);
  const std::vector<std::shared_ptr<Waiter>> waiters = std::move(found->second);
  state.waiters.erase(found);
  state.known.erase(host);
  if (answer.error.empty()) {
    if (state.known.size() >= kMaxCached) state.known.clear();
    state.known.emplace(host, State::Known{answer.addresses, Clock::now()});
  }
  for (const std::shared_ptr<Waiter>& waiter : waiters) {
    const std::lock_guard lock(waiter->mutex);
    if (!waiter->loop) continue;
    waiter->loop->Post([waiter, answer] {
      if (const auto done = std::exchange(waiter->done, nullptr)) done(answer);
    });
  }
}

std::optional<std::vector<sockaddr_storage>> Resolver::Cached(const std::string& host,
                                                              int64_t max_age_ms) {
  if (max_age_ms <= 0) return std::nullopt;
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->known.find(host);
  if (found == state_->known.end() ||
      Clock::now() - found->second.since > std::chrono::milliseconds(max_age_ms)) {
    return std::nullopt;
  }
  return found->second.addresses;
}

}  // namespace sedge::loop
