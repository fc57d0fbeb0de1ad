// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/compression/brotli_codec.h"

#include <brotli/decode.h>
#include <brotli/encode.h>

#include <string>
#include <utility>

#include "runtime/base/ascii.h"
#include "runtime/base/check.h"
#include "runtime/web/compression/codec_memory.h"

namespace sedge::web {
namespace {

// About the time of zlib's level that is used here. A window of 256 KiB, because one of 4 MiB
// (Brotli's default) costs 10 MB for each stream, this one 2.
constexpr uint32_t kQuality = 4;
constexpr uint32_t kWindowBits = 18;

void* Allocate(void* memory, size_t size) {
  return static_cast<CodecMemory*>(memory)->Allocate(size);
}
void Free(void* memory, void* block) { static_cast<CodecMemory*>(memory)->Free(block); }

class BrotliEncoder final : public Codec {
 public:
  BrotliEncoder() : state_(BrotliEncoderCreateInstance(Allocate, Free, &memory_)) {
    SEDGE_CHECK(state_ && BrotliEncoderSetParameter(state_, BROTLI_PARAM_QUALITY, kQuality) &&
                BrotliEncoderSetParameter(state_, BROTLI_PARAM_LGWIN, kWindowBits));
  }
  ~BrotliEncoder() override { BrotliEncoderDestroyInstance(state_); }

  Result<Step> Run(ByteSpan input, std::span<uint8_t> output, Flush flush) override {
    BrotliEncoderOperation operation = BROTLI_OPERATION_PROCESS;
    if (flush == Flush::kSync) operation = BROTLI_OPERATION_FLUSH;
    if (flush == Flush::kFinish) operation = BROTLI_OPERATION_FINISH;
    size_t in_left = input.size();
    size_t out_left = output.size();
    const uint8_t* in = input.data();
    uint8_t* out = output.data();
    if (!BrotliEncoderCompressStream(state_, operation, &in_left, &in, &out_left, &out, nullptr)) {
      return ResourceExhausted("there is no memory for it");
    }
    return Step{.consumed = input.size() - in_left,
                .produced = output.size() - out_left,
                .ended = BrotliEncoderIsFinished(state_) == BROTLI_TRUE};
  }
  void Restart() override { SEDGE_CHECK(false); }
  size_t memory_bytes() const override { return sizeof(*this) + memory_.bytes(); }

 private:
  CodecMemory memory_;
  BrotliEncoderState* state_;
};

// "ERROR_FORMAT_PADDING_1" as "padding 1".
std::string ErrorText(BrotliDecoderErrorCode code) {
  std::string text = AsciiLowerCopy(BrotliDecoderErrorString(code));
  for (const std::string_view prefix : {"_", "error_", "format_"}) {
    if (text.starts_with(prefix)) text.erase(0, prefix.size());
  }
  for (char& c : text) {
    if (c == '_') c = ' ';
  }
  return text;
}

class BrotliDecoder final : public Codec {
 public:
  BrotliDecoder() : state_(BrotliDecoderCreateInstance(Allocate, Free, &memory_)) {
    SEDGE_CHECK(state_);
  }
  ~BrotliDecoder() override { BrotliDecoderDestroyInstance(state_); }

  Result<Step> Run(ByteSpan input, std::span<uint8_t> output, Flush) override {
    size_t in_left = input.size();
    size_t out_left = output.size();
    const uint8_t* in = input.data();
    uint8_t* out = output.data();
    const BrotliDecoderResult result =
        BrotliDecoderDecompressStream(state_, &in_left, &in, &out_left, &out, nullptr);
    Step step{.consumed = input.size() - in_left,
              .produced = output.size() - out_left,
              .ended = result == BROTLI_DECODER_RESULT_SUCCESS,
              .failure = {}};
    if (result == BROTLI_DECODER_RESULT_ERROR) {
      Status failure = InvalidArgument(ErrorText(BrotliDecoderGetErrorCode(state_)));
      if (step.produced == 0) return failure;
      step.failure = std::move(failure);
    }
    return step;
  }
  void Restart() override {
    BrotliDecoderDestroyInstance(state_);
    state_ = BrotliDecoderCreateInstance(Allocate, Free, &memory_);
    SEDGE_CHECK(state_);
  }
  size_t memory_bytes() const override { return sizeof(*this) + memory_.bytes(); }

 private:
  CodecMemory memory_;
  BrotliDecoderState* state_;
};

}  // namespace

std::unique_ptr<Codec> MakeBrotliEncoder() { return std::make_unique<BrotliEncoder>(); }
std::unique_ptr<Codec> MakeBrotliDecoder() { return std::make_unique<BrotliDecoder>(); }

}  // namespace sedge::web
