// SPDX-License-Identifier: Apache-2.0
#include "runtime/http/request_parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sedge::http {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

// What a run of bytes became, as text: heads in full, bodies joined.
struct Outcome {
  std::vector<std::string> requests;
  int error = 0;
  std::string error_text;
  bool operator==(const Outcome&) const = default;
};

std::string Describe(const RequestParser& parser) {
  const RequestHead& head = parser.head();
  std::string text = std::string(head.method) + " " + std::string(head.target) +
                     " host=" + std::string(head.host) + " path=" + std::string(head.path) + " 1." +
                     std::to_string(head.minor_version) +
                     (parser.keep_alive() ? " keep" : " close");
  if (head.has_body) text += " body";
  if (head.content_length) text += " length=" + std::to_string(*head.content_length);
  if (parser.expects_continue()) text += " continue";
  for (const HeaderField& field : head.headers) {
    text += " [" + std::string(field.name) + "|" + std::string(field.value) + "]";
  }
  return text;
}

Outcome Parse(std::string_view bytes, size_t piece_size, const Limits& limits = Limits()) {
  RequestParser parser(limits);
  Outcome outcome;
  std::string body;
  std::string head;
  for (size_t at = 0; at < bytes.size() && outcome.error == 0; at += piece_size) {
    // A copy of the exact size lets the sanitizer see reads past it.
    const std::vector<uint8_t> piece(bytes.begin() + at,
                                     bytes.begin() + std::min(at + piece_size, bytes.size()));
    ByteSpan input(piece);
    for (bool more = true; more;) {
      switch (parser.Next(&input)) {
        case RequestParser::Event::kNeedMore:
          EXPECT_TRUE(input.empty());
          more = false;
          break;
        case RequestParser::Event::kHead: head = Describe(parser); break;
        case RequestParser::Event::kBody:
          EXPECT_FALSE(parser.body().empty());
          body += AsText(parser.body());
          break;
        case RequestParser::Event::kEnd:
          outcome.requests.push_back(head + (body.empty() ? "" : " {" + body + "}"));
          body.clear();
          parser.StartNext();
          break;
        case RequestParser::Event::kError:
          outcome.error = parser.error_status();
          outcome.error_text = parser.error_text();
          more = false;
          break;
      }
    }
  }
  return outcome;
}

// The outcome, which must be the same whole, byte by byte, and for every cut in two.
Outcome ParseAll(std::string_view bytes, const Limits& limits = Limits()) {
  const Outcome whole = Parse(bytes, std::max<size_t>(bytes.size(), 1), limits);
  const Outcome single = Parse(bytes, 1, limits);
  EXPECT_EQ(whole.requests, single.requests) << bytes;
  EXPECT_EQ(whole.error, single.error) << bytes;
  EXPECT_EQ(whole.error_text, single.error_text) << bytes;
  if (bytes.size() < 2000) {
    for (size_t size = 2; size < bytes.size(); ++size) {
      EXPECT_EQ(Parse(bytes, size, limits), whole) << bytes << " in pieces of " << size;
    }
  }
  return whole;
}

void ExpectError(std::string_view bytes, int status, const Limits& limits = Limits()) {
  const Outcome outcome = ParseAll(bytes, limits);
  EXPECT_EQ(outcome.error, status) << bytes << "\n" << outcome.error_text;
  if (outcome.error != 0) {
    EXPECT_FALSE(outcome.error_text.empty());
  }
}

std::string Get(std::string_view fields) {
  return "GET / HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n";
}

TEST(RequestParserTest, AHead) {
  const Outcome o = ParseAll(
      "GET /a/b?c=d HTTP/1.1\r\nHost: example.com:8787\r\nX-One:  two words \t\r\nEmpty:\r\n\r\n");
  ASSERT_EQ(o.requests.size(), 1u) << o.error_text;
  EXPECT_EQ(o.requests[0],
            "GET /a/b?c=d host=example.com:8787 path=/a/b?c=d 1.1 keep "
            "[Host|example.com:8787] [X-One|two words] [Empty|]");
}

