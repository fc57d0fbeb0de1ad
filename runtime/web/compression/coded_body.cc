// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/compression/coded_body.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "runtime/base/check.h"
#include "runtime/loop/loop.h"
#include "runtime/web/compression/codec_stream.h"

namespace sedge::web {
namespace {

// Put into a codec at once: what compresses to nearly nothing is long work, too.
constexpr size_t kSliceBytes = 256u << 10;
// Bytes in and out in one turn of the loop, after which others are served.
constexpr size_t kTurnBytes = 1u << 20;

class CodedBody final : public http::BodySource {
 public:
  CodedBody(std::unique_ptr<http::BodySource> source, CodecStream::Direction direction,
            Coding coding, loop::Loop* loop)
      : source_(std::move(source)), direction_(direction), coding_(coding), loop_(loop) {}
  ~CodedBody() override { Cancel(); }

  void Read(ReadCallback done) override {
    SEDGE_CHECK(!done_ && !over_);
    done_ = std::move(done);
    Run();
  }

  void Cancel() override {
    over_ = true;
    done_ = nullptr;
    if (source_) source_->Cancel();
    stream_.reset();
    arrived_ = Bytes();
  }

  std::optional<uint64_t> length() const override { return std::nullopt; }

 private:
  using Outcome = std::optional<Result<Bytes>>;  // for the reader; nothing: go on

  // Works until there is something for the reader, or it has to wait.
  void Run() {
    if (running_ || deferred_ || !done_) return;
    running_ = true;
    waiting_ = false;
    Outcome outcome;
    while (!outcome && !waiting_) {
      if (worked_ >= kTurnBytes && loop_) {
        GoOnLater();
        break;
      }
      outcome = Step();
    }
    running_ = false;
    if (!outcome) return;
    over_ |= !outcome->ok() || (*outcome)->empty();
    std::exchange(done_, nullptr)(*std::move(outcome));  // may destroy this
  }

  void GoOnLater() {
    deferred_ = true;
    loop_->Post([this, alive = std::weak_ptr<bool>(alive_)] {
      if (alive.expired()) return;
      deferred_ = false;
      worked_ = 0;
      Run();
    });
  }

  // What comes within one turn of the loop is compressed together.
  void FlushLater() {
    if (std::exchange(flush_posted_, true)) return;
    loop_->Post([this, alive = std::weak_ptr<bool>(alive_)] {
      if (alive.expired()) return;
      flush_posted_ = false;
      flush_due_ = true;
      Run();
    });
  }

  Outcome Step() {
    if (!stream_) MakeStream();
    if (stream_->pending() != CodecStream::Pending::kNothing) return Out(stream_->More());
    if (taken_ < arrived_.size()) return PutIn();
    if (!failure_.ok()) return failure_;
    if (source_over_) return Finish();
    if (!reading_) {
      ReadSource();
      if (!reading_) return std::nullopt;
    }
    if (unflushed_ && (flush_due_ || !loop_)) {
      Result<Bytes> chunk = stream_->Flush();
      unflushed_ = flush_due_ = chunk.ok() && !chunk->empty();
      if (unflushed_) return Out(std::move(chunk));
    }
    if (unflushed_) FlushLater();
    waiting_ = true;
    return std::nullopt;
  }

  void MakeStream() {
    const bool decode = direction_ == CodecStream::Direction::kDecompress;
    stream_.emplace(
        direction_, decode ? DecodingFormat(coding_) : EncodingFormat(coding_),
        CodecStream::Options{.many_members = coding_ == Coding::kGzip || coding_ == Coding::kZstd,
                             .empty_is_valid = true});
  }

  Outcome PutIn() {
    const ByteSpan rest = arrived_.span().subspan(taken_);
    const ByteSpan slice = rest.first(std::min(rest.size(), kSliceBytes));
    taken_ += slice.size();
    worked_ += slice.size();
    unflushed_ = direction_ == CodecStream::Direction::kCompress;
    flush_due_ = false;
    return Out(stream_->Push(slice));
  }

  Outcome Out(Result<Bytes> chunk) {
    if (!chunk.ok()) return Undecodable(chunk.status());
    worked_ += chunk->size();
    if (chunk->empty()) return std::nullopt;
    return chunk;
  }

  Outcome Finish() {
    Result<Bytes> chunk = stream_->Finish();
    if (!chunk.ok()) return Undecodable(chunk.status());
    worked_ += chunk->size();
    return chunk;
  }

  Status Undecodable(const Status& why) const {
    if (why.code() != StatusCode::kInvalidArgument) return why;
    return why.WithPrefix("the body cannot be decoded as its content-encoding \"" +
                          std::string(CodingName(coding_)) + "\" says");
  }

  void ReadSource() {
    reading_ = true;
    // Dropped with the source, so `this` is there when it is called.
    source_->Read([this](Result<Bytes> chunk) {
      reading_ = false;
      if (!chunk.ok()) {
        failure_ = chunk.status();
      } else if (chunk->empty()) {
        source_over_ = true;
      } else {
        arrived_ = std::move(chunk).value();
        taken_ = 0;
      }
      if (!running_) worked_ = 0;  // the loop had its turn
      Run();
    });
  }

  std::unique_ptr<http::BodySource> source_;
  const CodecStream::Direction direction_;
  const Coding coding_;
  loop::Loop* const loop_;
  std::optional<CodecStream>
      stream_;  // made by the first Read: most bodies are passed on as they are
  ReadCallback done_;
  Bytes arrived_;     // the source's last chunk, of which
  size_t taken_ = 0;  // so much is in the codec
  Status failure_;    // of the source
  size_t worked_ = 0;
  bool reading_ = false;
  bool source_over_ = false;
  bool running_ = false;
  bool waiting_ = false;
  bool deferred_ = false;
  bool unflushed_ = false;  // the reader cannot read yet all that was put in
  bool flush_due_ = false;
  bool flush_posted_ = false;
  bool over_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace

std::unique_ptr<http::BodySource> MakeDecodedBody(std::unique_ptr<http::BodySource> source,
                                                  const CodingList& codings, loop::Loop* loop) {
  for (auto coding = codings.rbegin(); coding != codings.rend(); ++coding) {
    source = std::make_unique<CodedBody>(std::move(source), CodecStream::Direction::kDecompress,
                                         *coding, loop);
  }
  return source;
}

std::unique_ptr<http::BodySource> MakeEncodedBody(std::unique_ptr<http::BodySource> source,
                                                  Coding coding, loop::Loop* loop) {
  return std::make_unique<CodedBody>(std::move(source), CodecStream::Direction::kCompress, coding,
                                     loop);
}

Bytes EncodeBytes(ByteSpan bytes, Coding coding) {
  CodecStream stream(CodecStream::Direction::kCompress, EncodingFormat(coding));
  std::vector<Bytes> chunks;
  const auto add = [&](Result<Bytes> chunk) {
    SEDGE_CHECK(chunk.ok());  // any bytes can be compressed
    const bool more = !chunk->empty();
    if (more) chunks.push_back(std::move(chunk).value());
    return more;
  };
  add(stream.Push(bytes));
  while (stream.pending() != CodecStream::Pending::kNothing) add(stream.More());
  while (add(stream.Finish())) {
  }
  return Bytes::Join(std::move(chunks));
}

}  // namespace sedge::web
