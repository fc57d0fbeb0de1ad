// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/fetch/watched_body.h"

#include <utility>

namespace sedge::web {
namespace {

void End(BodyWatch& watch, BodyEnd end) {
  if (watch.end != BodyEnd::kNone) return;
  watch.end = end;
  if (auto ended = std::exchange(watch.ended, nullptr)) ended(end);
}

void Look(BodyWatch& watch, bool ok, bool is_end) {
  if (!ok) {
    End(watch, BodyEnd::kFailed);
  } else if (is_end) {
    End(watch, BodyEnd::kSent);
  }
}

class WatchedBody final : public http::BodySource {
 public:
  WatchedBody(std::unique_ptr<http::BodySource> body, std::shared_ptr<BodyWatch> watch)
      : body_(std::move(body)), watch_(std::move(watch)) {}
  ~WatchedBody() override { End(*watch_, BodyEnd::kClientGone); }

  void Read(ReadCallback done) override {
    body_->Read([watch = watch_, done = std::move(done)](Result<Bytes> chunk) {
      Look(*watch, chunk.ok(), chunk.ok() && chunk->empty());
      done(std::move(chunk));
    });
  }
  void ReadView(ViewCallback done) override {
    body_->ReadView([watch = watch_, done = std::move(done)](Result<ByteSpan> chunk) {
      Look(*watch, chunk.ok(), chunk.ok() && chunk->empty());
      done(std::move(chunk));
    });
  }
  void Cancel() override {
    End(*watch_, BodyEnd::kClientGone);
    body_->Cancel();
  }
  std::optional<uint64_t> length() const override { return body_->length(); }

 private:
  std::unique_ptr<http::BodySource> body_;
  std::shared_ptr<BodyWatch> watch_;
};

}  // namespace

std::unique_ptr<http::BodySource> WatchBody(std::unique_ptr<http::BodySource> body,
                                            std::shared_ptr<BodyWatch> watch) {
  return std::make_unique<WatchedBody>(std::move(body), std::move(watch));
}

}  // namespace sedge::web