TEST(RequestParserTest, PipelinedRequestsWithBodies) {
  const Outcome o = ParseAll(
      "POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"
      "POST /2 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n"
      "3;x=\"y;z\"\r\nabc\r\n00A\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n"
      "GET /3 HTTP/1.0\r\n\r\n");
  ASSERT_EQ(o.requests.size(), 3u) << o.error_text;
  EXPECT_THAT(o.requests[0], HasSubstr("body length=5"));
  EXPECT_THAT(o.requests[0], HasSubstr("{hello}"));
  EXPECT_THAT(o.requests[1], HasSubstr("{abc0123456789}"));
  EXPECT_EQ(o.requests[2], "GET /3 host= path=/3 1.0 close");
}

TEST(RequestParserTest, EmptyLinesBeforeARequestAreSkippedUpToALimit) {
  EXPECT_EQ(ParseAll("\r\n\r\n" + Get("") + "\r\n" + Get("")).requests.size(), 2u);
  ExpectError("\r\n\r\n\r\n\r\n\r\n" + Get(""), 400);
}

TEST(RequestParserTest, KeepAlive) {
  const auto keeps = [](const std::string& bytes) {
    const Outcome o = ParseAll(bytes);
    EXPECT_EQ(o.requests.size(), 1u) << o.error_text;
    return o.requests.empty() ? "" : o.requests[0];
  };
  EXPECT_THAT(keeps(Get("Connection: close\r\n")), HasSubstr(" close "));
  EXPECT_THAT(keeps(Get("Connection: foo, CLOSE\r\n")), HasSubstr(" close "));
  EXPECT_THAT(keeps(Get("Connection: closer\r\n")), HasSubstr(" keep "));
  EXPECT_THAT(keeps("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"), HasSubstr(" keep "));
  EXPECT_THAT(keeps("GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n"),
              HasSubstr(" close "));
  EXPECT_THAT(keeps(Get("Connection: Upgrade\r\nUpgrade: h2c\r\n")), HasSubstr(" keep "));
}

TEST(RequestParserTest, Targets) {
  const auto first = [](const std::string& line) {
    const Outcome o = ParseAll(line + " HTTP/1.1\r\nHost: b\r\n\r\n");
    EXPECT_EQ(o.error, 0) << line << ": " << o.error_text;
    return o.requests.empty() ? "" : o.requests[0].substr(0, o.requests[0].find(" 1."));
  };
  EXPECT_EQ(first("GET http://a:80/p?q"), "GET http://a:80/p?q host=a:80 path=/p?q");
  EXPECT_EQ(first("GET HTTPS://a"), "GET HTTPS://a host=a path=/");
  EXPECT_EQ(first("GET http://a?q"), "GET http://a?q host=a path=/?q");
  EXPECT_EQ(first("OPTIONS *"), "OPTIONS * host=b path=*");
  EXPECT_EQ(first("GET //x"), "GET //x host=b path=//x");
  // Who reads the Host header gets the host that counts (RFC 9112 section 3.2.2).
  EXPECT_THAT(ParseAll("GET http://a:80/ HTTP/1.1\r\nhOST: b\r\n\r\n").requests.at(0),
              EndsWith("[hOST|a:80]"));
  for (const char* line : {"GET *", "GET a", "GET ftp://a/", "GET http:///p", "GET http://u@a/",
                           "GET /#f", "GET /a b", "GET  /", "GET /\t", "GET http://a:99999/"}) {
    ExpectError(std::string(line) + " HTTP/1.1\r\nHost: b\r\n\r\n", 400);
  }
}

