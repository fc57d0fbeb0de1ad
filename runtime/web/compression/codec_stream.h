// SPDX-License-Identifier: Apache-2.0
// CodecStream: a Codec that takes input of any size and gives output in chunks of a bounded one, on
// demand: however much a few bytes decompress to, no more of it than two chunks is in memory. The
// input that waits is its own copy. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "runtime/base/bytes.h"
#include "runtime/base/status.h"
#include "runtime/web/compression/codec.h"

namespace sedge::web {

class CodecStream {
 public:
  // Of one chunk of output, at most.
  static constexpr size_t kChunkBytes = 64u << 10;

  enum class Direction : uint8_t { kCompress, kDecompress };
  struct Options {
    // After the end of the compressed data may follow more of the same format (gzip's members), and
    // zeros.
    bool many_members = false;
    // No bytes at all decompress to none.
    bool empty_is_valid = false;
  };
  CodecStream(Direction direction, Format format, Options options);
  CodecStream(Direction direction, Format format) : CodecStream(direction, format, Options{}) {}

  // What there is to have before more input is put in.
  enum class Pending : uint8_t { kNothing, kOutput, kFailure };
  Pending pending() const;

  // Puts bytes in and gives the first chunk that comes out, empty when none does. A failure comes
  // after all that could be decoded, and is the end; it says what is wrong with the data. REQUIRES:
  // nothing is pending.
  Result<Bytes> Push(ByteSpan input);
  Result<Bytes> PushOwned(Bytes input);  // the same, without a copy of what waits
  // The next chunk; may be empty. REQUIRES: something is pending.
  Result<Bytes> More();
  // A chunk of what lets the other side read all that was put in; empty when that is all out.
  // Compressors.
  Result<Bytes> Flush() { return Produce(Codec::Flush::kSync); }
  // No more input comes: a chunk of what is left, empty at the end. A decompressor has nothing
  // left, and fails when its data is incomplete. REQUIRES: nothing is pending.
  Result<Bytes> Finish();

  // The compressed data is complete.
  bool ended() const { return ended_; }
  // Bytes that it holds now.
  size_t memory_bytes() const;

 private:
  Result<Bytes> Next();
  Result<Bytes> Produce(Codec::Flush flush);
  Result<Codec::Step> RunCodec(std::span<uint8_t> output, Codec::Flush flush);
  // After the end of the compressed data: true when what follows is taken for more of it.
  bool BeginMember();
  Status Corrupt(const Status& why) const;

  const Direction direction_;
  const Format format_;
  const Options options_;
  std::unique_ptr<Codec> codec_;
  ByteSpan input_;  // not consumed yet: the caller's during Push, else in kept_
  Bytes kept_;
  Bytes ahead_;         // the next chunk
  Status failure_;      // after that
  uint64_t taken_ = 0;  // bytes of input, from the start
  bool ended_ = false;
};

}  // namespace sedge::web
