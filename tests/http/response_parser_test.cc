// SPDX-License-Identifier: Apache-2.0
#include "runtime/http/response_parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sedge::http {
namespace {

using ::testing::HasSubstr;

struct Outcome {
  Status status;
  bool head_done = false;
  ParsedResponseHead head;
  std::string body;
  bool complete = false;
  bool keep_alive = false;
  bool excess = false;
  std::optional<uint64_t> length;
  ResponseParser::Framing framing = ResponseParser::Framing::kNone;
  std::optional<uint32_t> keep_alive_seconds;
};

struct Input {
  std::string wire;
  bool to_head = false;
  bool finish = false;
  ResponseParser::Limits limits{};
};

// Pushes the pieces of `wire` between the given cuts.
Outcome Parse(const Input& input, const std::vector<size_t>& cuts = {}) {
  ResponseParser parser(input.limits);
  parser.Start(input.to_head);
  Outcome outcome;
  size_t from = 0;
  std::vector<size_t> ends = cuts;
  ends.push_back(input.wire.size());
  for (size_t end : ends) {
    outcome.status = parser.Push(AsBytes(std::string_view(input.wire).substr(from, end - from)));
    if (!outcome.status.ok()) return outcome;
    outcome.body += AsText(parser.TakeBody().bytes);
    from = end;
  }
  if (input.finish) outcome.status = parser.Finish();
  outcome.head_done = parser.head_done();
  if (outcome.head_done) {
    outcome.head = parser.TakeHead();
    outcome.length = parser.body_length();
    outcome.framing = parser.framing();
    outcome.keep_alive_seconds = parser.keep_alive_seconds();
  }
  outcome.complete = parser.complete();
  outcome.excess = parser.has_excess();
  if (outcome.complete) outcome.keep_alive = parser.keep_alive();
  return outcome;
}

// The same bytes must mean the same wherever the network cuts them.
Outcome ParseEveryWay(const Input& input) {
  const Outcome whole = Parse(input);
  std::vector<size_t> each_byte;
  for (size_t i = 1; i < input.wire.size(); ++i) each_byte.push_back(i);
  std::vector<std::vector<size_t>> ways = {each_byte};
  for (size_t i : each_byte) ways.push_back({i});
  for (const std::vector<size_t>& cuts : ways) {
    const Outcome split = Parse(input, cuts);
    EXPECT_EQ(split.status.ToString(), whole.status.ToString()) << "cut at " << cuts[0];
    EXPECT_EQ(split.body, whole.body) << "cut at " << cuts[0];
    EXPECT_EQ(split.head.status, whole.head.status);
    EXPECT_EQ(split.head.reason, whole.head.reason);
    EXPECT_EQ(split.head.headers, whole.head.headers) << "cut at " << cuts[0];
    EXPECT_EQ(split.complete, whole.complete);
    EXPECT_EQ(split.keep_alive, whole.keep_alive) << "cut at " << cuts[0];
    EXPECT_EQ(split.excess, whole.excess);
    EXPECT_EQ(split.length, whole.length);
  }
  return whole;
}

TEST(ResponseParser, LengthDelimited) {
  const Outcome r = ParseEveryWay(
      {"HTTP/1.1 200 Very OK\r\nContent-Type: text/plain \r\nX-Empty:\r\ncontent-length: 5\r\n\r\n"
       "hello"});
  ASSERT_TRUE(r.status.ok()) << r.status.ToString();
  EXPECT_EQ(r.head.status, 200);
  EXPECT_EQ(r.head.reason, "Very OK");
  EXPECT_EQ(r.head.headers,
            (HeaderList{{"content-type", "text/plain"}, {"x-empty", ""}, {"content-length", "5"}}));
  EXPECT_EQ(r.body, "hello");
  EXPECT_EQ(r.length, 5u);
  EXPECT_TRUE(r.complete);
  EXPECT_TRUE(r.keep_alive);
  EXPECT_FALSE(r.excess);
}

TEST(ResponseParser, ZeroLengthIsComplete) {
  const Outcome r = ParseEveryWay({"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n"});
  ASSERT_TRUE(r.status.ok()) << r.status.ToString();
  EXPECT_TRUE(r.complete);
  EXPECT_TRUE(r.keep_alive);
  EXPECT_EQ(r.head.reason, "");
}

TEST(ResponseParser, ChunkedDropsExtensionsAndTrailers) {
  const Outcome r =
      ParseEveryWay({"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n"
                     "5;name=value\r\nhello\r\nB\r\n, wonderful\r\n0\r\nX-Trailer: 1\r\n\r\n"});
  ASSERT_TRUE(r.status.ok()) << r.status.ToString();
  EXPECT_EQ(r.body, "hello, wonderful");
  EXPECT_EQ(r.head.headers, (HeaderList{{"transfer-encoding", "Chunked"}}));
  EXPECT_EQ(r.length, std::nullopt);
  EXPECT_TRUE(r.complete);
  EXPECT_TRUE(r.keep_alive);
}

TEST(ResponseParser, UntilClose) {
  const Input input{"HTTP/1.1 200 OK\r\n\r\nall of it", false, true};
  const Outcome r = ParseEveryWay(input);
  ASSERT_TRUE(r.status.ok()) << r.status.ToString();
  EXPECT_EQ(r.framing, ResponseParser::Framing::kUntilClose);
  EXPECT_EQ(r.body, "all of it");
  EXPECT_TRUE(r.complete);
  EXPECT_FALSE(r.keep_alive);
}

TEST(ResponseParser, InterimResponsesAreSkipped) {
  const Outcome r =
      ParseEveryWay({"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: "
                     "</a>\r\nContent-Length: 4\r\n"
                     "\r\nHTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok"});
  ASSERT_TRUE(r.status.ok()) << r.status.ToString();
  EXPECT_EQ(r.head.status, 201);
  EXPECT_EQ(r.head.reason, "Created");
  EXPECT_EQ(r.head.headers, (HeaderList{{"content-length", "2"}}));
  EXPECT_EQ(r.body, "ok");
}

TEST(ResponseParser, AHeadAfterAnInterimOneIsHeldToTheSameRules) {
  const std::string interim = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
  const std::string start = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-A: a";
  for (const char* bad : {"\nX-B: b\r\n\r\n", "\r\n b\r\n\r\n", "\rb\r\n\r\n"}) {
    EXPECT_FALSE(ParseEveryWay({start + bad}).status.ok()) << bad;
    EXPECT_FALSE(ParseEveryWay({interim + start + bad}).status.ok()) << bad;
    EXPECT_FALSE(ParseEveryWay({interim + interim + start + bad}).status.ok()) << bad;
  }
  EXPECT_TRUE(ParseEveryWay({interim + start + "\r\n\r\n"}).status.ok());
}

TEST(ResponseParser, TooManyInterimResponses) {
  std::string wire;
  for (int i = 0; i <= ResponseParser::kMaxInterimResponses; ++i) {
    wire += "HTTP/1.1 100 Continue\r\n\r\n";
  }
  EXPECT_THAT(Parse({wire}).status.message(), HasSubstr("interim"));
}

TEST(ResponseParser, SwitchingProtocolsUnasked) {
  const Outcome r = ParseEveryWay(
      {"HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n"});
  EXPECT_THAT(r.status.message(), HasSubstr("101"));
}

TEST(ResponseParser, BodilessResponses) {
  for (const char* status : {"204 No Content", "304 Not Modified"}) {
    const Outcome r =
        ParseEveryWay({"HTTP/1.1 " + std::string(status) + "\r\nContent-Length: 9\r\n\r\n"});
    ASSERT_TRUE(r.status.ok()) << r.status.ToString();
    EXPECT_TRUE(r.complete);
    EXPECT_TRUE(r.keep_alive) << status;
    EXPECT_EQ(r.length, 0u);
  }
  for (const char* field : {"Content-Length: 9\r\n", "Transfer-Encoding: chunked\r\n", ""}) {
    const Outcome r =
        ParseEveryWay({"HTTP/1.1 200 OK\r\n" + std::string(field) + "\r\n", /*to_head=*/true});
    ASSERT_TRUE(r.status.ok()) << r.status.ToString();
    EXPECT_TRUE(r.complete) << field;
    EXPECT_TRUE(r.keep_alive) << field;
  }
}

TEST(ResponseParser, ExcessEndsReuse) {
  const Outcome r =
      ParseEveryWay({"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n\r\n"});
  ASSERT_TRUE(r.status.ok()) << r.status.ToString();
  EXPECT_EQ(r.body, "ok");
  EXPECT_TRUE(r.excess);
  EXPECT_FALSE(r.keep_alive);
}

TEST(ResponseParser, KeepAlive) {
  const auto keeps = [](const std::string& head) {
    const Outcome r = ParseEveryWay({head + "Content-Length: 0\r\n\r\n"});
    EXPECT_TRUE(r.status.ok()) << r.status.ToString();
    return r.keep_alive;
  };
  EXPECT_TRUE(keeps("HTTP/1.1 200 OK\r\n"));
  EXPECT_FALSE(keeps("HTTP/1.1 200 OK\r\nConnection: close\r\n"));
  EXPECT_FALSE(keeps("HTTP/1.1 200 OK\r\nConnection: x, Close\r\n"));
  EXPECT_FALSE(keeps("HTTP/1.0 200 OK\r\n"));
  EXPECT_TRUE(keeps("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n"));
  const Outcome r = ParseEveryWay(
      {"HTTP/1.1 200 OK\r\nKeep-Alive: max=100, timeout=5\r\nContent-Length: 0\r\n\r\n"});
  EXPECT_EQ(r.keep_alive_seconds, 5u);
}

TEST(ResponseParser, RejectsBadFraming) {
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  for (const std::string& wire : std::vector<std::string>{
           ok + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
           ok + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n",
           ok + "Content-Length: 5\r\nContent-Length: 6\r\n\r\n",
           ok + "Content-Length: +5\r\n\r\n",
           ok + "Content-Length: 5, 6\r\n\r\n",
           ok + "Content-Length: 5 6\r\n\r\n",
           ok + "Content-Length: -1\r\n\r\n",
           ok + "Content-Length: 0x5\r\n\r\n",
           ok + "Content-Length:\r\n\r\n",
           ok + "Content-Length: 99999999999999999999999\r\n\r\n",
           ok + "Transfer-Encoding: gzip, chunked\r\n\r\n",
           ok + "Transfer-Encoding: chunked, gzip\r\n\r\n",
           ok + "Transfer-Encoding: xchunked\r\n\r\n",
           ok + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
           "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
           ok + "Transfer-Encoding: chunked\r\n\r\ng\r\n",
           ok + "Transfer-Encoding: chunked\r\n\r\n-1\r\n",
           ok + "Transfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n",
           ok + "Transfer-Encoding: chunked\r\n\r\n11111111111111111\r\n",
           ok + "Transfer-Encoding: chunked\r\n\r\n2\nab\r\n",
       }) {
    const Outcome r = Parse({wire});
    EXPECT_FALSE(r.status.ok()) << wire;
    std::vector<size_t> each_byte;
    for (size_t i = 1; i < wire.size(); ++i) each_byte.push_back(i);
    EXPECT_FALSE(Parse({wire}, each_byte).status.ok()) << wire;
  }
}

TEST(ResponseParser, RejectsBadHeads) {
  for (const std::string& wire : std::vector<std::string>{
           "HTTP/2.0 200 OK\r\n\r\n",
           "HTTP/0.9 200 OK\r\n\r\n",
           "ICY 200 OK\r\n\r\n",
           "SSH-2.0-OpenSSH_9.2\r\n",
           "HTTP/1.1 99 Low\r\n\r\n",
           "HTTP/1.1 600 High\r\n\r\n",
           "HTTP/1.1 abc OK\r\n\r\n",
           "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
           "HTTP/1.1 200 OK\r\nA : b\r\n\r\n",
           "HTTP/1.1 200 OK\r\n: b\r\n\r\n",
           "HTTP/1.1 200 OK\r\nA\x01: b\r\n\r\n",
           std::string("HTTP/1.1 200 OK\r\nA: b\0c\r\n\r\n", 28),
           "HTTP/1.1 200 OK\r\nA: b\rX: y\r\n\r\n",
           "HTTP/1.1 200 OK\r\nA: b\nX: y\r\n\r\n",
           "HTTP/1.1 200 OK\r\nA: b\r\n\nX: y\r\n\r\n",
           "HTTP/1.1 200 O\x02K\r\n\r\n",
       }) {
    EXPECT_FALSE(Parse({wire}).status.ok()) << wire;
  }
}

TEST(ResponseParser, FoldedFieldsAreRefused) {
  const Outcome r =
      ParseEveryWay({"HTTP/1.1 200 OK\r\nX-Folded: one\r\n  two\r\nContent-Length: 0\r\n\r\n"});
  EXPECT_THAT(r.status.message(), HasSubstr("folded over lines"));
}

TEST(ResponseParser, ControlsInValuesPass) {
  const Outcome r = ParseEveryWay(
      {"HTTP/1.1 200 OK\r\nX: a\x01\x0b\x1f\x7f!\r\nY: \x02 \r\nContent-Length: 0\r\n\r\n"});
  ASSERT_TRUE(r.status.ok()) << r.status.ToString();
  EXPECT_EQ(r.head.headers[0].value, "a\x01\x0b\x1f\x7f!");
  EXPECT_EQ(r.head.headers[1].value, "\x02");
}

// What llhttp reads and what is read without it is the same: a cut makes llhttp read it.
TEST(ResponseParser, OddHeadsMeanTheSameInPieces) {
  const std::string ok = "HTTP/1.1 200 OK\r\n", two = "Content-Length: 2\r\n\r\nok";
  for (const std::string& wire : std::vector<std::string>{
           "HTTP/1.1 200\r\n" + two,
           "HTTP/1.1 200 \r\n" + two,
           "HTTP/1.1 200  Two spaces \r\n" + two,
           "HTTP/1.1 200 A\ttab\r\n" + two,
           "HTTP/1.1 2000 OK\r\n" + two,
           "HTTP/1.1 20 OK\r\n" + two,
           "HTTP/1.2 200 OK\r\n" + two,
           "\r\n" + ok + two,
           ok + "Content-Length: 2\r\n" + two,
           ok + "Content-Length: 2 \r\n\r\nok",
           ok + "Content-Length: 2\t\r\n\r\nok",
           ok + "Content-Length: \t2\r\n\r\nok",
           ok + "Content-Length: 000000000000000000000000002\r\n\r\nok",
           ok + "CONTENT-LENGTH:2\r\n\r\nok",
           ok + "A:\t b\t c \t\r\n" + two,
           ok + "A: \t \r\n" + two,
           ok + "Connection: upgrade\r\nUpgrade: x\r\n" + two,
           ok + "Upgrade: x\r\n" + two,
           ok + "Connection: close\r\nConnection: keep-alive\r\n" + two,
           ok + "Connection: keep-alive\r\nConnection: CLOSE\r\n" + two,
           "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nConnection: close\r\n" + two,
           ok + "Connection: close foo\r\n" + two,
           ok + "Proxy-Connection: close\r\n" + two,
           "HTTP/1.0 200 OK\r\nConnection: close\r\nConnection: keep-alive\r\n" + two,
           "HTTP/1.0 200 OK\r\nProxy-Connection: keep-alive\r\n" + two,
           "HTTP/1.1 205 Reset\r\nContent-Length: 0\r\n\r\n",
           "HTTP/1.1 304 Same\r\nConnection: close\r\n\r\n",
       }) {
    ParseEveryWay({wire});
    ParseEveryWay({wire, false, true});
    ParseEveryWay({wire.substr(0, wire.size() - 2), true});
  }
}

TEST(ResponseParser, ABodyInPiecesBehindItsHead) {
  const Outcome r =
      ParseEveryWay({"HTTP/1.1 200 OK\r\nConnection: Keep-Alive\r\nKeep-Alive: "
                     "timeout=7\r\nContent-Length: 3\r\n\r\nabcd"});
  EXPECT_EQ(r.body, "abc");
  EXPECT_TRUE(r.complete);
  EXPECT_TRUE(r.excess);
  EXPECT_EQ(r.keep_alive_seconds, 7u);
}

TEST(ResponseParser, BytesAboveAsciiPass) {
  const Outcome r =
      ParseEveryWay({"HTTP/1.1 200 \xc3\xa9\r\nX: caf\xe9\r\nContent-Length: 0\r\n\r\n"});
  ASSERT_TRUE(r.status.ok()) << r.status.ToString();
  EXPECT_EQ(r.head.headers[0].value, "caf\xe9");
}

TEST(ResponseParser, Limits) {
  ResponseParser::Limits limits{.head_bytes = 200, .header_count = 3};
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  const std::string many = ok + "A: 1\r\nB: 2\r\nC: 3\r\n";
  EXPECT_TRUE(Parse({many + "\r\n", false, true, limits}).status.ok());
  EXPECT_THAT(ParseEveryWay({many + "D: 4\r\n\r\n", false, false, limits}).status.message(),
              HasSubstr("more than 3 header fields (limits.client_header_count)"));
  EXPECT_THAT(
      ParseEveryWay({ok + "A: " + std::string(300, 'a'), false, false, limits}).status.message(),
      HasSubstr("the limit of 200 bytes (limits.client_head_bytes)"));
  EXPECT_THAT(ParseEveryWay({ok + std::string(300, 'a'), false, false, limits}).status.message(),
              HasSubstr("limits.client_head_bytes"));
  EXPECT_FALSE(Parse({std::string(300, '\n'), false, false, limits}).status.ok());
  const std::string large = ok + "A: " + std::string(300, 'a') + "\r\nContent-Length: 0\r\n\r\n";
  EXPECT_THAT(ParseEveryWay({large, false, false, limits}).status.message(),
              HasSubstr("limits.client_head_bytes"));
  // Heads before the last one count with it.
  const std::string hints = "HTTP/1.1 103 Hints\r\nLink: " + std::string(60, 'l') + "\r\n\r\n";
  EXPECT_TRUE(Parse({hints + hints + many + "\r\n", false, true, limits}).status.ok());
  EXPECT_THAT(
      ParseEveryWay({hints + hints + hints + many + "\r\n", false, false, limits}).status.message(),
      HasSubstr("the head of the response exceed the limit of 200 bytes"));
  const std::string chunked = ok + "Transfer-Encoding: chunked\r\n\r\n";
  EXPECT_THAT(ParseEveryWay({chunked + "0\r\nT: " + std::string(300, 't'), false, false, limits})
                  .status.message(),
              HasSubstr("trailers"));
  EXPECT_THAT(ParseEveryWay({chunked + "1;" + std::string(300, 'e'), false, false, limits})
                  .status.message(),
              HasSubstr("chunk extensions"));
}

TEST(ResponseParser, EarlyEnds) {
  EXPECT_THAT(Parse({"HTTP/1.1 200 OK\r\nA:", false, true}).status.message(), HasSubstr("head"));
  EXPECT_THAT(Parse({"", false, true}).status.message(), HasSubstr("head"));
  EXPECT_EQ(
      ParseEveryWay({"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab", false, true})
          .status.message(),
      "the connection was closed before the response's body was complete: 2 of the 5 bytes came "
      "that its Content-Length says");
  for (const std::string chunks : {"2\r\nab\r\n", "3\r\nab", "2\r\nab\r\n0\r\n"}) {
    EXPECT_EQ(ParseEveryWay(
                  {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks, false, true})
                  .status.message(),
              "the connection was closed before the response's body was complete: its last chunk "
              "is missing, after 2 bytes");
  }
}

TEST(ResponseParser, ServesOneAfterTheOther) {
  ResponseParser parser({});
  for (int i = 0; i < 3; ++i) {
    parser.Start(i == 1);
    ASSERT_TRUE(parser
                    .Push(AsBytes(i == 1 ? "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n"
                                         : "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))
                    .ok());
    EXPECT_TRUE(parser.complete());
    EXPECT_TRUE(parser.keep_alive());
    EXPECT_EQ(parser.TakeHead().headers.size(), 1u);
    EXPECT_EQ(AsText(parser.TakeBody().bytes), i == 1 ? "" : "ok");
  }
}

}  // namespace
}  // namespace sedge::http
