// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/compression/codec.h"

#include <algorithm>

#include "runtime/base/check.h"
#include "runtime/web/compression/brotli_codec.h"
#include "runtime/web/compression/zlib_codec.h"
#include "runtime/web/compression/zstd_codec.h"

namespace sedge::web {
namespace {

// RFC 1950 section 2.2: method 8, a window of at most 32 KiB, and a check of the two bytes. Raw
// deflate that begins so would be a stored block with rubbish in its padding.
bool IsZlibHeader(const uint8_t* bytes) {
  return (bytes[0] & 0x0f) == 8 && bytes[0] >> 4 <= 7 && (bytes[0] * 256 + bytes[1]) % 31 == 0;
}

// Decides by the first two bytes.
class EitherInflater final : public Codec {
 public:
  Result<Step> Run(ByteSpan input, std::span<uint8_t> output, Flush flush) override {
    if (inner_) return inner_->Run(input, output, flush);
    const size_t taken = std::min(kHeaderBytes - held_, input.size());
    std::copy_n(input.begin(), taken, header_ + held_);
    held_ += taken;
    if (held_ < kHeaderBytes) return Step{.consumed = taken};
    inner_ = MakeInflater(IsZlibHeader(header_) ? Format::kDeflate : Format::kDeflateRaw);
    return RunOnHeader(taken, output);
  }
  void Restart() override {
    inner_.reset();
    held_ = 0;
  }
  size_t memory_bytes() const override {
    return sizeof(*this) + (inner_ ? inner_->memory_bytes() : 0);
  }

 private:
  static constexpr size_t kHeaderBytes = 2;

  Result<Step> RunOnHeader(size_t taken, std::span<uint8_t> output) {
    Result<Step> step = inner_->Run({header_, kHeaderBytes}, output, Flush::kNone);
    if (!step.ok()) return step;
    // The shortest deflate data that there is fills the two bytes.
    if (step->failure.ok() && step->consumed < kHeaderBytes) {
      return InvalidArgument("it ends in its first byte");
    }
    step->consumed = taken;
    return step;
  }

  std::unique_ptr<Codec> inner_;
  uint8_t header_[kHeaderBytes] = {};
  size_t held_ = 0;
};

}  // namespace

std::string_view FormatName(Format format) {
  switch (format) {
    case Format::kGzip: return "gzip";
    case Format::kDeflate: return "deflate";
    case Format::kDeflateRaw: return "deflate-raw";
    case Format::kBrotli: return "brotli";
    case Format::kDeflateEither: return "deflate";
    case Format::kZstd: return "zstd";
  }
  return "";
}

std::unique_ptr<Codec> MakeCompressor(Format format) {
  SEDGE_CHECK(format != Format::kDeflateEither && format != Format::kZstd);
  return format == Format::kBrotli ? MakeBrotliEncoder() : MakeDeflater(format);
}

std::unique_ptr<Codec> MakeDecompressor(Format format) {
  switch (format) {
    case Format::kBrotli: return MakeBrotliDecoder();
    case Format::kZstd: return MakeZstdDecoder();
    case Format::kDeflateEither: return std::make_unique<EitherInflater>();
    default: return MakeInflater(format);
  }
}

}  // namespace sedge::web
