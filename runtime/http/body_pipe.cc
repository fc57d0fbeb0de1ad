// SPDX-License-Identifier: Apache-2.0
#include "runtime/http/body_pipe.h"

#include <deque>
#include <utility>

#include "runtime/base/check.h"

namespace sedge::http {

struct BodyPipe::State {
  std::optional<uint64_t> length;
  size_t high_water = 0;
  std::deque<Bytes> chunks;
  size_t queued = 0;
  BodySource::ReadCallback reader;  // set while a Read waits
  std::function<void()> drain;
  std::function<void()> cancelled_callback;
  Status failure;
  bool said_full = false;
  bool closed = false;     // the writer is done, well or by failure
  bool cancelled = false;  // the reader is gone

  void Deliver(Result<Bytes> chunk) { std::exchange(reader, nullptr)(std::move(chunk)); }

  void End(Status why) {
    if (closed) return;
    closed = true;
    drain = nullptr;
    cancelled_callback = nullptr;
    failure = std::move(why);
    if (!failure.ok()) {
      chunks.clear();
      queued = 0;
    }
    if (reader) Deliver(failure.ok() ? Result<Bytes>(Bytes()) : Result<Bytes>(failure));
  }
};

class BodyPipe::Source final : public BodySource {
 public:
  explicit Source(std::shared_ptr<State> state) : state_(std::move(state)) {}
  ~Source() override { Cancel(); }

  void Read(ReadCallback done) override {
    // `done` may destroy this source.
    std::shared_ptr<State> state = state_;
    SEDGE_CHECK(!state->reader);
    if (!state->chunks.empty()) {
      Bytes chunk = std::move(state->chunks.front());
      state->chunks.pop_front();
      state->queued -= chunk.size();
      done(std::move(chunk));
      if (state->said_full && state->queued <= state->high_water / 2) {
        state->said_full = false;
        if (auto drain = state->drain) drain();
      }
    } else if (!state->failure.ok()) {
      done(state->failure);
    } else if (state->closed || state->cancelled) {
      done(Bytes());
    } else {
      state->reader = std::move(done);
    }
  }

  void Cancel() override {
    if (std::exchange(state_->cancelled, true)) return;
    state_->reader = nullptr;
    state_->chunks.clear();
    state_->queued = 0;
    state_->drain = nullptr;
    if (auto callback = std::exchange(state_->cancelled_callback, nullptr)) callback();
  }

  std::optional<uint64_t> length() const override { return state_->length; }

 private:
  std::shared_ptr<State> state_;
};

std::pair<std::unique_ptr<BodyPipe>, std::unique_ptr<BodySource>> BodyPipe::Make(
    std::optional<uint64_t> length, size_t high_water_bytes) {
  auto state = std::make_shared<State>();
  state->length = length;
  state->high_water = high_water_bytes;
  return {std::unique_ptr<BodyPipe>(new BodyPipe(state)), std::make_unique<Source>(state)};
}

BodyPipe::~BodyPipe() {
  state_->End(Unavailable("the body ended before it was complete: its sender went away"));
}

bool BodyPipe::Write(Bytes chunk) {
  // The reader's callback may destroy this pipe.
  std::shared_ptr<State> state = state_;
  if (state->cancelled || state->closed) return false;
  if (chunk.empty()) return !state->said_full;
  if (state->reader) {
    state->Deliver(std::move(chunk));
    return !state->cancelled;
  }
  state->queued += chunk.size();
  state->chunks.push_back(std::move(chunk));
  if (state->queued >= state->high_water) state->said_full = true;
  return !state->said_full;
}

void BodyPipe::Close() { state_->End(OkStatus()); }

void BodyPipe::Fail(Status why) { state_->End(std::move(why)); }

void BodyPipe::set_drain_callback(std::function<void()> drain) {
  if (!state_->closed && !state_->cancelled) state_->drain = std::move(drain);
}

void BodyPipe::set_cancel_callback(std::function<void()> cancelled) {
  if (!state_->closed && !state_->cancelled) state_->cancelled_callback = std::move(cancelled);
}

bool BodyPipe::cancelled() const { return state_->cancelled; }

size_t BodyPipe::queued_bytes() const { return state_->queued; }

}  // namespace sedge::http
