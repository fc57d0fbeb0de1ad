// SPDX-License-Identifier: Apache-2.0
// What the request parser must refuse, whole and however it is cut; and which bytes it lets stand
// where.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "runtime/http/request_parser.h"
#include "tests/http/bad_requests.h"

namespace sedge::http {
namespace {

struct Outcome {
  int heads = 0;
  int ends = 0;
  int error = 0;  // the status, or 0
  std::string text;
  bool smuggled = false;  // a head that nobody sent by itself
  bool operator==(const Outcome&) const = default;
};

class Parse {
 public:
  void Push(std::string_view bytes) {
    // A copy of the exact size lets the sanitizer see reads past it.
    const std::vector<uint8_t> copy(bytes.begin(), bytes.end());
    ByteSpan input(copy);
    while (outcome.error == 0) {
      switch (parser_.Next(&input)) {
        case RequestParser::Event::kNeedMore: return;
        case RequestParser::Event::kHead:
          ++outcome.heads;
          outcome.smuggled |= parser_.head().path == "/smuggled";
          break;
        case RequestParser::Event::kBody: break;
        case RequestParser::Event::kEnd:
          ++outcome.ends;
          parser_.StartNext();
          break;
        case RequestParser::Event::kError:
          outcome.error = parser_.error_status();
          outcome.text = parser_.error_text();
          break;
      }
    }
  }
  Outcome outcome;

 private:
  Limits limits_;
  RequestParser parser_{limits_};
};

Outcome Whole(std::string_view bytes) {
  Parse parse;
  parse.Push(bytes);
  return parse.outcome;
}

class BadRequestTest : public testing::TestWithParam<BadRequest> {};

TEST_P(BadRequestTest, IsRefusedHoweverItIsCut) {
  const std::string bytes = std::string(GetParam().bytes) + std::string(kSmuggled);
  const Outcome whole = Whole(bytes);
  EXPECT_EQ(whole.error, GetParam().status) << whole.text;
  EXPECT_EQ(whole.heads, GetParam().in_body ? 1 : 0);
  EXPECT_EQ(whole.ends, 0);
  EXPECT_FALSE(whole.smuggled);
  EXPECT_FALSE(whole.text.empty());
  for (size_t cut = 1; cut < bytes.size(); ++cut) {
    Parse parse;
    parse.Push(std::string_view(bytes).substr(0, cut));
    parse.Push(std::string_view(bytes).substr(cut));
    EXPECT_EQ(parse.outcome, whole) << "cut at byte " << cut << ": " << parse.outcome.text;
  }
  Parse single;
  for (const char& c : bytes) single.Push({&c, 1});
  EXPECT_EQ(single.outcome, whole) << "byte by byte: " << single.outcome.text;
}
INSTANTIATE_TEST_SUITE_P(RequestParser, BadRequestTest, testing::ValuesIn(kBadRequests),
                         [](const auto& info) {
                           std::string name;
                           for (const char c : info.param.name) name += std::isalnum(c) ? c : '_';
                           return name;
                         });

TEST(BadRequestTableTest, HasEachRowOnce) {
  std::set<std::string_view> names, bytes;
  for (const BadRequest& request : kBadRequests) {
    EXPECT_TRUE(names.insert(request.name).second) << request.name;
    EXPECT_TRUE(bytes.insert(request.bytes).second) << request.name;
  }
}

// Which of all bytes are let through where `make` puts them.
template <typename Make>
std::string Accepted(Make make) {
  std::string accepted;
  for (int c = 0; c < 256; ++c) {
    const Outcome outcome = Whole(make(std::string(1, static_cast<char>(c))));
    EXPECT_EQ(outcome.heads, outcome.error == 0 ? 1 : 0) << c;
    if (outcome.error == 0) accepted += static_cast<char>(c);
  }
  return accepted;
}

std::string AllBytes(int from, int to) {
  std::string all;
  for (int c = from; c <= to; ++c) all += static_cast<char>(c);
  return all;
}

const std::string kTokenBytes =
    "!#$%&'*+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz|~";

TEST(RequestBytesTest, NamesAreTokens) {
  EXPECT_EQ(Accepted([](const std::string& c) {
              return "GET / HTTP/1.1\r\nHost: a\r\nX" + c + "Y: b\r\n\r\n";
            }),
            // A colon ends the name; the rest is its value.
            [] {
              std::string tokens = kTokenBytes;
              tokens.insert(tokens.find('A'), ":");
              return tokens;
            }());
  EXPECT_EQ(Accepted([](const std::string& c) {
              return "GET / HTTP/1.1\r\nHost: a\r\n" + c + ": b\r\n\r\n";
            }),
            kTokenBytes);
}

TEST(RequestBytesTest, ValuesHaveNoControls) {
  const std::string visible = "\t" + AllBytes(0x20, 0x7e) + AllBytes(0x80, 0xff);
  EXPECT_EQ(Accepted([](const std::string& c) {
              return "GET / HTTP/1.1\r\nHost: a\r\nX: b" + c + "d\r\n\r\n";
            }),
            visible);
  EXPECT_EQ(Accepted([](const std::string& c) {
              return "GET / HTTP/1.1\r\nHost: a\r\nX:" + c + "\r\n\r\n";
            }),
            visible);
  EXPECT_EQ(Accepted([](const std::string& c) {
              return "GET / HTTP/1.1\r\nHost: a\r\nX: b" + c + "\r\n\r\n";
            }),
            visible);
}

// Clients send more punctuation than RFC 3986 lets them; nothing of it confuses a reader.
TEST(RequestBytesTest, TargetsAreVisibleAscii) {
  EXPECT_EQ(
      Accepted([](const std::string& c) { return "GET /" + c + "x HTTP/1.1\r\nHost: a\r\n\r\n"; }),
      "!\"" + AllBytes('$', 0x7e));
}

TEST(RequestBytesTest, LengthsAreDigits) {
  const auto length = [](const std::string& value) {
    return "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + value + "\r\n\r\n";
  };
  EXPECT_EQ(Accepted([&](const std::string& c) { return length("0" + c + "0"); }), "0123456789");
  EXPECT_EQ(Accepted([&](const std::string& c) { return length(c + "0"); }), "\t 0123456789");
  EXPECT_EQ(Accepted([&](const std::string& c) { return length("0" + c); }), "\t 0123456789");
}

TEST(RequestBytesTest, CodingsAreTheWordChunked) {
  EXPECT_EQ(Accepted([](const std::string& c) {
              return "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: " + c +
                     "hunked\r\n\r\n0\r\n\r\n";
            }),
            "Cc");
  EXPECT_EQ(Accepted([](const std::string& c) {
              return "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked" + c +
                     "\r\n\r\n0\r\n\r\n";
            }),
            "\t ");
}

}  // namespace
}  // namespace sedge::http
