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
  size_t viewed = 0;  // of the first chunk
  size_t queued = 0;
  // One of them is set while a Read waits.
  BodySource::ReadCallback reader;
  BodySource::ViewCallback viewer;
  std::function<void()> drain;
  std::function<void()> cancelled_callback;
  Status failure;
  bool said_full = false;
  bool closed = false;     // the writer is done, well or by failure
  bool cancelled = false;  // the reader is gone

  bool waited_for() const { return reader || viewer; }
  void Deliver(Result<Bytes> chunk) {
    if (reader) return std::exchange(reader, nullptr)(std::move(chunk));
    const auto report = std::exchange(viewer, nullptr);
    report(chunk.ok() ? Result<ByteSpan>(chunk->span()) : Result<ByteSpan>(chunk.status()));
  }

  // The first chunk, or what is left of it.
  Bytes TakeFirst() {
    Bytes chunk = std::move(chunks.front());
    chunks.pop_front();
    chunk.RemovePrefix(std::exchange(viewed, 0));
    queued -= chunk.size();
    return chunk;
  }

  void DropAll() {
    chunks.clear();
    queued = viewed = 0;
  }

  void TellOfRoom() {
    if (!said_full || queued > high_water / 2) return;
    said_full = false;
    if (auto tell = drain) tell();
  }

  void End(Status why) {
    if (closed) return;
    closed = true;
    drain = nullptr;
    cancelled_callback = nullptr;
    failure = std::move(why);
    if (!failure.ok()) DropAll();
    if (waited_for()) Deliver(failure.ok() ? Result<Bytes>(Bytes()) : Result<Bytes>(failure));
  }
};

class BodyPipe::Source final : public BodySource {
 public:
  explicit Source(std::shared_ptr<State> state) : state_(std::move(state)) {}
  ~Source() override { Cancel(); }

  void Read(ReadCallback done) override {
    // `done` may destroy this source.
    std::shared_ptr<State> state = state_;
    SEDGE_CHECK(!state->waited_for());
    if (!state->chunks.empty()) {
      done(state->TakeFirst());
    } else if (!state->failure.ok()) {
      done(state->failure);
    } else if (state->closed || state->cancelled) {
      done(Bytes());
    } else {
      state->reader = std::move(done);
    }
    state->TellOfRoom();
  }

  void ReadView(ViewCallback done) override {
    std::shared_ptr<State> state = state_;  // `done` may destroy this source
    SEDGE_CHECK(!state->waited_for());
    if (!state->chunks.empty()) {
      const ByteSpan rest = state->chunks.front().span().subspan(state->viewed);
      if (rest.size() > kMaxViewBytes) {
        state->viewed += kMaxViewBytes;
        state->queued -= kMaxViewBytes;
        done(rest.first(kMaxViewBytes));
      } else {
        const Bytes last = std::move(state->chunks.front());
        state->chunks.pop_front();
        state->viewed = 0;
        state->queued -= rest.size();
        done(rest);
      }
    } else if (!state->failure.ok()) {
      done(state->failure);
    } else if (state->closed || state->cancelled) {
      done(ByteSpan());
    } else {
      state->viewer = std::move(done);
    }
    state->TellOfRoom();
  }

  void Cancel() override {
    if (std::exchange(state_->cancelled, true)) return;
    state_->reader = nullptr;
    state_->viewer = nullptr;
    state_->DropAll();
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
  if (state->waited_for()) {
    state->Deliver(std::move(chunk));
    return !state->cancelled;
  }
  state->queued += chunk.size();
  state->chunks.push_back(std::move(chunk));
  if (state->queued >= state->high_water) state->said_full = true;
  return !state->said_full;
}

bool BodyPipe::WriteBorrowed(ByteSpan chunk) {
  std::shared_ptr<State> state = state_;
  if (!state->viewer || chunk.empty()) return Write(Bytes::Copy(chunk));
  const auto report = std::exchange(state->viewer, nullptr);
  report(chunk);
  return !state->cancelled;
}

bool BodyPipe::WriteView(ByteSpan chunk) {
  std::shared_ptr<State> state = state_;
  if (!state->viewer || chunk.empty()) return Write(Bytes::Copy(chunk));
  const auto report = std::exchange(state->viewer, nullptr);
  report(chunk);
  if (state->cancelled || state->closed) return false;
  if (!state->waited_for()) state->said_full = true;
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
