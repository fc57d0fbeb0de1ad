// SPDX-License-Identifier: Apache-2.0
// Compressed data: any bytes in any format decompress or fail, in pieces as in one, in chunks and
// memory of a bounded size; and what is compressed decompresses to itself.
#include <cstdint>

#include "runtime/base/check.h"
#include "tests/web/compression/codec_util.h"

using sedge::web::CodecStream;
using sedge::web::Format;

namespace {

constexpr size_t kMaxBytes = 4u << 20;
// A window of Brotli's, at most; its tables; a chunk.
constexpr size_t kMaxMemory = 40u << 20;

std::optional<std::string> Decompress(Format format, std::string_view data, size_t piece,
                                      CodecStream::Options options) {
  CodecStream stream(CodecStream::Direction::kDecompress, format, options);
  auto text = sedge::web::RunThrough(stream, data, piece, kMaxBytes);
  SEDGE_CHECK(stream.memory_bytes() < kMaxMemory);
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  constexpr Format kFormats[] = {Format::kGzip, Format::kDeflate, Format::kDeflateRaw,
                                 Format::kBrotli, Format::kDeflateEither, Format::kZstd};
  const Format format = kFormats[(data[0] >> 2) % std::size(kFormats)];
  const CodecStream::Options options{.many_members = (data[0] & 1) != 0,
                                     .empty_is_valid = (data[0] & 2) != 0};
  const size_t piece = 1 + data[1] % 64;
  const std::string_view input(reinterpret_cast<const char*>(data + 2), size - 2);

  const auto whole = Decompress(format, input, input.size(), options);
  const auto pieces = Decompress(format, input, piece, options);
  SEDGE_CHECK(whole == pieces);

  const bool decodes_only = format == Format::kDeflateEither || format == Format::kZstd;
  const Format to = decodes_only ? Format::kGzip : format;
  CodecStream compressor(CodecStream::Direction::kCompress, to);
  const auto coded = sedge::web::RunThrough(compressor, input, piece);
  SEDGE_CHECK(coded.has_value());
  SEDGE_CHECK(Decompress(to, *coded, piece, {}) == input);
  return 0;
}