TEST(RequestParserTest, RequestLines) {
  const std::string host = "\r\nHost: a\r\n\r\n";
  for (const char* line :
       {"GET /", "GET", "GET / HTTP/1.1 ", " GET / HTTP/1.1", "GET /  HTTP/1.1", "GET / http/1.1",
        "GET / HTTP/11", "GET / HTTP/1.", "GET / HTTP/1.11", "G(T / HTTP/1.1", "GET\t/ HTTP/1.1",
        "GET / HTTPS/1.1", "GET / ICE/1.0"}) {
    ExpectError(line + host, 400);
  }
  for (const char* line :
       {"GET / HTTP/2.0", "GET / HTTP/0.9", "GET / HTTP/1.2", "PRI * HTTP/2.0"}) {
    ExpectError(line + host, 505);
  }
  for (const char* line : {"BREW / HTTP/1.1", "get / HTTP/1.1", "CONNECT a:1 HTTP/1.1",
                           "SOURCE / HTTP/1.1", "PLAY / HTTP/1.1"}) {
    ExpectError(line + host, 501);
  }
}

TEST(RequestParserTest, ValuesMayHoldTabsAndBytesAboveAscii) {
  EXPECT_THAT(ParseAll(Get("X: a\tb\xe9\r\n")).requests.at(0), HasSubstr("[X|a\tb\xe9]"));
}

TEST(RequestParserTest, Hosts) {
  const auto with = [](const std::string& value) {
    return "GET / HTTP/1.1\r\nHost: " + value + "\r\n\r\n";
  };
  for (const char* host : {"a", "a.b-c_d:1", "127.0.0.1", "[::1]", "[::1]:80", "a:", "x%41"}) {
    EXPECT_EQ(ParseAll(with(host)).error, 0) << host;
  }
  for (const char* host : {"", "a b", "a:x", "a:1:2", "a/b", "a@b", "[::1", "[]", "[::1]x", ":80",
                           "a:65536", "a,b\"", "x%4", "http://a", "a?b", "a#b"}) {
    ExpectError(with(host), 400);
  }
  ExpectError("GET / HTTP/1.1\r\n\r\n", 400);
  ExpectError("GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n", 400);
  ExpectError("GET / HTTP/1.0\r\nHost: a\r\nhost: a\r\n\r\n", 400);
  ExpectError("GET http://a/ HTTP/1.1\r\n\r\n", 400);
}

std::string Chunked(std::string_view body) {
  return "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + std::string(body);
}

TEST(RequestParserTest, ChunkExtensionsAndTrailersAreDropped) {
  const std::string next = Get("");
  for (const char* body :
       {"5 ; a = b;c;d=\"e\\\"\"\r\nhello\r\n0;x\r\nX: y\r\n\r\n",
        "5;a=\"; \"\r\nhello\r\n00\r\n\r\n", "0000000000000005\r\nhello\r\n0\r\nA: b\r\nC:\r\n\r\n",
        "1\r\nh\r\n4\r\nello\r\n0\r\nContent-Length: 3\r\nHost: x\r\n\r\n"}) {
    const Outcome o = ParseAll(Chunked(body) + next);
    ASSERT_EQ(o.requests.size(), 2u) << body << o.error_text;
    EXPECT_THAT(o.requests[0], EndsWith("[Transfer-Encoding|chunked] {hello}"));
    EXPECT_EQ(o.requests[1], "GET / host=a path=/ 1.1 keep [Host|a]");
  }
}

TEST(RequestParserTest, ChunkExtensionsAndTrailersAreLimited) {
  const std::string long_extension(ChunkedDecoder::kMaxExtensionBytes - 1, 'e');
  EXPECT_EQ(ParseAll(Chunked("1;" + long_extension + "\r\nx\r\n0\r\n\r\n")).error, 0);
  ExpectError(Chunked("1;" + long_extension + "e\r\nx\r\n0\r\n\r\n"), 400);
  // Together, not each.
  const std::string half(ChunkedDecoder::kMaxExtensionBytes / 2, 'e');
  ExpectError(Chunked("1;" + half + "\r\nx\r\n1;" + half + "\r\nx\r\n"), 400);
  const std::string line = "X: " + std::string(1019, 'y') + "\r\n";
  std::string trailers;
  for (size_t size = 0; size < ChunkedDecoder::kMaxTrailerBytes; size += line.size()) {
    trailers += line;
  }
  ASSERT_EQ(trailers.size(), ChunkedDecoder::kMaxTrailerBytes);
  EXPECT_EQ(ParseAll(Chunked("0\r\n" + trailers + "\r\n")).error, 0);
  ExpectError(Chunked("0\r\n" + trailers + "X:\r\n\r\n"), 400);
  ExpectError(Chunked("0\r\nX: " + std::string(ChunkedDecoder::kMaxTrailerBytes, 'y')), 400);
}

