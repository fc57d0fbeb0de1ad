// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/compression/content_coding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <string>

#include "runtime/web/compression/response_coding.h"

namespace sedge::web {
namespace {

using ::testing::ElementsAre;

using Fields = std::vector<http::HeaderField>;
constexpr Coding kGzip = Coding::kGzip;
constexpr Coding kBrotli = Coding::kBrotli;
constexpr Coding kDeflate = Coding::kDeflate;

TEST(ContentCodingTest, ReadsContentEncodings) {
  EXPECT_EQ(ParseContentEncoding("gzip"), CodingList{kGzip});
  EXPECT_EQ(ParseContentEncoding(" X-GZIP "), CodingList{kGzip});
  EXPECT_EQ(ParseContentEncoding("deflate,\tbr"), (CodingList{kDeflate, kBrotli}));
  EXPECT_EQ(ParseContentEncoding(",, identity ,gzip,"), CodingList{kGzip});
  EXPECT_EQ(ParseContentEncoding(""), CodingList{});
  EXPECT_EQ(ParseContentEncoding("identity"), CodingList{});
  EXPECT_EQ(ParseContentEncoding("gzip, compress"), std::nullopt);
  EXPECT_EQ(ParseContentEncoding("ZSTD, gzip"), (CodingList{Coding::kZstd, kGzip}));
  EXPECT_EQ(ParseContentEncoding("gzip;q=1"), std::nullopt);
  EXPECT_EQ(ParseContentEncoding("br,br,br,br"), CodingList(kMaxCodings, kBrotli));
  EXPECT_EQ(ParseContentEncoding("br,br,br,br,br"), std::nullopt);
}

TEST(ContentCodingTest, ReadsAcceptEncodings) {
  EXPECT_TRUE(AcceptsCoding("gzip, deflate, br, zstd", kBrotli));
  EXPECT_TRUE(AcceptsCoding("X-GZip", kGzip));
  EXPECT_TRUE(AcceptsCoding("br;q=0.001", kBrotli));
  EXPECT_TRUE(AcceptsCoding("br ; Q=1.0", kBrotli));
  EXPECT_TRUE(AcceptsCoding("*", kBrotli));
  EXPECT_TRUE(AcceptsCoding("*;q=0, br", kBrotli));
  EXPECT_TRUE(AcceptsCoding("br;level=0;q=1", kBrotli));
  EXPECT_FALSE(AcceptsCoding("", kGzip));
  EXPECT_FALSE(AcceptsCoding("identity", kGzip));
  EXPECT_FALSE(AcceptsCoding("gzip;q=0", kGzip));
  EXPECT_FALSE(AcceptsCoding("gzip ; q=0.000", kGzip));
  EXPECT_FALSE(AcceptsCoding("gzip;q=0, *", kGzip));
  EXPECT_FALSE(AcceptsCoding("*;q=0", kGzip));
  EXPECT_FALSE(AcceptsCoding("bro", kBrotli));
  EXPECT_TRUE(AcceptsAll("br, gzip", {kGzip, kBrotli}));
  EXPECT_FALSE(AcceptsAll("br", {kGzip, kBrotli}));
}

CodingPlan Plan(std::string_view named, const CodingList& has, std::string_view accepted,
                bool manual = false, int status = 200) {
  const Fields fields = {{"content-encoding", named}};
  return PlanCoding({status, "", fields}, has, manual, accepted);
}

void ExpectPlan(const CodingPlan& plan, bool decode, std::optional<Coding> encode, bool drop_header,
                bool negotiated) {
  EXPECT_EQ(plan.decode, decode);
  EXPECT_EQ(plan.encode, encode);
  EXPECT_EQ(plan.drop_header, drop_header);
  EXPECT_EQ(plan.negotiated, negotiated);
}

TEST(ContentCodingTest, ACodedBodyGoesOnOrIsDecoded) {
  ExpectPlan(Plan("gzip", {kGzip}, "gzip"), false, {}, false, true);
  ExpectPlan(Plan("deflate", {kDeflate}, "deflate"), false, {}, false, true);
  ExpectPlan(Plan("gzip", {kGzip}, "br"), true, {}, true, true);
  ExpectPlan(Plan("gzip, br", {kGzip, kBrotli}, "br"), true, {}, true, true);
  ExpectPlan(Plan("gzip", {kGzip}, "", true), false, {}, false, false);
}

TEST(ContentCodingTest, AServerMayForbidChanges) {
  const auto plan = [](std::string_view cache_control, const CodingList& has) {
    const Fields fields = {{"content-encoding", "gzip"},
                           {"cache-control", "private"},
                           {"Cache-Control", cache_control}};
    return PlanCoding({200, "", fields}, has, false, "");
  };
  ExpectPlan(plan("no-transform", {kGzip}), false, {}, false, false);
  ExpectPlan(plan("max-age=1 , No-Transform", {kGzip}), false, {}, false, false);
  ExpectPlan(plan("no-transforms, x-no-transform", {kGzip}), true, {}, true, true);
  // The script made the body: it is not what the header says yet.
  ExpectPlan(plan("no-transform", {}), false, {}, true, true);
}

TEST(ContentCodingTest, AnotherBodyIsCompressedAsTheHeaderSays) {
  ExpectPlan(Plan("gzip", {}, "gzip"), false, kGzip, false, true);
  ExpectPlan(Plan("br", {}, "gzip"), false, {}, true, true);
  ExpectPlan(Plan("br", {kGzip}, "gzip, br"), true, kBrotli, false, true);
  ExpectPlan(Plan("br", {kGzip}, "gzip"), true, {}, true, true);
  ExpectPlan(Plan("deflate", {}, "deflate"), false, {}, false, false);
  ExpectPlan(Plan("zstd", {}, "zstd"), false, {}, false, false);
  ExpectPlan(Plan("zstd", {kGzip}, "zstd"), true, {}, false, false);
  ExpectPlan(Plan("zstd", {Coding::kZstd}, "zstd"), false, {}, false, true);
  ExpectPlan(Plan("zstd", {Coding::kZstd}, "gzip"), true, {}, true, true);
  ExpectPlan(Plan("gzip, br", {}, "gzip, br"), false, {}, false, false);
  ExpectPlan(Plan("identity", {kGzip}, "gzip"), true, {}, false, false);
  ExpectPlan(Plan("gzip", {}, "gzip", true), false, {}, false, false);
  ExpectPlan(Plan("br", {kGzip}, "br", true), true, {}, false, false);
  ExpectPlan(Plan("gzip", {}, "gzip", false, 206), false, {}, false, false);
}

std::string Text(const Fields& fields) {
  std::string text;
  for (const http::HeaderField& field : fields) {
    text.append(field.name).append("=").append(field.value).append(" ");
  }
  return text;
}

TEST(ContentCodingTest, TheHeadSaysWhatIsSent) {
  std::deque<std::string> values;
  Fields fields = {{"content-encoding", "gzip"}, {"Content-Length", "9"}, {"ETag", "\"1\""}};
  ApplyPlan({.decode = true, .encode = {}, .drop_header = true, .negotiated = true}, fields,
            values);
  EXPECT_EQ(Text(fields), "ETag=W/\"1\" vary=accept-encoding ");

  fields = {{"content-encoding", "gzip"}, {"etag", "W/\"1\""}, {"vary", "Origin, Accept-Encoding"}};
  ApplyPlan({.decode = false, .encode = kGzip, .drop_header = false, .negotiated = true}, fields,
            values);
  EXPECT_EQ(Text(fields), "content-encoding=gzip etag=W/\"1\" vary=Origin, Accept-Encoding ");

  fields = {{"vary", "*"}, {"x", "y"}};
  ApplyPlan({.decode = false, .encode = {}, .drop_header = true, .negotiated = true}, fields,
            values);
  EXPECT_EQ(Text(fields), "vary=* x=y ");

  fields = {{"content-encoding", "gzip"}, {"etag", "\"1\""}, {"content-length", "9"}};
  ApplyPlan({.decode = false, .encode = {}, .drop_header = false, .negotiated = true}, fields,
            values);
  EXPECT_EQ(Text(fields),
            "content-encoding=gzip etag=\"1\" content-length=9 vary=accept-encoding ");

  fields = {{"content-encoding", "gzip"}, {"content-length", "9"}};
  ApplyPlan({.decode = true, .encode = {}, .drop_header = false, .negotiated = false}, fields,
            values);
  EXPECT_EQ(Text(fields), "content-encoding=gzip ");

  fields = {{"content-encoding", "gzip"}, {"etag", "\"1\""}};
  ApplyPlan({}, fields, values);
  EXPECT_EQ(Text(fields), "content-encoding=gzip etag=\"1\" ");
}

TEST(ContentCodingTest, EveryEtagStaysReadable) {
  // Short ones are kept inside of a string's own object, long ones elsewhere.
  const std::string long_tag = "\"" + std::string(100, 'x') + "\"";
  std::deque<std::string> values;
  Fields fields;
  for (int i = 0; i < 50; ++i) {
    fields.push_back({"etag", "\"1\""});
    fields.push_back({"ETag", long_tag});
  }
  ApplyPlan({.decode = false, .encode = kGzip, .drop_header = false, .negotiated = true}, fields,
            values);
  ASSERT_EQ(fields.size(), 101u);
  for (size_t i = 0; i < 100; ++i) EXPECT_EQ(fields[i].value, i % 2 ? "W/" + long_tag : "W/\"1\"");
}

}  // namespace
}  // namespace sedge::web
