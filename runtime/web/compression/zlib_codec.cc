// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/compression/zlib_codec.h"

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "runtime/base/check.h"
#include "runtime/web/compression/codec_memory.h"

namespace sedge::web {
namespace {

// A level below zlib's default of 6: much faster on text for a few more bytes
// (docs/performance.md).
constexpr int kLevel = 5;
constexpr int kMemoryLevel = 8;   // zlib's default
constexpr int kGzipWrapper = 16;  // added to the window's bits
// Finished compressors that a thread keeps for the next ones, of each format.
constexpr size_t kIdleDeflaters = 2;

int WindowBits(Format format) {
  switch (format) {
    case Format::kGzip: return MAX_WBITS + kGzipWrapper;
    case Format::kDeflateRaw: return -MAX_WBITS;
    default: return MAX_WBITS;
  }
}

// zlib's state keeps the address of its z_stream, which therefore stays where it is.
struct Stream {
  Stream() {
    z.zalloc = [](void* memory, uInt count, uInt size) -> void* {
      return static_cast<CodecMemory*>(memory)->Allocate(size_t{count} * size);
    };
    z.zfree = [](void* memory, void* block) { static_cast<CodecMemory*>(memory)->Free(block); };
    z.opaque = &memory;
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  void SetBuffers(ByteSpan input, std::span<uint8_t> output) {
    constexpr size_t kMost = std::numeric_limits<uInt>::max();
    z.next_in = const_cast<Bytef*>(input.data());
    z.avail_in = static_cast<uInt>(std::min(input.size(), kMost));
    z.next_out = output.data();
    z.avail_out = static_cast<uInt>(std::min(output.size(), kMost));
  }
  Codec::Step StepFrom(ByteSpan input, std::span<uint8_t> output, bool ended) const {
    return {.consumed = static_cast<size_t>(z.next_in - input.data()),
            .produced = static_cast<size_t>(z.next_out - output.data()),
            .ended = ended,
            .failure = {}};
  }

  CodecMemory memory;
  z_stream z{};
};

struct DeflateStream : Stream {
  explicit DeflateStream(Format format) {
    SEDGE_CHECK(deflateInit2(&z, kLevel, Z_DEFLATED, WindowBits(format), kMemoryLevel,
                             Z_DEFAULT_STRATEGY) == Z_OK);
  }
  ~DeflateStream() { deflateEnd(&z); }
};

// To make a deflate stream costs 260 KB of fresh pages; to reset one costs next to nothing.
class DeflatePool {
 public:
  static DeflatePool& OfThread() {
    thread_local DeflatePool pool;
    return pool;
  }

  std::unique_ptr<DeflateStream> Take(Format format) {
    std::vector<std::unique_ptr<DeflateStream>>& idle = ListOf(format);
    if (idle.empty()) return std::make_unique<DeflateStream>(format);
    std::unique_ptr<DeflateStream> stream = std::move(idle.back());
    idle.pop_back();
    return stream;
  }
  void Give(Format format, std::unique_ptr<DeflateStream> stream) {
    std::vector<std::unique_ptr<DeflateStream>>& idle = ListOf(format);
    if (idle.size() < kIdleDeflaters && deflateReset(&stream->z) == Z_OK) {
      idle.push_back(std::move(stream));
    }
  }

 private:
  std::vector<std::unique_ptr<DeflateStream>>& ListOf(Format format) {
    return idle_[static_cast<size_t>(format)];
  }
  std::vector<std::unique_ptr<DeflateStream>> idle_[static_cast<size_t>(Format::kDeflateRaw) + 1];
};

class Deflater final : public Codec {
 public:
  explicit Deflater(Format format)
      : format_(format), stream_(DeflatePool::OfThread().Take(format)) {}
  ~Deflater() override { DeflatePool::OfThread().Give(format_, std::move(stream_)); }

  Result<Step> Run(ByteSpan input, std::span<uint8_t> output, Flush flush) override {
    stream_->SetBuffers(input, output);
    const bool whole = stream_->z.avail_in == input.size();
    int mode = Z_NO_FLUSH;
    if (whole && flush == Flush::kSync) mode = Z_SYNC_FLUSH;
    if (whole && flush == Flush::kFinish) mode = Z_FINISH;
    const int result = deflate(&stream_->z, mode);
    SEDGE_CHECK(result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR);
    return stream_->StepFrom(input, output, result == Z_STREAM_END);
  }
  void Restart() override { SEDGE_CHECK(false); }
  size_t memory_bytes() const override {
    return sizeof(*this) + sizeof(*stream_) + stream_->memory.bytes();
  }

 private:
  const Format format_;
  std::unique_ptr<DeflateStream> stream_;
};

class Inflater final : public Codec {
 public:
  explicit Inflater(Format format) {
    SEDGE_CHECK(inflateInit2(&stream_.z, WindowBits(format)) == Z_OK);
  }
  ~Inflater() override { inflateEnd(&stream_.z); }

  Result<Step> Run(ByteSpan input, std::span<uint8_t> output, Flush) override {
    stream_.SetBuffers(input, output);
    switch (inflate(&stream_.z, Z_NO_FLUSH)) {
      case Z_OK:
      case Z_BUF_ERROR: return stream_.StepFrom(input, output, false);
      case Z_STREAM_END: return stream_.StepFrom(input, output, true);
      case Z_NEED_DICT: return InvalidArgument("it needs a preset dictionary");
      case Z_MEM_ERROR: return ResourceExhausted("there is no memory for it");
      default: break;
    }
    Status failure = InvalidArgument(stream_.z.msg ? stream_.z.msg : "unknown error");
    Step step = stream_.StepFrom(input, output, false);
    if (step.produced == 0) return failure;
    step.failure = std::move(failure);
    return step;
  }
  void Restart() override { SEDGE_CHECK(inflateReset(&stream_.z) == Z_OK); }
  size_t memory_bytes() const override { return sizeof(*this) + stream_.memory.bytes(); }

 private:
  Stream stream_;
};

}  // namespace

std::unique_ptr<Codec> MakeDeflater(Format format) { return std::make_unique<Deflater>(format); }
std::unique_ptr<Codec> MakeInflater(Format format) { return std::make_unique<Inflater>(format); }

}  // namespace sedge::web
