// SPDX-License-Identifier: Apache-2.0
// Codec: one compressor or decompressor of a format, over zlib, Brotli or zstd, that works in pieces as
// small as its caller wants. Below CodecStream, which is what others use. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "runtime/base/bytes.h"
#include "runtime/base/status.h"

namespace sedge::web {

enum class Format : uint8_t {
  kGzip,        // RFC 1952
  kDeflate,     // RFC 1950: zlib's format, which HTTP and the web call deflate
  kDeflateRaw,  // RFC 1951
  kBrotli,      // RFC 7932
  // What HTTP's "deflate" is on the wire: RFC 1950 or, from senders that misread RFC 9110, RFC
  // 1951. Decompressors only.
  kDeflateEither,
  kZstd,  // RFC 8878. Decompressors only
};

// As texts for users name it: "gzip", "brotli".
std::string_view FormatName(Format format);

class Codec {
 public:
  enum class Flush : uint8_t {
    kNone,    // keep back what compresses better together with what follows
    kSync,    // what was put in so far can be read by the other side
    kFinish,  // the end
  };
  struct Step {
    size_t consumed = 0;
    size_t produced = 0;
    bool ended = false;   // the compressed data is complete
    Status failure = {};  // the data is not of the format after what was produced
  };

  virtual ~Codec() = default;
  Codec() = default;
  Codec(const Codec&) = delete;
  Codec& operator=(const Codec&) = delete;

  // Takes input and gives output until either is used up or the compressed data ends. Decompressors
  // ignore `flush`; data that is not of the format fails with kInvalidArgument: the step when it
  // produced something, else the result. REQUIRES: neither ended nor failed.
  virtual Result<Step> Run(ByteSpan input, std::span<uint8_t> output, Flush flush) = 0;
  // A decompressor that ended begins anew.
  virtual void Restart() = 0;
  // Bytes that it holds now.
  virtual size_t memory_bytes() const = 0;
};

std::unique_ptr<Codec> MakeCompressor(Format format);
std::unique_ptr<Codec> MakeDecompressor(Format format);

}  // namespace sedge::web
