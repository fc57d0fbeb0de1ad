// SPDX-License-Identifier: Apache-2.0
#include "runtime/http/response_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "runtime/http/date_cache.h"

namespace sedge::http {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kDate = "Sun, 06 Nov 1994 08:49:37 GMT";

std::string Write(int status, const std::vector<HeaderField>& fields, ResponseFraming* framing,
                  std::string_view reason = "") {
  OutputBuffer out;
  const Status written = WriteResponseHead({status, reason, fields}, kDate, framing, &out);
  if (!written.ok()) {
    EXPECT_TRUE(out.empty());
    return "error: " + std::string(written.message());
  }
  return std::string(AsText(out.span()));
}

TEST(ResponseWriterTest, AWholeBody) {
  ResponseFraming framing;
  framing.length = 12;
  EXPECT_EQ(Write(200, {{"Content-Type", "text/plain"}}, &framing),
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
            "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 12\r\n\r\n");
  EXPECT_EQ(framing.body, BodyFraming::kLength);
  EXPECT_TRUE(framing.keep_alive);
}

TEST(ResponseWriterTest, ReasonPhrases) {
  ResponseFraming framing;
  framing.length = 0;
  EXPECT_THAT(Write(404, {}, &framing), HasSubstr("HTTP/1.1 404 Not Found\r\n"));
  EXPECT_THAT(Write(299, {}, &framing), HasSubstr("HTTP/1.1 299 \r\n"));
  EXPECT_THAT(Write(200, {}, &framing, "Fine"), HasSubstr("HTTP/1.1 200 Fine\r\n"));
}

TEST(ResponseWriterTest, AStreamIsChunkedOrEndsWithTheConnection) {
  ResponseFraming framing;
  EXPECT_THAT(Write(200, {}, &framing), HasSubstr("Transfer-Encoding: chunked\r\n"));
  EXPECT_EQ(framing.body, BodyFraming::kChunked);
  ResponseFraming old;
  old.minor_version = 0;
  const std::string head = Write(200, {}, &old);
  EXPECT_THAT(head, HasSubstr("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(head, Not(HasSubstr("Transfer-Encoding")));
  EXPECT_THAT(head, HasSubstr("Connection: close\r\n"));
  EXPECT_EQ(old.body, BodyFraming::kUntilClose);
  EXPECT_FALSE(old.keep_alive);
}

TEST(ResponseWriterTest, ConnectionFollowsTheVersion) {
  ResponseFraming framing;
  framing.length = 1;
  framing.minor_version = 0;
  EXPECT_THAT(Write(200, {}, &framing), HasSubstr("Connection: keep-alive\r\n"));
  framing.keep_alive = false;
  EXPECT_THAT(Write(200, {}, &framing), HasSubstr("Connection: close\r\n"));
}

TEST(ResponseWriterTest, StatusesWithoutABody) {
  for (int status : {204, 304}) {
    ResponseFraming framing;
    framing.length = 5;
    const std::string head = Write(status, {{"Content-Length", "5"}}, &framing);
    EXPECT_THAT(head, Not(HasSubstr("Content-Length")));
    EXPECT_EQ(framing.body, BodyFraming::kNone);
    framing.length.reset();
    EXPECT_THAT(Write(status, {}, &framing), Not(HasSubstr("Transfer-Encoding")));
  }
  ResponseFraming framing;
  framing.length = 5;
  EXPECT_THAT(Write(205, {}, &framing), HasSubstr("Content-Length: 0\r\n"));
  EXPECT_EQ(framing.body, BodyFraming::kNone);
}

TEST(ResponseWriterTest, ResponsesToHead) {
  ResponseFraming framing;
  framing.head_request = true;
  framing.length = 5;
  EXPECT_THAT(Write(200, {}, &framing), HasSubstr("Content-Length: 5\r\n"));
  EXPECT_EQ(framing.body, BodyFraming::kNone);
  framing.length = 0;
  EXPECT_THAT(Write(200, {{"content-length", "77"}}, &framing),
              HasSubstr("Content-Length: 77\r\n"));
  for (const char* length : {"x", "", "-1", "1, 2", "99999999999999999999"}) {
    EXPECT_THAT(Write(200, {{"content-length", length}}, &framing),
                HasSubstr("Content-Length: 0\r\n"));
  }
  framing.length.reset();
  EXPECT_THAT(Write(200, {}, &framing), Not(HasSubstr("Transfer-Encoding")));
}

TEST(ResponseWriterTest, FramingFieldsOfTheHandlerAreDropped) {
  ResponseFraming framing;
  framing.length = 1;
  EXPECT_EQ(Write(200,
                  {{"Content-Length", "99"},
                   {"transfer-encoding", "gzip"},
                   {"CONNECTION", "x"},
                   {"Keep-Alive", "y"},
                   {"Upgrade", "z"},
                   {"Trailer", "t"},
                   {"Proxy-Connection", "p"},
                   {"X", "kept"}},
                  &framing),
            "HTTP/1.1 200 OK\r\nX: kept\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
            "Content-Length: 1\r\n\r\n");
}

TEST(ResponseWriterTest, DateAndServerAreTheHandlersIfGiven) {
  ResponseFraming framing;
  framing.length = 1;
  const std::string head = Write(200, {{"date", "then"}, {"Server", "mine"}}, &framing);
  EXPECT_THAT(head, HasSubstr("date: then\r\n"));
  EXPECT_THAT(head, Not(HasSubstr(std::string(kDate))));
  EXPECT_THAT(head, HasSubstr("Server: mine\r\n"));
  EXPECT_THAT(Write(200, {}, &framing), Not(HasSubstr("Server")));
}

TEST(ResponseWriterTest, WhatCannotBeSentIsNamed) {
  ResponseFraming framing;
  EXPECT_THAT(Write(200, {{"a b", "c"}}, &framing), HasSubstr("\"a b\""));
  EXPECT_THAT(Write(200, {{"", "c"}}, &framing), HasSubstr("error: "));
  EXPECT_THAT(Write(200, {{"X", "a\r\nInjected: b"}}, &framing), HasSubstr("\"X\""));
  EXPECT_THAT(Write(200, {{"X", std::string_view("a\0b", 3)}}, &framing), HasSubstr("error: "));
  EXPECT_THAT(Write(200, {}, &framing, "O\nK"), HasSubstr("reason"));
  EXPECT_THAT(Write(101, {}, &framing), HasSubstr("101"));
  EXPECT_THAT(Write(1000, {}, &framing), HasSubstr("1000"));
}

TEST(ResponseWriterTest, ManyFieldsMakeTheBufferGrow) {
  ResponseFraming framing;
  framing.length = 1;
  const std::string value(500, 'v');
  const std::vector<HeaderField> fields(200, HeaderField{"Name", value});
  const std::string head = Write(200, fields, &framing);
  EXPECT_GT(head.size(), 200u * 508);
  EXPECT_TRUE(head.ends_with("Content-Length: 1\r\n\r\n"));
}

TEST(ResponseWriterTest, ChunkSizes) {
  OutputBuffer out;
  WriteChunkSize(1, &out);
  WriteChunkSize(0xabcdef, &out);
  WriteChunkSize(UINT64_MAX, &out);
  EXPECT_EQ(AsText(out.span()), "1\r\nabcdef\r\nffffffffffffffff\r\n");
}

TEST(DateCacheTest, FollowsTheClockBySeconds) {
  ManualClock clock(784'111'777'400);  // RFC 9110's example, and 400 ms
  DateCache dates(clock);
  EXPECT_EQ(dates.Get(1'000), kDate);
  clock.AdvanceMs(599);
  EXPECT_EQ(dates.Get(1'599), kDate);
  clock.AdvanceMs(1);
  EXPECT_EQ(dates.Get(1'600), "Sun, 06 Nov 1994 08:49:38 GMT");
}

}  // namespace
}  // namespace sedge::http
