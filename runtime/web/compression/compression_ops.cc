// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/compression/compression_ops.h"

#include <optional>
#include <utility>

#include "runtime/script/native.h"
#include "runtime/web/compression/codec_stream.h"

namespace sedge::web {
namespace {

using script::Native;
using script::Op;
using script::OpDef;

using CodecArg = Native<CodecStream>;
using Chunk = Result<std::optional<Bytes>>;

Result<CodecArg> CodecCreate(uint32_t format, bool decompress) {
  constexpr Format kFormats[] = {Format::kGzip, Format::kDeflate, Format::kDeflateRaw,
                                 Format::kBrotli};
  if (format >= std::size(kFormats)) return Internal("no such format");
  auto codec = std::make_shared<CodecStream>(
      decompress ? CodecStream::Direction::kDecompress : CodecStream::Direction::kCompress,
      kFormats[format]);
  const size_t bytes = codec->memory_bytes();
  return CodecArg(std::move(codec), bytes);
}

Chunk ChunkOf(const CodecArg& codec, Result<Bytes> bytes) {
  codec.SetBytes(codec->memory_bytes());
  if (!bytes.ok()) return bytes.status().WithPrefix("DecompressionStream");
  if (bytes->empty()) return std::optional<Bytes>();
  return std::optional<Bytes>(std::move(bytes).value());
}

Chunk CodecPush(CodecArg codec, ByteSpan bytes) { return ChunkOf(codec, codec->Push(bytes)); }
Chunk CodecMore(CodecArg codec) { return ChunkOf(codec, codec->More()); }
Chunk CodecFinish(CodecArg codec) { return ChunkOf(codec, codec->Finish()); }
int32_t CodecPending(CodecArg codec) { return static_cast<int32_t>(codec->pending()); }
void CodecRelease(CodecArg codec) { codec.Release(); }

constexpr OpDef kOps[] = {
    Op<CodecCreate>("codecCreate"),   Op<CodecPush>("codecPush"),
    Op<CodecPending>("codecPending"), Op<CodecMore>("codecMore"),
    Op<CodecFinish>("codecFinish"),   Op<CodecRelease>("codecRelease"),
};

}  // namespace

std::span<const OpDef> CompressionOps() { return kOps; }

}  // namespace sedge::web