TEST(RequestParserTest, Expectations) {
  EXPECT_THAT(ParseAll("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n"
                       "\r\nx")
                  .requests.at(0),
              HasSubstr(" continue"));
  ExpectError(Get("Expect: the unexpected\r\n"), 417);
  EXPECT_EQ(ParseAll("GET / HTTP/1.0\r\nExpect: x\r\n\r\n").error, 0);
}

TEST(RequestParserTest, Limits) {
  Limits limits;
  limits.head_bytes = 400;
  limits.url_bytes = 60;
  limits.header_count = 4;
  limits.body_bytes = 10;
  const std::string path(60, '/');
  EXPECT_EQ(ParseAll("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n", limits).error, 0);
  ExpectError("GET " + path + "/ HTTP/1.1\r\nHost: a\r\n\r\n", 414, limits);
  ExpectError("GET /" + std::string(1000, 'x'), 414, limits);
  ExpectError("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(1000, 'x'), 431, limits);
  // Exactly at the limit, and one past it.
  const std::string start = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
  const size_t room = 400 - start.size() - 4;
  EXPECT_EQ(ParseAll(start + std::string(room, 'x') + "\r\n\r\n", limits).error, 0);
  ExpectError(start + std::string(room + 1, 'x') + "\r\n\r\n", 431, limits);
  EXPECT_EQ(ParseAll(Get("A: 1\r\nB: 2\r\nC: 3\r\n"), limits).error, 0);
  ExpectError(Get("A: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\n"), 431, limits);
  const std::string post = "POST / HTTP/1.1\r\nHost: a\r\n";
  EXPECT_EQ(ParseAll(post + "Content-Length: 10\r\n\r\n0123456789", limits).error, 0);
  ExpectError(post + "Content-Length: 11\r\n\r\n", 413, limits);
  ExpectError(post + "Transfer-Encoding: chunked\r\n\r\n6\r\n012345\r\n5\r\n01234\r\n", 413,
              limits);
}

TEST(RequestParserTest, ALongHeadAcrossManyReadsAndTheNextOneAfterIt) {
  std::string fields;
  for (int i = 0; i < 100; ++i)
    fields += "X-" + std::to_string(i) + ": " + std::string(300, 'v') + "\r\n";
  const Outcome o = ParseAll(Get(fields) + Get(""));
  ASSERT_EQ(o.requests.size(), 2u) << o.error_text;
  EXPECT_THAT(o.requests[0], HasSubstr("[X-99|vvv"));
}

TEST(RequestParserTest, NothingIsKeptOfALongHead) {
  const Limits limits;
  RequestParser parser(limits);
  const std::string head =
      "GET http://a?" + std::string(9'000, 'q') + " HTTP/1.1\r\nHost: a\r\n\r\n";
  ByteSpan input = AsBytes(head);
  ASSERT_EQ(parser.Next(&input), RequestParser::Event::kHead);
  EXPECT_EQ(parser.head().path.size(), 9'002u);
  ASSERT_EQ(parser.Next(&input), RequestParser::Event::kEnd);
  EXPECT_GT(parser.held_bytes(), 18'000u);
  EXPECT_FALSE(parser.at_start());
  parser.StartNext();
  EXPECT_TRUE(parser.at_start());
  EXPECT_LT(parser.held_bytes(), 64u);  // what a string holds in itself
  input = AsBytes(head);
  ASSERT_EQ(parser.Next(&input), RequestParser::Event::kHead);
  EXPECT_EQ(parser.head().path.size(), 9'002u);
}

TEST(RequestParserTest, OtherProtocolsAreRefusedAtOnce) {
  ExpectError(std::string("\x16\x03\x01\x02\x00\x01", 6), 400);
}

}  // namespace
}  // namespace sedge::http
