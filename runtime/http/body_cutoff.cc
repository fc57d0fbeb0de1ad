// SPDX-License-Identifier: Apache-2.0
#include "runtime/http/body_cutoff.h"

#include "runtime/base/check.h"

namespace sedge::http {

struct BodyCutoff::State : std::enable_shared_from_this<State> {
  std::unique_ptr<BodySource> source;
  // One of them is set while a Read waits.
  BodySource::ReadCallback reader;
  BodySource::ViewCallback viewer;
  std::function<void()> over;
  Status failure;
  bool ended = false;  // nothing is left to cut off

  void Read(BodySource::ReadCallback done) {
    SEDGE_CHECK(!reader && !viewer);
    if (!failure.ok()) return done(failure);
    const std::shared_ptr<State> self = shared_from_this();  // `done` may destroy the source
    reader = std::move(done);
    // Dropped with the source, so `this` is there when it is called.
    source->Read([this](Result<Bytes> chunk) { Deliver(reader, std::move(chunk)); });
  }

  void ReadView(BodySource::ViewCallback done) {
    SEDGE_CHECK(!reader && !viewer);
    if (!failure.ok()) return done(failure);
    const std::shared_ptr<State> self = shared_from_this();
    viewer = std::move(done);
    source->ReadView([this](Result<ByteSpan> chunk) { Deliver(viewer, std::move(chunk)); });
  }

  template <typename Chunk>
  void Deliver(std::function<void(Result<Chunk>)>& waiting, Result<Chunk> chunk) {
    const std::shared_ptr<State> self = shared_from_this();
    const bool last = !chunk.ok() || chunk->empty();
    ended |= last;
    std::exchange(waiting, nullptr)(std::move(chunk));
    if (last) TellOver();
  }

  void Fail(Status why) {
    if (std::exchange(ended, true)) return;
    failure = std::move(why);
    source->Cancel();
    if (reader) return Deliver(reader, Result<Bytes>(failure));
    if (viewer) return Deliver(viewer, Result<ByteSpan>(failure));
    TellOver();
  }

  void LetGo() {
    ended = true;
    reader = nullptr;
    viewer = nullptr;
    source->Cancel();
    TellOver();
  }

  void TellOver() {
    if (const auto tell = std::exchange(over, nullptr)) tell();
  }
};

class BodyCutoff::Source final : public BodySource {
 public:
  explicit Source(std::shared_ptr<State> state) : state_(std::move(state)) {}
  ~Source() override {
    state_->ended = true;
    state_->reader = nullptr;
    state_->viewer = nullptr;
    state_->source.reset();
    state_->TellOver();
  }

  void Read(ReadCallback done) override { state_->Read(std::move(done)); }
  void ReadView(ViewCallback done) override { state_->ReadView(std::move(done)); }
  void Cancel() override { state_->LetGo(); }
  std::optional<uint64_t> length() const override { return state_->source->length(); }

 private:
  std::shared_ptr<State> state_;
};

std::pair<std::unique_ptr<BodyCutoff>, std::unique_ptr<BodySource>> BodyCutoff::Make(
    std::unique_ptr<BodySource> source, std::function<void()> over) {
  auto state = std::make_shared<State>();
  state->source = std::move(source);
  state->over = std::move(over);
  return {std::unique_ptr<BodyCutoff>(new BodyCutoff(state)), std::make_unique<Source>(state)};
}

BodyCutoff::~BodyCutoff() { state_->over = nullptr; }

void BodyCutoff::Fail(Status why) {
  const std::shared_ptr<State> state = state_;  // `over` may destroy this cutoff
  state->Fail(std::move(why));
}

}  // namespace sedge::http
