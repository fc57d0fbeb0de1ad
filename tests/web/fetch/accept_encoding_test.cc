// SPDX-License-Identifier: Apache-2.0
// What a fetch asks to be coded with, given what the script or the client of a passed-on request asks.
#include "runtime/web/fetch/accept_encoding.h"

#include <gtest/gtest.h>

namespace sedge::web {
namespace {

TEST(AcceptEncoding, KeepsWhatCanBeReadHere) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"gzip", "gzip"},
      {"GZip;q=0.5", "GZip;q=0.5"},
      {"gzip, deflate, br, zstd", "gzip, br"},
      {" zstd ,\tx-gzip ; q=1 ,, identity", "x-gzip ; q=1, identity"},
      {"*;q=0", "*;q=0"},
      {"zstd, deflate", "zstd, deflate"},  // nothing would be left
      {"", ""},
      {",", ","},
  };
  for (const auto& [given, kept] : cases) EXPECT_EQ(KnownCodings(given), kept) << given;
}

TEST(AcceptEncoding, OfARequest) {
  using Headers = http::HeaderList;
  EXPECT_EQ(RequestedCodings(Headers{{"accept", "*/*"}}), "gzip, br");
  EXPECT_EQ(RequestedCodings(Headers{{"range", "bytes=0-1"}}), "identity");
  EXPECT_EQ(RequestedCodings(Headers{{"range", "bytes=0-1"}, {"accept-encoding", "zstd, br"}}),
            "br");
  EXPECT_EQ(RequestedCodings(Headers{{"accept-encoding", "zstd"}, {"accept-encoding", "gzip"}}),
            "gzip");
  EXPECT_EQ(RequestedCodings(Headers{{"accept-encoding", ""}}), "");
  const http::HeaderField as_received[] = {{"Accept-Encoding", "deflate, gzip"}, {"Range", "x"}};
  EXPECT_EQ(RequestedCodings(as_received), "gzip");
}

}  // namespace
}  // namespace sedge::web
