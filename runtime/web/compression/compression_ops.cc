// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/compression/compression_ops.h"

#include <optional>
#include <utility>

#include "runtime/script/native.h"
#include "runtime/web/compression/codec_stream.h"

namespace sedge::web {
namespace {

using script::Isolate;
using script::Native;
using script::Op;
using script::OpDef;

// A stream's codec, whose memory counts against the limit of its isolate. Any destruction comes
// before the isolate's allocator is gone.
class ScriptCodec {
 public:
  ScriptCodec(script::CountingAllocator& allocator, CodecStream::Direction direction, Format format)
      : stream(direction, format), allocator_(allocator) {}
  ~ScriptCodec() { allocator_.Uncount(counted_); }
  ScriptCodec(const ScriptCodec&) = delete;
  ScriptCodec& operator=(const ScriptCodec&) = delete;

  // Counts what it holds now. May collect garbage.
  size_t Count() {
    const size_t now = stream.memory_bytes();
    const size_t before = std::exchange(counted_, now);
    if (now > before) {
      allocator_.Count(now - before);
    } else {
      allocator_.Uncount(before - now);
    }
    return now;
  }

  CodecStream stream;

 private:
  script::CountingAllocator& allocator_;
  size_t counted_ = 0;
};

using CodecArg = Native<ScriptCodec>;
using Chunk = Result<std::optional<Bytes>>;

Result<CodecArg> CodecCreate(Isolate& isolate, uint32_t format, bool decompress) {
  constexpr Format kFormats[] = {Format::kGzip, Format::kDeflate, Format::kDeflateRaw,
                                 Format::kBrotli};
  if (format >= std::size(kFormats)) return Internal("no such format");
  auto codec = std::make_shared<ScriptCodec>(
      isolate.allocator(),
      decompress ? CodecStream::Direction::kDecompress : CodecStream::Direction::kCompress,
      kFormats[format]);
  const size_t bytes = codec->Count();
  return CodecArg(std::move(codec), bytes);
}

Chunk ChunkOf(const CodecArg& codec, Result<Bytes> bytes) {
  codec.SetBytes(codec->Count());
  if (!bytes.ok()) return bytes.status().WithPrefix("DecompressionStream");
  if (bytes->empty()) return std::optional<Bytes>();
  return std::optional<Bytes>(std::move(bytes).value());
}

Chunk CodecPush(CodecArg codec, ByteSpan bytes) {
  return ChunkOf(codec, codec->stream.Push(bytes));
}
Chunk CodecMore(CodecArg codec) { return ChunkOf(codec, codec->stream.More()); }
Chunk CodecFinish(CodecArg codec) { return ChunkOf(codec, codec->stream.Finish()); }
int32_t CodecPending(CodecArg codec) { return static_cast<int32_t>(codec->stream.pending()); }
void CodecRelease(CodecArg codec) { codec.Release(); }

constexpr OpDef kOps[] = {
    Op<CodecCreate>("codecCreate"),   Op<CodecPush>("codecPush"),
    Op<CodecPending>("codecPending"), Op<CodecMore>("codecMore"),
    Op<CodecFinish>("codecFinish"),   Op<CodecRelease>("codecRelease"),
};

}  // namespace

std::span<const OpDef> CompressionOps() { return kOps; }

}  // namespace sedge::web
