// SPDX-License-Identifier: Apache-2.0
// Whole texts through a CodecStream, for tests. One thread.
#pragma once

#include <zstd.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "runtime/web/compression/codec_stream.h"

namespace sedge::web {

// What comes out when `input` is put in, piece by piece, and finished; nullopt when that fails, or
// when more than `max_bytes` come.
inline std::optional<std::string> RunThrough(CodecStream& stream, std::string_view input,
                                             size_t piece, size_t max_bytes = size_t{1} << 30) {
  std::string all;
  const auto take = [&](const Result<Bytes>& chunk) {
    if (chunk.ok()) all += chunk->text();
    return chunk.ok() && all.size() <= max_bytes;
  };
  while (!input.empty()) {
    if (!take(stream.Push(AsBytes(input.substr(0, piece))))) return std::nullopt;
    input.remove_prefix(std::min(piece, input.size()));
    while (stream.pending() != CodecStream::Pending::kNothing) {
      if (!take(stream.More())) return std::nullopt;
    }
  }
  for (bool more = true; more;) {
    const Result<Bytes> chunk = stream.Finish();
    if (!take(chunk)) return std::nullopt;
    more = !chunk->empty();
  }
  return all;
}

inline std::string Compressed(Format format, std::string_view text) {
  CodecStream stream(CodecStream::Direction::kCompress, format);
  return RunThrough(stream, text, text.size()).value_or("failed");
}

// One frame, with a checksum.
inline std::string ZstdCompressed(std::string_view text, int window_log = 0) {
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, window_log);
  std::string coded(ZSTD_compressBound(text.size()), '\0');
  const size_t size = ZSTD_compress2(context, coded.data(), coded.size(), text.data(), text.size());
  ZSTD_freeCCtx(context);
  coded.resize(ZSTD_isError(size) ? 0 : size);
  return coded;
}

inline std::string Decompressed(Format format, std::string_view bytes,
                                CodecStream::Options options = {}) {
  CodecStream stream(CodecStream::Direction::kDecompress, format, options);
  return RunThrough(stream, bytes, bytes.size()).value_or("failed");
}

}  // namespace sedge::web
