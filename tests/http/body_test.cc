// SPDX-License-Identifier: Apache-2.0
#include "runtime/http/body.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "runtime/http/body_pipe.h"

namespace sedge::http {
namespace {

// The text of the next chunk, "<end>", "<error: ...>", or "<pending>".
std::string ReadNow(BodySource& source) {
  auto result = std::make_shared<std::string>("<pending>");
  source.Read([result](Result<Bytes> chunk) {
    if (!chunk.ok()) {
      *result = "<error: " + std::string(chunk.status().message()) + ">";
    } else {
      *result = chunk->empty() ? "<end>" : std::string(chunk->text());
    }
  });
  return *result;
}

// The next view's text, or as ReadNow().
std::string ViewNow(BodySource& source) {
  auto result = std::make_shared<std::string>("<pending>");
  source.ReadView([result](Result<ByteSpan> chunk) {
    if (!chunk.ok()) {
      *result = "<error: " + std::string(chunk.status().message()) + ">";
    } else {
      *result = chunk->empty() ? "<end>" : std::string(AsText(*chunk));
    }
  });
  return *result;
}

TEST(BytesBodyTest, GivesItsBytesThenTheEnd) {
  auto body = MakeBytesBody(Bytes::Copy("hello"));
  EXPECT_EQ(body->length(), 5u);
  EXPECT_EQ(ReadNow(*body), "hello");
  EXPECT_EQ(body->length(), 5u);
  EXPECT_EQ(ReadNow(*body), "<end>");
}

TEST(BytesBodyTest, GivesViewsOfAtMostSoManyBytes) {
  std::string text(BodySource::kMaxViewBytes, 'a');
  text += "rest";
  auto body = MakeBytesBody(Bytes::Copy(text));
  EXPECT_EQ(ViewNow(*body), std::string(BodySource::kMaxViewBytes, 'a'));
  EXPECT_EQ(ViewNow(*body), "rest");
  EXPECT_EQ(ViewNow(*body), "<end>");
  body = MakeBytesBody(Bytes::Copy(text));
  ViewNow(*body);
  EXPECT_EQ(ReadNow(*body), "rest");
  EXPECT_EQ(ReadNow(*body), "<end>");
}

TEST(BytesBodyTest, MayGoInsideOfItsViews) {
  for (const size_t size : {size_t{5}, BodySource::kMaxViewBytes + 1}) {
    auto body = MakeBytesBody(Bytes::Copy(std::string(size, 'x')));
    bool called = false;
    body->ReadView([&](Result<ByteSpan> chunk) {
      called = chunk.ok() && (*chunk)[0] == 'x';
      body.reset();
    });
    EXPECT_TRUE(called);
  }
}

TEST(BodyPipeTest, QueuesUntilRead) {
  auto [pipe, source] = BodyPipe::Make(3);
  EXPECT_EQ(source->length(), 3u);
  EXPECT_TRUE(pipe->Write(Bytes::Copy("a")));
  EXPECT_TRUE(pipe->Write(Bytes()));
  EXPECT_TRUE(pipe->Write(Bytes::Copy("bc")));
  pipe->Close();
  EXPECT_EQ(ReadNow(*source), "a");
  EXPECT_EQ(ReadNow(*source), "bc");
  EXPECT_EQ(ReadNow(*source), "<end>");
}

TEST(BodyPipeTest, AWaitingReaderIsServedAtOnce) {
  auto [pipe, source] = BodyPipe::Make(std::nullopt);
  std::string got;
  source->Read([&](Result<Bytes> chunk) { got = chunk->text(); });
  EXPECT_TRUE(pipe->Write(Bytes::Copy("now")));
  EXPECT_EQ(got, "now");
  bool ended = false;
  source->Read([&](Result<Bytes> chunk) { ended = chunk.ok() && chunk->empty(); });
  pipe->Close();
  EXPECT_TRUE(ended);
}

TEST(BodyPipeTest, SaysFullAndDrains) {
  auto [pipe, source] = BodyPipe::Make(std::nullopt, 10);
  int drains = 0;
  pipe->set_drain_callback([&] { ++drains; });
  EXPECT_TRUE(pipe->Write(Bytes::Copy("12345")));
  EXPECT_FALSE(pipe->Write(Bytes::Copy("67890")));
  EXPECT_FALSE(pipe->Write(Bytes::Copy("abc")));
  EXPECT_EQ(pipe->queued_bytes(), 13u);
  EXPECT_EQ(ReadNow(*source), "12345");
  EXPECT_EQ(drains, 0);
  EXPECT_EQ(ReadNow(*source), "67890");
  EXPECT_EQ(drains, 1);
  EXPECT_EQ(ReadNow(*source), "abc");
  EXPECT_EQ(drains, 1);
}

TEST(BodyPipeTest, AWaitingViewGetsTheVeryBytes) {
  auto [pipe, source] = BodyPipe::Make(std::nullopt);
  const std::string text = "bytes of a socket";
  const uint8_t* seen = nullptr;
  std::function<void(Result<ByteSpan>)> read_on = [&](Result<ByteSpan> chunk) {
    seen = chunk->data();
    source->ReadView(read_on);
  };
  source->ReadView(read_on);
  EXPECT_TRUE(pipe->WriteView(AsBytes(text)));
  EXPECT_EQ(seen, AsBytes(text).data());
  EXPECT_EQ(pipe->queued_bytes(), 0u);
}

TEST(BodyPipeTest, AViewsReaderThatDoesNotAskForMoreIsBehind) {
  auto [pipe, source] = BodyPipe::Make(std::nullopt);
  int drains = 0;
  pipe->set_drain_callback([&] { ++drains; });
  EXPECT_EQ(ViewNow(*source), "<pending>");
  EXPECT_FALSE(pipe->WriteView(AsBytes("first")));
  EXPECT_EQ(drains, 0);
  // What comes all the same is kept.
  EXPECT_FALSE(pipe->WriteView(AsBytes("second")));
  EXPECT_EQ(ViewNow(*source), "second");
  EXPECT_EQ(drains, 1);
  EXPECT_EQ(ViewNow(*source), "<pending>");
  EXPECT_FALSE(pipe->WriteView(AsBytes("third")));
  EXPECT_EQ(ViewNow(*source), "<pending>");
  EXPECT_EQ(drains, 2);
}

TEST(BodyPipeTest, BorrowedBytesAreCopiedOnlyWhereNobodyWaits) {
  auto [pipe, source] = BodyPipe::Make(std::nullopt, /*high_water_bytes=*/10);
  std::string text = "first";
  const uint8_t* seen = nullptr;
  source->ReadView([&](Result<ByteSpan> chunk) { seen = chunk->data(); });
  // A reader that does not ask for more at once is not behind before the queue is full.
  EXPECT_TRUE(pipe->WriteBorrowed(AsBytes(text)));
  EXPECT_EQ(seen, AsBytes(text).data());
  EXPECT_TRUE(pipe->WriteBorrowed(AsBytes(text)));
  EXPECT_FALSE(pipe->WriteBorrowed(AsBytes(text)));
  text = "other";
  EXPECT_EQ(ViewNow(*source), "first");
  EXPECT_EQ(ReadNow(*source), "first");
  EXPECT_EQ(ReadNow(*source), "<pending>");
  EXPECT_TRUE(pipe->WriteBorrowed(AsBytes(text)));
  EXPECT_TRUE(pipe->WriteBorrowed({}));
  source.reset();
  EXPECT_FALSE(pipe->WriteBorrowed(AsBytes(text)));
}

TEST(BodyPipeTest, GivesViewsOfWhatIsQueued) {
  auto [pipe, source] = BodyPipe::Make(std::nullopt);
  std::string text(BodySource::kMaxViewBytes, 'a');
  text += "rest";
  EXPECT_FALSE(pipe->WriteView(AsBytes(text)));
  pipe->WriteView(AsBytes("last"));
  EXPECT_EQ(ViewNow(*source), std::string(BodySource::kMaxViewBytes, 'a'));
  EXPECT_EQ(pipe->queued_bytes(), 8u);
  EXPECT_EQ(ReadNow(*source), "rest");
  EXPECT_EQ(ViewNow(*source), "last");
  EXPECT_EQ(pipe->queued_bytes(), 0u);
  pipe->Close();
  EXPECT_EQ(ViewNow(*source), "<end>");
}

TEST(BodyPipeTest, AWaitingViewHearsOfTheEnd) {
  for (const bool fails : {false, true}) {
    auto [pipe, source] = BodyPipe::Make(std::nullopt);
    std::string got;
    source->ReadView([&](Result<ByteSpan> chunk) {
      got = chunk.ok() ? "end of " + std::to_string(chunk->size()) : chunk.status().message();
    });
    if (fails) {
      pipe->Fail(Unavailable("broken"));
    } else {
      pipe->Close();
    }
    EXPECT_EQ(got, fails ? "broken" : "end of 0");
  }
}

TEST(BodyPipeTest, EitherEndMayGoInsideOfAView) {
  for (const bool queued : {false, true}) {
    auto [pipe, source] = BodyPipe::Make(std::nullopt);
    const std::string text(queued ? BodySource::kMaxViewBytes + 1 : 5, 'x');
    char first = 0;
    const auto take = [&, &pipe = pipe, &source = source](Result<ByteSpan> chunk) {
      first = static_cast<char>((*chunk)[0]);
      source.reset();
      pipe.reset();
    };
    if (!queued) source->ReadView(take);
    pipe->WriteView(AsBytes(text));
    if (queued) source->ReadView(take);
    EXPECT_EQ(first, 'x');
  }
}

TEST(BodyPipeTest, AWriterThatFailsOrGoesAwayFailsTheReader) {
  auto [pipe, source] = BodyPipe::Make(std::nullopt);
  pipe->Write(Bytes::Copy("dropped"));
  pipe->Fail(Unavailable("broken"));
  EXPECT_EQ(ReadNow(*source), "<error: broken>");
  auto [pipe2, source2] = BodyPipe::Make(std::nullopt);
  std::string got;
  source2->Read([&](Result<Bytes> chunk) { got = StatusCodeName(chunk.status().code()); });
  pipe2.reset();
  EXPECT_EQ(got, StatusCodeName(StatusCode::kUnavailable));
}

TEST(BodyPipeTest, AReaderThatGoesAwayIsToldToTheWriterOnce) {
  auto [pipe, source] = BodyPipe::Make(std::nullopt);
  int cancels = 0;
  pipe->set_cancel_callback([&] { ++cancels; });
  source->Cancel();
  source->Cancel();
  source.reset();
  EXPECT_EQ(cancels, 1);
  EXPECT_TRUE(pipe->cancelled());
  EXPECT_FALSE(pipe->Write(Bytes::Copy("x")));
  EXPECT_EQ(pipe->queued_bytes(), 0u);
}

TEST(BodyPipeTest, ACancelledReadIsNotCalled) {
  auto [pipe, source] = BodyPipe::Make(std::nullopt);
  bool called = false;
  source->Read([&](Result<Bytes>) { called = true; });
  source.reset();
  pipe->Write(Bytes::Copy("x"));
  pipe->Close();
  EXPECT_FALSE(called);
}

TEST(BodyPipeTest, TheReaderMayDestroyBothEnds) {
  auto ends = BodyPipe::Make(std::nullopt);
  auto& [pipe, source] = ends;
  source->Read([&](Result<Bytes>) {
    source.reset();
    pipe.reset();
  });
  EXPECT_FALSE(pipe->Write(Bytes::Copy("x")));
}

TEST(ReadAllTest, JoinsChunksThatComeNowAndLater) {
  auto [pipe, source] = BodyPipe::Make(std::nullopt);
  pipe->Write(Bytes::Copy("one "));
  pipe->Write(Bytes::Copy("two "));
  std::optional<std::string> got;
  ReadAll(std::move(source), 100, [&](Result<Bytes> all) { got = std::string(all->text()); });
  EXPECT_FALSE(got);
  pipe->Write(Bytes::Copy("three"));
  pipe->Close();
  EXPECT_EQ(got, "one two three");
}

TEST(ReadAllTest, ManyChunksAtOnceDoNotDeepenTheStack) {
  auto [pipe, source] = BodyPipe::Make(std::nullopt);
  for (int i = 0; i < 200'000; ++i) pipe->Write(Bytes::Copy("x"));
  pipe->Close();
  size_t size = 0;
  ReadAll(std::move(source), 1 << 20, [&](Result<Bytes> all) { size = all->size(); });
  EXPECT_EQ(size, 200'000u);
}

TEST(ReadAllTest, StopsPastTheLimit) {
  auto [pipe, source] = BodyPipe::Make(std::nullopt);
  Status status;
  ReadAll(std::move(source), 3, [&](Result<Bytes> all) { status = all.status(); });
  pipe->Write(Bytes::Copy("abc"));
  EXPECT_TRUE(status.ok());
  pipe->Write(Bytes::Copy("d"));
  EXPECT_EQ(status.code(), StatusCode::kOutOfRange);
  EXPECT_TRUE(pipe->cancelled());
}

TEST(ReadAllTest, KeepsOnlyWhatIsAdmitted) {
  auto [pipe, source] = BodyPipe::Make(std::nullopt);
  Status status;
  std::vector<size_t> asked;
  ReadAll(
      std::move(source), 100, [&](Result<Bytes> all) { status = all.status(); },
      [&](size_t bytes) {
        asked.push_back(bytes);
        return asked.size() < 2 ? Status() : Unavailable("full");
      });
  pipe->Write(Bytes::Copy("abc"));
  EXPECT_TRUE(status.ok());
  pipe->Write(Bytes::Copy("de"));
  EXPECT_EQ(asked, (std::vector<size_t>{3, 2}));
  EXPECT_EQ(status.ToString(), "unavailable: full");
  EXPECT_TRUE(pipe->cancelled());
}

TEST(ReadAllTest, CancellingDropsTheCallback) {
  auto [pipe, source] = BodyPipe::Make(std::nullopt);
  bool called = false;
  const auto cancel = ReadAll(std::move(source), 3, [&](Result<Bytes>) { called = true; });
  cancel();
  EXPECT_TRUE(pipe->cancelled());
  pipe->Close();
  EXPECT_FALSE(called);
}

TEST(RewindableBodyTest, IsReadAsOftenAsItIsRewound) {
  const std::string text(700'000, 'x');
  const auto body = MakeRewindableBody(Bytes::Copy(text));
  EXPECT_EQ(body->length(), text.size());
  const auto read = [&] {
    std::string all;
    for (bool more = true; more;) {
      body->Read([&](Result<Bytes> chunk) {
        more = !chunk->empty();
        all += chunk->text();
      });
    }
    return all;
  };
  EXPECT_TRUE(read() == text);
  EXPECT_EQ(read(), "");
  EXPECT_TRUE(body->Rewind());
  EXPECT_TRUE(read() == text);
  EXPECT_TRUE(body->Rewind());
  std::string viewed;
  for (bool more = true; more;) {
    body->ReadView([&](Result<ByteSpan> chunk) {
      more = !chunk->empty();
      EXPECT_LE(chunk->size(), BodySource::kMaxViewBytes);
      viewed += AsText(*chunk);
    });
  }
  EXPECT_TRUE(viewed == text);
  EXPECT_TRUE(body->Rewind());
  body->Cancel();
  EXPECT_EQ(read(), "");
  EXPECT_FALSE(MakeBytesBody(Bytes::Copy(text))->Rewind());
}

}  // namespace
}  // namespace sedge::http
