// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/compression/codec_stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/web/compression/codec_util.h"

namespace sedge::web {
namespace {

constexpr CodecStream::Direction kCompress = CodecStream::Direction::kCompress;
constexpr CodecStream::Direction kDecompress = CodecStream::Direction::kDecompress;
constexpr CodecStream::Pending kNothing = CodecStream::Pending::kNothing;
constexpr Format kFormats[] = {Format::kGzip, Format::kDeflate, Format::kDeflateRaw,
                               Format::kBrotli};

// Hard to compress, the same in every run.
std::string Noise(size_t size) {
  std::string noise(size, '\0');
  uint32_t state = 1;
  for (char& c : noise) {
    state = state * 1103515245 + 12345;
    c = static_cast<char>(state >> 24);
  }
  return noise;
}

TEST(CodecStreamTest, GoesThereAndBackInPiecesOfAnySize) {
  for (const Format format : kFormats) {
    for (const std::string& text : {std::string(), std::string("a"), std::string(200'000, 'b'),
                                    Noise(200'000), Noise(CodecStream::kChunkBytes)}) {
      for (const size_t piece : {size_t{1}, size_t{1000}, text.size() + 1}) {
        if (piece == 1 && text.size() > 1) continue;
        CodecStream compressor(kCompress, format);
        const auto coded = RunThrough(compressor, text, piece);
        ASSERT_TRUE(coded);
        CodecStream decompressor(kDecompress, format);
        EXPECT_EQ(RunThrough(decompressor, *coded, piece), text);
        EXPECT_TRUE(decompressor.ended());
      }
    }
  }
}

TEST(CodecStreamTest, ChunksAndMemoryAreBounded) {
  const std::string zeros(64 << 20, '\0');
  for (const Format format : kFormats) {
    const std::string bomb = Compressed(format, zeros);
    CodecStream stream(kDecompress, format);
    size_t size = 0;
    Result<Bytes> chunk = stream.Push(AsBytes(bomb));
    for (;; chunk = stream.More()) {
      ASSERT_TRUE(chunk.ok());
      ASSERT_LE(chunk->size(), CodecStream::kChunkBytes);
      size += chunk->size();
      ASSERT_LT(stream.memory_bytes(), bomb.size() + (1u << 20));
      if (stream.pending() == kNothing) break;
    }
    EXPECT_EQ(size, zeros.size());
  }
}

TEST(CodecStreamTest, NothingIsPendingAfterAChunkThatIsExactlyFull) {
  for (const Format format : kFormats) {
    for (const size_t size : {CodecStream::kChunkBytes, 2 * CodecStream::kChunkBytes}) {
      const std::string coded = Compressed(format, std::string(size, 'x'));
      CodecStream stream(kDecompress, format);
      size_t got = stream.Push(AsBytes(coded))->size();
      while (stream.pending() != kNothing) {
        const Result<Bytes> chunk = stream.More();
        ASSERT_TRUE(chunk.ok());
        EXPECT_GT(chunk->size(), 0u);
        got += chunk->size();
      }
      EXPECT_EQ(got, size);
    }
  }
}

TEST(CodecStreamTest, TheInputMayChangeAfterwards) {
  std::string coded = Compressed(Format::kGzip, std::string(1 << 20, 'x'));
  CodecStream stream(kDecompress, Format::kGzip);
  size_t size = stream.Push(AsBytes(coded))->size();
  std::fill(coded.begin(), coded.end(), '\0');
  while (stream.pending() != kNothing) size += stream.More()->size();
  EXPECT_EQ(size, size_t{1} << 20);
}

TEST(CodecStreamTest, MembersFollowEachOtherWhereThatIsAllowed) {
  const std::string two = Compressed(Format::kGzip, "a") + Compressed(Format::kGzip, "b");
  EXPECT_EQ(Decompressed(Format::kGzip, two, {.many_members = true, .empty_is_valid = false}),
            "ab");
  for (size_t piece = 1; piece < two.size(); ++piece) {
    CodecStream stream(kDecompress, Format::kGzip, {.many_members = true, .empty_is_valid = false});
    EXPECT_EQ(RunThrough(stream, two, piece), "ab");
  }
  CodecStream cut(kDecompress, Format::kGzip, {.many_members = true, .empty_is_valid = false});
  EXPECT_EQ(RunThrough(cut, std::string_view(two).substr(0, two.size() - 1), 5), std::nullopt);
  CodecStream one(kDecompress, Format::kGzip);
  const Result<Bytes> chunk = one.Push(AsBytes(two));
  ASSERT_TRUE(chunk.ok());
  EXPECT_EQ(chunk->text(), "a");
  EXPECT_EQ(one.pending(), CodecStream::Pending::kFailure);
  EXPECT_EQ(one.More().status().message(),
            "there is more after the end of the gzip data, which is 21 bytes long");
}

TEST(CodecStreamTest, ZstdIsDecoded) {
  const CodecStream::Options members{.many_members = true, .empty_is_valid = true};
  const std::string text = "hello, " + std::string(300'000, 'x') + "hello";
  const std::string skippable("\x50\x2a\x4d\x18\x03\0\0\0abc", 11);  // RFC 8878 section 3.1.2
  const std::string coded =
      ZstdCompressed(text) + skippable + ZstdCompressed("") + ZstdCompressed("!");
  for (const size_t piece : {size_t{1}, size_t{7}, coded.size()}) {
    CodecStream stream(kDecompress, Format::kZstd, members);
    EXPECT_EQ(RunThrough(stream, coded, piece), text + "!") << piece;
  }
  EXPECT_EQ(Decompressed(Format::kZstd, "", members), "");
  // Every end but the right one is noticed, and so is every changed byte of the checksum.
  const std::string one = ZstdCompressed("hello");
  for (size_t size = 1; size < one.size(); ++size) {
    CodecStream cut(kDecompress, Format::kZstd, members);
    EXPECT_EQ(RunThrough(cut, one.substr(0, size), size), std::nullopt) << size;
  }
  std::string changed = one;
  changed.back() ^= 1;
  CodecStream stream(kDecompress, Format::kZstd, members);
  EXPECT_EQ(RunThrough(stream, changed, changed.size()), std::nullopt);
}

// RFC 9659: what a decoder of HTTP need not hold, it does not.
TEST(CodecStreamTest, ZstdWindowsHaveALimit) {
  const std::string text = [] {
    std::string random(20u << 20, '\0');
    uint32_t state = 1;
    for (char& c : random) c = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
    return random;
  }();
  CodecStream fits(kDecompress, Format::kZstd);
  EXPECT_EQ(RunThrough(fits, ZstdCompressed(text, 23), 1u << 20), text);
  EXPECT_LT(fits.memory_bytes(), 12u << 20);
  CodecStream large(kDecompress, Format::kZstd);
  const std::string coded = ZstdCompressed(text, 24);
  const Result<Bytes> chunk = large.Push(AsBytes(coded));
  EXPECT_EQ(chunk.status().message(),
            "the zstd data is corrupt after 0 bytes: frame requires too much memory for decoding");
}

TEST(CodecStreamTest, ZerosAfterAMemberArePadding) {
  const CodecStream::Options members{.many_members = true, .empty_is_valid = false};
  const std::string one = Compressed(Format::kGzip, "a");
  const std::string zeros(1000, '\0');
  for (const size_t piece : {size_t{1}, size_t{7}, size_t{10'000}}) {
    CodecStream padded(kDecompress, Format::kGzip, members);
    EXPECT_EQ(RunThrough(padded, one + zeros, piece), "a");
    EXPECT_TRUE(padded.ended());
    CodecStream more(kDecompress, Format::kGzip, members);
    EXPECT_EQ(RunThrough(more, one + zeros + one, piece), "aa");
    CodecStream junk(kDecompress, Format::kGzip, members);
    EXPECT_EQ(RunThrough(junk, one + zeros + "junk", piece), std::nullopt);
    CodecStream strict(kDecompress, Format::kGzip);
    EXPECT_EQ(RunThrough(strict, one + zeros, piece), std::nullopt);
  }
}

TEST(CodecStreamTest, WhatCameBeforeTheCorruptionIsGiven) {
  const std::string text = Noise(150'000);
  for (const Format format : {Format::kGzip, Format::kDeflate}) {
    std::string coded = Compressed(format, text);
    coded[coded.size() - (format == Format::kGzip ? 6 : 2)] ^= 1;  // of the checksum
    CodecStream stream(kDecompress, format);
    std::string got(stream.Push(AsBytes(coded))->text());
    while (stream.pending() == CodecStream::Pending::kOutput) got += stream.More()->text();
    EXPECT_TRUE(got == text) << got.size();
    EXPECT_EQ(stream.pending(), CodecStream::Pending::kFailure);
    EXPECT_FALSE(stream.More().ok());
    EXPECT_FALSE(stream.More().ok());
  }
  CodecStream small(kDecompress, Format::kGzip);
  std::string coded = Compressed(Format::kGzip, "hello");
  coded[coded.size() - 6] ^= 1;
  const Result<Bytes> chunk = small.Push(AsBytes(coded));
  ASSERT_TRUE(chunk.ok());
  EXPECT_EQ(chunk->text(), "hello");
  EXPECT_THAT(std::string(small.More().status().message()),
              testing::HasSubstr("incorrect data check"));
  // All at once: first the output, then why there is no more.
  CodecStream last(kDecompress, Format::kGzip);
  std::string got;
  Status failure;
  for (const char c : coded) {
    const Result<Bytes> piece = last.Push(AsBytes(std::string_view(&c, 1)));
    if (piece.ok()) {
      got += piece->text();
    } else {
      failure = piece.status();
      break;
    }
  }
  EXPECT_EQ(got, "hello");
  EXPECT_FALSE(failure.ok());
}

TEST(CodecStreamTest, DeflateOfEitherKindIsTold) {
  const std::string text = Noise(1000);
  for (const Format format : {Format::kDeflate, Format::kDeflateRaw}) {
    const std::string coded = Compressed(format, text);
    for (const size_t piece : {size_t{1}, size_t{2}, size_t{3}, coded.size()}) {
      CodecStream stream(kDecompress, Format::kDeflateEither);
      EXPECT_EQ(RunThrough(stream, coded, piece), text);
    }
    EXPECT_EQ(Decompressed(Format::kDeflateEither, Compressed(format, "")), "");
  }
  CodecStream none(kDecompress, Format::kDeflateEither,
                   {.many_members = false, .empty_is_valid = true});
  EXPECT_EQ(RunThrough(none, "", 1), "");
  CodecStream one(kDecompress, Format::kDeflateEither);
  EXPECT_EQ(RunThrough(one, "x", 1), std::nullopt);
}

TEST(CodecStreamTest, AFlushLetsTheOtherSideReadOn) {
  for (const Format format : kFormats) {
    CodecStream compressor(kCompress, format);
    CodecStream decompressor(kDecompress, format);
    std::string text;
    for (const std::string word : {"one ", "two ", "three"}) {
      std::string coded(compressor.Push(AsBytes(word))->text());
      for (Bytes chunk = *compressor.Flush(); !chunk.empty(); chunk = *compressor.Flush()) {
        coded += chunk.text();
      }
      text += decompressor.Push(AsBytes(coded))->text();
      EXPECT_TRUE(text.ends_with(word)) << FormatName(format);
    }
  }
}

TEST(CodecStreamTest, CompressorsAreReusedWithoutATrace) {
  const std::string first = Compressed(Format::kGzip, "hello");
  {
    CodecStream unfinished(kCompress, Format::kGzip);
    EXPECT_TRUE(unfinished.Push(AsBytes(Noise(100'000))).ok());
  }
  EXPECT_EQ(Compressed(Format::kGzip, "hello"), first);
}

}  // namespace
}  // namespace sedge::web
