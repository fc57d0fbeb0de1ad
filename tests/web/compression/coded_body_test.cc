// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/compression/coded_body.h"

#include <gtest/gtest.h>

#include "runtime/http/body_pipe.h"
#include "runtime/loop/loop.h"
#include "tests/loop/run_until.h"
#include "tests/web/compression/codec_util.h"

namespace sedge::web {
namespace {

using http::BodyPipe;
using http::BodySource;

std::unique_ptr<BodySource> BytesOf(std::string_view text) {
  return http::MakeBytesBody(Bytes::Copy(text));
}

// What a body gives, or its failure's text.
std::string ReadWhole(std::unique_ptr<BodySource> body, uint64_t max_bytes = 1u << 30) {
  std::string text = "nothing came";
  http::ReadAll(std::move(body), max_bytes, [&](Result<Bytes> bytes) {
    text = bytes.ok() ? std::string(bytes->text()) : bytes.status().ToString();
  });
  return text;
}

TEST(CodedBodyTest, PutsCodingsOnAndTakesThemOff) {
  const std::string text(1'000'000, 'x');
  for (const Coding coding : {Coding::kGzip, Coding::kDeflate, Coding::kBrotli}) {
    std::unique_ptr<BodySource> body = MakeEncodedBody(BytesOf(text), coding, nullptr);
    EXPECT_FALSE(body->length());
    EXPECT_EQ(ReadWhole(MakeDecodedBody(std::move(body), {coding}, nullptr)), text);
    const Bytes coded = EncodeBytes(AsBytes(text), coding);
    EXPECT_LT(coded.size(), 10'000u);
    EXPECT_EQ(ReadWhole(MakeDecodedBody(BytesOf(coded.text()), {coding}, nullptr)), text);
  }
  const CodingList list = {Coding::kGzip, Coding::kBrotli};
  std::unique_ptr<BodySource> body = BytesOf(text);
  for (const Coding coding : list) body = MakeEncodedBody(std::move(body), coding, nullptr);
  EXPECT_EQ(ReadWhole(MakeDecodedBody(std::move(body), list, nullptr)), text);
}

TEST(CodedBodyTest, NoBytesAreAnEmptyBody) {
  EXPECT_EQ(ReadWhole(MakeDecodedBody(BytesOf(""), {Coding::kGzip}, nullptr)), "");
  std::unique_ptr<BodySource> empty = MakeEncodedBody(BytesOf(""), Coding::kGzip, nullptr);
  EXPECT_EQ(Decompressed(Format::kGzip, ReadWhole(std::move(empty))), "");
}

TEST(CodedBodyTest, FailsForWhatItCannotDecode) {
  EXPECT_EQ(
      ReadWhole(MakeDecodedBody(BytesOf("no gzip"), {Coding::kGzip}, nullptr)),
      "invalid argument: the body cannot be decoded as its content-encoding \"gzip\" says: the "
      "gzip data is corrupt after 0 bytes: incorrect header check");
  const std::string coded = Compressed(Format::kBrotli, "hello");
  const std::string_view half = std::string_view(coded).substr(0, 4);
  EXPECT_EQ(ReadWhole(MakeDecodedBody(BytesOf(half), {Coding::kBrotli}, nullptr)),
            "invalid argument: the body cannot be decoded as its content-encoding \"br\" says: the "
            "brotli data is incomplete: it ends after 4 bytes");
}

TEST(CodedBodyTest, GivesWhatCameBeforeTheCorruption) {
  std::string coded = Compressed(Format::kGzip, "hello");
  coded[coded.size() - 6] ^= 1;  // of the checksum
  std::unique_ptr<BodySource> body = MakeDecodedBody(BytesOf(coded), {Coding::kGzip}, nullptr);
  std::string text;
  Status failure;
  body->Read([&](Result<Bytes> chunk) { text = chunk->text(); });
  body->Read([&](Result<Bytes> chunk) { failure = chunk.status(); });
  EXPECT_EQ(text, "hello");
  EXPECT_EQ(failure.code(), StatusCode::kInvalidArgument);
}

TEST(CodedBodyTest, ZerosAfterGzipArePadding) {
  const std::string padded = Compressed(Format::kGzip, "hello") + std::string(600, '\0');
  EXPECT_EQ(ReadWhole(MakeDecodedBody(BytesOf(padded), {Coding::kGzip}, nullptr)), "hello");
}

TEST(CodedBodyTest, TheSourcesFailureIsItsOwn) {
  auto [end, source] = BodyPipe::Make(std::nullopt);
  end->Write(Bytes::Copy(Compressed(Format::kGzip, "hello").substr(0, 12)));
  std::string text;
  http::ReadAll(MakeDecodedBody(std::move(source), {Coding::kGzip}, nullptr), 1000,
                [&](Result<Bytes> bytes) { text = bytes.status().ToString(); });
  end->Fail(Unavailable("the network is gone"));
  EXPECT_EQ(text, "unavailable: the network is gone");
}

TEST(CodedBodyTest, TheDecodedSizeCounts) {
  const std::string bomb = Compressed(Format::kGzip, std::string(10 << 20, '\0'));
  EXPECT_EQ(ReadWhole(MakeDecodedBody(BytesOf(bomb), {Coding::kGzip}, nullptr), 1 << 20),
            "out of range: the body is longer than 1048576 bytes");
}

TEST(CodedBodyTest, ReadsNoFasterThanItIsRead) {
  auto [end, source] = BodyPipe::Make(std::nullopt, 1);
  std::unique_ptr<BodySource> body = MakeDecodedBody(std::move(source), {Coding::kGzip}, nullptr);
  EXPECT_FALSE(end->Write(Bytes::Copy(Compressed(Format::kGzip, std::string(200'000, 'x')))));
  EXPECT_GT(end->queued_bytes(), 0u);
  size_t size = 0;
  const auto read = [&] { body->Read([&](Result<Bytes> chunk) { size += chunk->size(); }); };
  read();
  EXPECT_EQ(size, size_t{64} << 10);
  EXPECT_FALSE(end->Write(Bytes::Copy(std::string_view("more"))));
  read();
  EXPECT_EQ(size, size_t{128} << 10);
  EXPECT_GT(end->queued_bytes(), 0u);  // "more" is not asked for yet
}

TEST(CodedBodyTest, CancellingTellsTheSource) {
  for (const bool reading : {false, true}) {
    auto [end, source] = BodyPipe::Make(std::nullopt);
    std::unique_ptr<BodySource> body = MakeEncodedBody(std::move(source), Coding::kGzip, nullptr);
    if (reading) body->Read([](Result<Bytes>) { FAIL(); });
    body->Cancel();
    EXPECT_TRUE(end->cancelled());
    body.reset();
    EXPECT_FALSE(end->Write(Bytes::Copy(std::string_view("late"))));
  }
}

TEST(CodedBodyTest, AReaderMayDestroyItInItsCallback) {
  auto [end, source] = BodyPipe::Make(std::nullopt);
  std::unique_ptr<BodySource> body = MakeDecodedBody(std::move(source), {Coding::kGzip}, nullptr);
  bool called = false;
  body->Read([&](Result<Bytes> chunk) {
    called = true;
    EXPECT_EQ(chunk->text(), "hello");
    body.reset();
  });
  end->Write(Bytes::Copy(Compressed(Format::kGzip, "hello")));
  EXPECT_TRUE(called);
  EXPECT_TRUE(end->cancelled());
}

class CodedBodyLoopTest : public ::testing::Test {
 protected:
  std::unique_ptr<loop::Loop> loop_ = *loop::Loop::Create();
};

TEST_F(CodedBodyLoopTest, LongWorkGoesOnInLaterTurns) {
  const std::string bomb = Compressed(Format::kGzip, std::string(10 << 20, '\0'));
  std::string text;
  http::ReadAll(MakeDecodedBody(BytesOf(bomb), {Coding::kGzip}, loop_.get()), 100 << 20,
                [&](Result<Bytes> bytes) { text = bytes->text(); });
  EXPECT_TRUE(text.empty());
  int turns = 0;
  loop_->set_turn_hook([&] { ++turns; });
  loop::RunUntil(*loop_, [&] { return !text.empty(); });
  EXPECT_EQ(text.size(), size_t{10} << 20);
  EXPECT_GE(turns, 10);
}

TEST_F(CodedBodyLoopTest, MayGoWhileItWaitsForItsTurn) {
  const std::string bomb = Compressed(Format::kGzip, std::string(10 << 20, '\0'));
  std::unique_ptr<BodySource> body = MakeDecodedBody(BytesOf(bomb), {Coding::kGzip}, loop_.get());
  int chunks = 0;
  for (bool more = true; more;) {
    more = false;
    body->Read([&](Result<Bytes>) {
      ++chunks;
      more = true;
    });
  }
  EXPECT_GT(chunks, 10);
  body.reset();
  bool over = false;
  loop_->Post([&] { over = true; });
  loop::RunUntil(*loop_, [&] { return over; });
}

TEST_F(CodedBodyLoopTest, WhatComesInOneTurnIsFlushedTogether) {
  auto [end, source] = BodyPipe::Make(std::nullopt);
  std::unique_ptr<BodySource> body = MakeEncodedBody(std::move(source), Coding::kGzip, loop_.get());
  std::string coded;
  int chunks = 0;
  std::function<void()> read = [&] {
    body->Read([&](Result<Bytes> chunk) {
      if (chunk->empty()) return;
      coded += chunk->text();
      ++chunks;
      read();
    });
  };
  read();
  CodecStream gunzip(CodecStream::Direction::kDecompress, Format::kGzip);
  const auto text = [&] {
    return std::string(gunzip.Push(AsBytes(std::exchange(coded, "")))->text());
  };
  for (int i = 0; i < 100; ++i) end->Write(Bytes::Copy(std::string_view("word ")));
  loop::RunUntil(*loop_, [&] { return coded.ends_with(std::string("\0\0\xff\xff", 4)); });
  EXPECT_EQ(text().size(), 500u);
  EXPECT_LE(chunks, 2);  // gzip's header comes at once
  end->Write(Bytes::Copy(std::string_view("last")));
  loop::RunUntil(*loop_, [&] { return !coded.empty(); });
  EXPECT_EQ(text(), "last");
  end->Close();
  loop::RunUntil(*loop_, [&] { return !coded.empty(); });
  EXPECT_EQ(text(), "");
  EXPECT_TRUE(gunzip.ended());
}

}  // namespace
}  // namespace sedge::web
