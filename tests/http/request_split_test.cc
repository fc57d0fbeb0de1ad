// SPDX-License-Identifier: Apache-2.0
// Heads are split without llhttp: what is taken for a head here is one to llhttp too, with the same
// fields, whatever bytes were changed in it.
#include <gtest/gtest.h>
#include <llhttp.h>

#include <algorithm>
#include <cctype>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/http/request_parser.h"

namespace sedge::http {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

std::string_view WithoutBlanks(std::string_view text) {
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

struct Llhttp {
  bool ok = false;
  Fields fields;
};

Llhttp ByLlhttp(std::string_view bytes) {
  Llhttp outcome;
  llhttp_settings_t settings;
  llhttp_settings_init(&settings);
  settings.on_header_field = [](llhttp_t* parser, const char* at, size_t size) {
    static_cast<Llhttp*>(parser->data)->fields.push_back({std::string(at, size), ""});
    return 0;
  };
  settings.on_header_value = [](llhttp_t* parser, const char* at, size_t size) {
    static_cast<Llhttp*>(parser->data)->fields.back().second =
        WithoutBlanks(std::string_view(at, size));
    return 0;
  };
  settings.on_headers_complete = [](llhttp_t*) -> int { return HPE_PAUSED; };
  llhttp_t parser;
  llhttp_init(&parser, HTTP_REQUEST, &settings);
  parser.data = &outcome;
  outcome.ok = llhttp_execute(&parser, bytes.data(), bytes.size()) == HPE_PAUSED;
  return outcome;
}

// A head that is good, but for some bytes.
std::string Changed(std::mt19937& random) {
  static constexpr std::string_view kLines[] = {
      "Host: a.example:80\r\n", "Content-Length: 12\r\n", "Connection: keep-alive, x\r\n",
      "X-Empty:\r\n",           "x-blank: \t a b \t\r\n", "Transfer-Encoding: chunked\r\n",
      "Accept: */*;q=0.1\r\n",  "Upgrade: h2c\r\n",       "Cookie: a=\"b\"; c={d}\r\n",
  };
  static constexpr std::string_view kStarts[] = {"GET / HTTP/1.1\r\n", "POST /a?b=%20 HTTP/1.1\r\n",
                                                 "GET http://b.example/c HTTP/1.1\r\n",
                                                 "OPTIONS * HTTP/1.1\r\n", "PUT /d HTTP/1.0\r\n"};
  static constexpr std::string_view kBytes{
      " \t\r\n:,;()/\\\"#@[]{}\0\x01\x7f\x80\xff"
      "aZ09-_",
      29};
  const auto below = [&](size_t count) { return static_cast<size_t>(random() % count); };
  std::string head(kStarts[below(std::size(kStarts))]);
  head += kLines[0];
  for (size_t count = below(4); count > 0; --count)
    head += kLines[1 + below(std::size(kLines) - 1)];
  head += "\r\n";
  for (size_t count = below(4); count > 0; --count) {
    const size_t at = below(head.size());
    const char byte = kBytes[below(kBytes.size())];
    switch (below(3)) {
      case 0: head[at] = byte; break;
      case 1: head.insert(at, 1, byte); break;
      default: head.erase(at, 1); break;
    }
  }
  return head;
}

// llhttp lets no tab follow a length, which is white space as any other.
bool HasTabBehindLength(std::string_view bytes) {
  std::string lower(bytes);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (size_t at = 0; (at = lower.find("content-length:", at)) != lower.npos; ++at) {
    const std::string_view line = std::string_view(lower).substr(at, lower.find('\r', at) - at);
    if (line.ends_with('\t') || WithoutBlanks(line).size() + 1 < line.size()) return true;
  }
  return false;
}

TEST(RequestSplitTest, WhatIsAHeadIsOneToLlhttpWithTheSameFields) {
  std::mt19937 random(1);
  const Limits limits;
  int heads = 0;
  constexpr int kTries = 30'000;
  for (int i = 0; i < kTries; ++i) {
    const std::string bytes = Changed(random);
    RequestParser parser(limits);
    ByteSpan input = AsBytes(bytes);
    if (parser.Next(&input) != RequestParser::Event::kHead || HasTabBehindLength(bytes)) continue;
    ++heads;
    Fields fields;
    for (const HeaderField& field : parser.head().headers) {
      // An absolute target's host goes in the place of the header's.
      const bool is_host = field.value.data() == parser.head().host.data();
      if (!is_host) fields.push_back({std::string(field.name), std::string(field.value)});
    }
    Llhttp other = ByLlhttp(std::string_view(bytes).substr(0, bytes.size() - input.size()));
    ASSERT_TRUE(other.ok) << testing::PrintToString(bytes);
    std::erase_if(other.fields, [](const auto& field) {
      return field.first.size() == 4 && (field.first[0] | 0x20) == 'h' &&
             (field.first[1] | 0x20) == 'o' && (field.first[2] | 0x20) == 's' &&
             (field.first[3] | 0x20) == 't';
    });
    ASSERT_EQ(fields, other.fields) << testing::PrintToString(bytes);
  }
  EXPECT_GT(heads, kTries / 10);
}

}  // namespace
}  // namespace sedge::http
