// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/compression/codec_stream.h"

#include <algorithm>
#include <string>
#include <utility>

namespace sedge::web {
namespace {

// Memory for a whole chunk is handed on only where most of it is used.
Bytes Fitting(Bytes chunk, size_t size) {
  if (size < chunk.size() / 2) return Bytes::Copy(chunk.span().first(size));
  chunk.Truncate(size);
  return chunk;
}

}  // namespace

CodecStream::CodecStream(Direction direction, Format format, Options options)
    : direction_(direction),
      format_(format),
      options_(options),
      codec_(direction == Direction::kCompress ? MakeCompressor(format)
                                               : MakeDecompressor(format)) {}

CodecStream::Pending CodecStream::pending() const {
  if (!ahead_.empty()) return Pending::kOutput;
  if (!failure_.ok()) return Pending::kFailure;
  return input_.empty() ? Pending::kNothing : Pending::kOutput;
}

Result<Bytes> CodecStream::Push(ByteSpan input) {
  if (input.empty()) return Bytes();
  input_ = input;
  Result<Bytes> chunk = Next();
  if (!input_.empty()) {
    kept_ = Bytes::Copy(input_);
    input_ = kept_.span();
  }
  return chunk;
}

Result<Bytes> CodecStream::PushOwned(Bytes input) {
  if (input.empty()) return Bytes();
  kept_ = std::move(input);
  input_ = kept_.span();
  return More();
}

Result<Bytes> CodecStream::More() {
  if (ahead_.empty() && !failure_.ok()) return failure_;
  Result<Bytes> chunk = Next();
  if (input_.empty()) kept_ = Bytes();
  return chunk;
}

Result<Bytes> CodecStream::Next() {
  Result<Bytes> chunk = ahead_.empty() ? Produce(Codec::Flush::kNone) : std::move(ahead_);
  if (!chunk.ok()) {
    input_ = {};
    failure_ = chunk.status();
    return chunk;
  }
  // A full chunk may have been the last: only the next one tells.
  if (chunk->size() == kChunkBytes && pending() == Pending::kNothing && !ended_) {
    Result<Bytes> next = Produce(Codec::Flush::kNone);
    if (next.ok()) {
      ahead_ = std::move(next).value();
    } else {
      failure_ = next.status();
    }
  }
  if (chunk->empty() && !failure_.ok()) return failure_;
  return chunk;
}

Result<Bytes> CodecStream::Finish() {
  if (direction_ == Direction::kCompress) return ended_ ? Bytes() : Produce(Codec::Flush::kFinish);
  if (ended_ || (taken_ == 0 && options_.empty_is_valid)) return Bytes();
  return InvalidArgument("the " + std::string(FormatName(format_)) +
                         " data is incomplete: it ends after " + std::to_string(taken_) + " bytes");
}

Result<Bytes> CodecStream::Produce(Codec::Flush flush) {
  Bytes chunk = Bytes::Allocate(kChunkBytes);
  size_t size = 0;
  while (size < kChunkBytes) {
    if (ended_ && !BeginMember()) break;
    const std::span<uint8_t> space(chunk.data() + size, kChunkBytes - size);
    Result<Codec::Step> step = RunCodec(space, flush);
    if (step.ok()) size += step->produced;
    const Status& failure = step.ok() ? step->failure : step.status();
    if (!failure.ok()) {
      if (size == 0) return Corrupt(failure);
      failure_ = Corrupt(failure);  // after what came before
      input_ = {};
      break;
    }
    if (ended_) continue;
    if (step->produced < space.size() && input_.empty()) break;
    if (step->produced == 0 && step->consumed == 0) return Internal("a codec does not go on");
  }
  return Fitting(std::move(chunk), size);
}

Result<Codec::Step> CodecStream::RunCodec(std::span<uint8_t> output, Codec::Flush flush) {
  Result<Codec::Step> step = codec_->Run(input_, output, flush);
  if (step.ok()) {
    input_ = input_.subspan(step->consumed);
    taken_ += step->consumed;
    ended_ = step->ended;
  }
  return step;
}

bool CodecStream::BeginMember() {
  if (input_.empty()) return false;
  if (!options_.many_members) {
    failure_ =
        InvalidArgument("there is more after the end of the " + std::string(FormatName(format_)) +
                        " data, which is " + std::to_string(taken_) + " bytes long");
    input_ = {};
    return false;
  }
  // gzip(1) and browsers take zeros after a member for padding.
  const auto padding_end = std::find_if(input_.begin(), input_.end(), [](uint8_t b) { return b; });
  const auto padding = static_cast<size_t>(padding_end - input_.begin());
  input_ = input_.subspan(padding);
  taken_ += padding;
  if (input_.empty()) return false;
  codec_->Restart();
  ended_ = false;
  return true;
}

Status CodecStream::Corrupt(const Status& why) const {
  if (why.code() != StatusCode::kInvalidArgument) return why;
  return InvalidArgument("the " + std::string(FormatName(format_)) + " data is corrupt after " +
                         std::to_string(taken_) + " bytes: " + std::string(why.message()));
}

size_t CodecStream::memory_bytes() const {
  return sizeof(*this) + codec_->memory_bytes() + kept_.size() + ahead_.size();
}

}  // namespace sedge::web
