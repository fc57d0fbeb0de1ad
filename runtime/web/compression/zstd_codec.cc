// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/compression/zstd_codec.h"

#include <zstd.h>

#include <string>

#include "runtime/base/ascii.h"
#include "runtime/base/check.h"

namespace sedge::web {
namespace {

// RFC 9659: who sends the coding "zstd" may not ask for a larger window than 8 MiB.
constexpr int kMaxWindowLog = 23;

class ZstdDecoder final : public Codec {
 public:
  ZstdDecoder() : stream_(ZSTD_createDStream()) {
    SEDGE_CHECK(stream_ &&
                !ZSTD_isError(ZSTD_DCtx_setParameter(stream_, ZSTD_d_windowLogMax, kMaxWindowLog)));
  }
  ~ZstdDecoder() override { ZSTD_freeDStream(stream_); }

  Result<Step> Run(ByteSpan input, std::span<uint8_t> output, Flush) override {
    ZSTD_inBuffer in{input.data(), input.size(), 0};
    ZSTD_outBuffer out{output.data(), output.size(), 0};
    const size_t left = ZSTD_decompressStream(stream_, &out, &in);
    Step step{.consumed = in.pos, .produced = out.pos, .ended = left == 0, .failure = {}};
    if (ZSTD_isError(left)) {
      Status failure = InvalidArgument(AsciiLowerCopy(ZSTD_getErrorName(left)));
      if (step.produced == 0) return failure;
      step.failure = std::move(failure);
    }
    return step;
  }
  void Restart() override {
    SEDGE_CHECK(!ZSTD_isError(ZSTD_DCtx_reset(stream_, ZSTD_reset_session_only)));
  }
  size_t memory_bytes() const override { return sizeof(*this) + ZSTD_sizeof_DStream(stream_); }

 private:
  ZSTD_DStream* stream_;
};

}  // namespace

std::unique_ptr<Codec> MakeZstdDecoder() { return std::make_unique<ZstdDecoder>(); }

}  // namespace sedge::web
