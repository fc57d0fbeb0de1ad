// SPDX-License-Identifier: Apache-2.0
#include "runtime/http/body_cutoff.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

#include "runtime/http/body_pipe.h"

namespace sedge::http {
namespace {

// A body that was handed on: `pipe` is written where it comes from, `source` is read where it went.
struct HandedOn {
  explicit HandedOn(std::optional<uint64_t> length = std::nullopt) {
    auto [writing, reading] = BodyPipe::Make(length);
    pipe = std::move(writing);
    std::tie(cutoff, source) = BodyCutoff::Make(std::move(reading), [this] {
      ++overs;
      if (drop_when_over) cutoff.reset();
    });
  }
  void Read() {
    got = "<pending>";
    source->Read([this](Result<Bytes> chunk) {
      if (!chunk.ok()) {
        got = "<error: " + std::string(chunk.status().message()) + ">";
      } else {
        got = chunk->empty() ? "<end>" : std::string(chunk->text());
      }
      if (drop_when_read) source.reset();
    });
  }

  std::unique_ptr<BodyPipe> pipe;
  std::unique_ptr<BodyCutoff> cutoff;
  std::unique_ptr<BodySource> source;
  std::string got;  // by the last Read
  int overs = 0;
  bool drop_when_over = true;
  bool drop_when_read = false;
};

TEST(BodyCutoffTest, PassesOnWhatComesAndTellsOfTheEnd) {
  HandedOn body(6);
  EXPECT_EQ(body.source->length(), 6u);
  body.pipe->Write(Bytes::Copy("one"));
  body.Read();
  EXPECT_EQ(body.got, "one");
  body.Read();
  EXPECT_EQ(body.got, "<pending>");
  body.pipe->Write(Bytes::Copy("two"));
  EXPECT_EQ(body.got, "two");
  EXPECT_EQ(body.overs, 0);
  body.pipe->Close();
  body.Read();
  EXPECT_EQ(body.got, "<end>");
  EXPECT_EQ(body.overs, 1);
  body.source.reset();
  EXPECT_EQ(body.overs, 1);
}

TEST(BodyCutoffTest, AFailureIsAnEnd) {
  HandedOn body;
  body.Read();
  body.pipe->Fail(Unavailable("broken"));
  EXPECT_EQ(body.got, "<error: broken>");
  EXPECT_EQ(body.overs, 1);
}

TEST(BodyCutoffTest, FailsAReaderThatWaitsAndLetsTheWriterGo) {
  HandedOn body;
  body.Read();
  body.cutoff->Fail(Cancelled("aborted"));
  EXPECT_EQ(body.got, "<error: aborted>");
  EXPECT_EQ(body.overs, 1);
  EXPECT_TRUE(body.pipe->cancelled());
}

TEST(BodyCutoffTest, FailsTheNextReadWhateverIsQueued) {
  HandedOn body;
  body.drop_when_over = false;
  body.pipe->Write(Bytes::Copy("queued"));
  body.pipe->Close();
  body.cutoff->Fail(Cancelled("aborted"));
  body.cutoff->Fail(Cancelled("again"));
  EXPECT_EQ(body.overs, 1);
  body.Read();
  EXPECT_EQ(body.got, "<error: aborted>");
}

TEST(BodyCutoffTest, ComesTooLateAfterTheEnd) {
  HandedOn body;
  body.drop_when_over = false;
  body.pipe->Close();
  body.Read();
  body.cutoff->Fail(Cancelled("aborted"));
  EXPECT_EQ(body.got, "<end>");
  EXPECT_EQ(body.overs, 1);
}

TEST(BodyCutoffTest, AReaderThatLetsGoEndsIt) {
  for (const bool destroys : {false, true}) {
    HandedOn body;
    body.drop_when_over = false;
    body.Read();
    if (destroys) {
      body.source.reset();
    } else {
      body.source->Cancel();
      body.source->Cancel();
    }
    EXPECT_EQ(body.overs, 1);
    EXPECT_TRUE(body.pipe->cancelled());
    body.cutoff->Fail(Cancelled("aborted"));
    EXPECT_EQ(body.got, "<pending>");
    EXPECT_EQ(body.overs, 1);
  }
}

TEST(BodyCutoffTest, TheSourceGoesOnWithoutIt) {
  HandedOn body;
  body.cutoff.reset();
  body.pipe->Write(Bytes::Copy("one"));
  body.pipe->Close();
  body.Read();
  EXPECT_EQ(body.got, "one");
  body.Read();
  EXPECT_EQ(body.got, "<end>");
  EXPECT_EQ(body.overs, 0);
}

TEST(BodyCutoffTest, AReaderMayDestroyTheSourceInItsCallback) {
  for (const std::string how : {"chunk", "at once", "end", "failure", "cutoff"}) {
    HandedOn body;
    body.drop_when_read = true;
    if (how == "at once") body.pipe->Write(Bytes::Copy("x"));
    body.Read();
    if (how == "chunk") body.pipe->Write(Bytes::Copy("x"));
    if (how == "end") body.pipe->Close();
    if (how == "failure") body.pipe->Fail(Unavailable("broken"));
    if (how == "cutoff") body.cutoff->Fail(Cancelled("aborted"));
    EXPECT_NE(body.got, "<pending>") << how;
    EXPECT_EQ(body.source, nullptr) << how;
    EXPECT_EQ(body.overs, 1) << how;
    EXPECT_EQ(body.cutoff, nullptr) << how;
  }
}

// What passes from socket to socket as a view does so through the cutoff.
TEST(BodyCutoffTest, PassesOnViews) {
  for (const std::string how : {"end", "failure", "cutoff", "let go"}) {
    HandedOn body;
    const std::string text = "text";
    const uint8_t* seen = nullptr;
    body.source->ReadView([&](Result<ByteSpan> chunk) { seen = chunk->data(); });
    body.pipe->WriteView(AsBytes(text));
    EXPECT_EQ(seen, AsBytes(text).data());
    std::string got = "<pending>";
    body.source->ReadView([&](Result<ByteSpan> chunk) {
      got = chunk.ok() ? std::string(AsText(*chunk)) : chunk.status().ToString();
    });
    if (how == "end") body.pipe->Close();
    if (how == "failure") body.pipe->Fail(Unavailable("broken"));
    if (how == "cutoff") body.cutoff->Fail(Cancelled("aborted"));
    if (how == "let go") body.source->Cancel();
    EXPECT_EQ(got, how == "end"       ? ""
                   : how == "failure" ? "unavailable: broken"
                   : how == "cutoff"  ? "cancelled: aborted"
                                      : "<pending>");
    EXPECT_EQ(body.overs, 1) << how;
  }
  HandedOn body;
  body.drop_when_over = false;
  body.cutoff->Fail(Cancelled("aborted"));
  std::string got;
  body.source->ReadView([&](Result<ByteSpan> chunk) { got = chunk.status().ToString(); });
  EXPECT_EQ(got, "cancelled: aborted");
}

// A chunk may bring about what aborts the body.
TEST(BodyCutoffTest, AReaderMayCutOffTheSourceInItsCallback) {
  HandedOn body;
  body.drop_when_over = false;
  body.source->Read([&](Result<Bytes> chunk) {
    body.got = chunk->text();
    body.cutoff->Fail(Cancelled("aborted"));
  });
  body.pipe->Write(Bytes::Copy("x"));
  EXPECT_EQ(body.got, "x");
  EXPECT_EQ(body.overs, 1);
  body.Read();
  EXPECT_EQ(body.got, "<error: aborted>");
}

}  // namespace
}  // namespace sedge::http
