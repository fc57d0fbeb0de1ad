// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/encoding/text_decoder.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <string_view>

#include "runtime/web/encoding/encoding_index.h"
#include "runtime/web/encoding/utf8.h"

namespace sedge::web {
namespace {

using std::literals::operator""sv;

constexpr DecodeOptions kFatal = {.fatal = true};

std::u16string Decode(Encoding encoding, std::string_view bytes, DecodeOptions options = {}) {
  DecoderState state;
  std::u16string text;
  return DecodeText(encoding, options, state, AsBytes(bytes), text) ? text : u"(error)";
}

// One byte at a time.
std::u16string DecodeInPieces(Encoding encoding, std::string_view bytes) {
  DecoderState state;
  std::u16string all;
  std::u16string text;
  for (size_t i = 0; i < bytes.size(); ++i) {
    EXPECT_TRUE(DecodeText(encoding, {.flush = false}, state, AsBytes(bytes.substr(i, 1)), text));
    all += text;
  }
  EXPECT_TRUE(DecodeText(encoding, {}, state, {}, text));
  return all + text;
}

void ExpectDecodes(Encoding encoding, std::string_view bytes, std::u16string_view expected) {
  EXPECT_EQ(Decode(encoding, bytes), expected) << EncodingName(encoding);
  EXPECT_EQ(DecodeInPieces(encoding, bytes), expected) << EncodingName(encoding);
  const bool malformed = expected.find(u'\uFFFD') != expected.npos;
  if (malformed) {
    EXPECT_EQ(Decode(encoding, bytes, kFatal), u"(error)") << EncodingName(encoding);
  }
}

TEST(TextDecoderTest, Utf8) {
  ExpectDecodes(Encoding::kUtf8, "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x92\xA9z",
                u"a\u00e9\u20ac\U0001F4A9z");
  ExpectDecodes(Encoding::kUtf8, "\xEF\xBB\xBF\xEF\xBB\xBFx", u"\uFEFFx");
}

TEST(TextDecoderTest, Utf8ReplacesEachMaximalSubpart) {
  ExpectDecodes(Encoding::kUtf8, "\xE2\x82" "A", u"\uFFFD" u"A");
  ExpectDecodes(Encoding::kUtf8, "\xF0\x9F\x92", u"\uFFFD");
  ExpectDecodes(Encoding::kUtf8, "\xC0\xAF", u"\uFFFD\uFFFD");
  ExpectDecodes(Encoding::kUtf8, "\xED\xA0\x80", u"\uFFFD\uFFFD\uFFFD");
  ExpectDecodes(Encoding::kUtf8, "\xF4\x90\x80\x80", u"\uFFFD\uFFFD\uFFFD\uFFFD");
  ExpectDecodes(Encoding::kUtf8, "\x80\xFF", u"\uFFFD\uFFFD");
  ExpectDecodes(Encoding::kUtf8, "\xF1\x80\x80\xE1\x80\xC2", u"\uFFFD\uFFFD\uFFFD");
}

TEST(TextDecoderTest, TheByteOrderMark) {
  const DecodeOptions keep = {.ignore_bom = true};
  EXPECT_EQ(Decode(Encoding::kUtf8, "\xEF\xBB\xBFx", keep), u"\uFEFFx");
  ExpectDecodes(Encoding::kUtf16Le, "\xFF\xFEx\0"sv, u"x");
  EXPECT_EQ(Decode(Encoding::kUtf16Be, "\xFE\xFF\0x"sv, keep), u"\uFEFFx");
}

TEST(TextDecoderTest, Utf16) {
  ExpectDecodes(Encoding::kUtf16Le, "a\0\x3D\xD8\xA9\xDC"sv, u"a\U0001F4A9");
  ExpectDecodes(Encoding::kUtf16Be, "\0a\xD8\x3D\0b"sv, u"a\uFFFD" u"b");
  ExpectDecodes(Encoding::kUtf16Le, "\xA9\xDC" "a\0"sv, u"\uFFFD" u"a");
  ExpectDecodes(Encoding::kUtf16Le, "a\0\x3D\xD8\x01"sv, u"a\uFFFD");
}

TEST(TextDecoderTest, SingleByte) {
  ExpectDecodes(Encoding::kWindows1252, "\x80\x81\xE9", u"\u20ac\u0081\u00e9");
  ExpectDecodes(Encoding::kKoi8U, "\xAE\xBE\xC1", u"\u045e\u040e\u0430");
  ExpectDecodes(Encoding::kWindows874, "\xA1\xDB", u"\u0e01\uFFFD");
  ExpectDecodes(Encoding::kWindows1253, "\xAA\xE1", u"\uFFFD\u03b1");
  ExpectDecodes(Encoding::kWindows1255, "\xCA\xE0", u"\u05ba\u05d0");
  ExpectDecodes(Encoding::kIso8859_16, "\x80\xA4\xFF", u"\u0080\u20ac\u00ff");
  ExpectDecodes(Encoding::kIso8859_8I, "\xE0", u"\u05d0");
  ExpectDecodes(Encoding::kMacintosh, "\xF0", u"\uF8FF");
  ExpectDecodes(Encoding::kXUserDefined, "a\x80\xFF", u"a\uF780\uF7FF");
}

TEST(TextDecoderTest, Gb18030) {
  ExpectDecodes(Encoding::kGbk, "\x80\xC4\xE3\xBA\xC3", u"\u20ac\u4f60\u597d");
  ExpectDecodes(Encoding::kGb18030, "\x90\x30\x81\x30\x81\x30\x81\x30", u"\U00010000\u0080");
  ExpectDecodes(Encoding::kGb18030, "\xA3\xA0\xA6\xD9\x81\x35\xF4\x37", u"\u3000\uFE10\uE7C7");
  ExpectDecodes(Encoding::kGb18030, "\x81\x30\x81" "A", u"\uFFFD" u"0\u4e04");
  ExpectDecodes(Encoding::kGb18030, "\x81" "!\xFF\x81", u"\uFFFD!\uFFFD\uFFFD");
  ExpectDecodes(Encoding::kGb18030, "\xFE\x39\xFE\x39", u"\uFFFD");
}

TEST(TextDecoderTest, Big5) {
  ExpectDecodes(Encoding::kBig5, "\xA7\x41\xA6\x6E", u"\u4f60\u597d");
  ExpectDecodes(Encoding::kBig5, "\x88\x62\x88\xA5", u"\u00ca\u0304\u00ea\u030c");
  ExpectDecodes(Encoding::kBig5, "\x87\x40\x81\x40", u"\u43f0\uFFFD@");
  ExpectDecodes(Encoding::kBig5, "\xA7", u"\uFFFD");
}

TEST(TextDecoderTest, Japanese) {
  ExpectDecodes(Encoding::kShiftJis, "\x82\xA0\xB1\x5C\xF0\x40", u"\u3042\uFF71\\\uE000");
  ExpectDecodes(Encoding::kShiftJis, "\x81" "1\xA0", u"\uFFFD" u"1\uFFFD");
  ExpectDecodes(Encoding::kEucJp, "\xA4\xA2\x8E\xB1\x8F\xA2\xAF", u"\u3042\uFF71\u02d8");
  ExpectDecodes(Encoding::kEucJp, "\x8F\xA2" "a\xA4", u"\uFFFD" u"a\uFFFD");
  ExpectDecodes(Encoding::kIso2022Jp, "a\x1B$B$\"\x1B(J\\~\x1B(I1\x1B(Bb",
                u"a\u3042\u00a5\u203e\uFF71b");
  ExpectDecodes(Encoding::kIso2022Jp, "\x1B(B\x1B(B\x1B" "x\x0E", u"\uFFFD\uFFFDx\uFFFD");
  ExpectDecodes(Encoding::kIso2022Jp, "\x1B$B$", u"\uFFFD");
  ExpectDecodes(Encoding::kIso2022Jp, "\x1B$", u"\uFFFD$");
}

TEST(TextDecoderTest, EucKr) {
  ExpectDecodes(Encoding::kEucKr, "\xBE\xC8\xB3\xE7\x81\x41", u"\uc548\ub155\uac02");
  ExpectDecodes(Encoding::kEucKr, "\xC9\xA1\x81" "!", u"\uFFFD\uFFFD!");
}

TEST(TextDecoderTest, AnyStateIsHarmless) {
  DecoderState state;
  std::memset(static_cast<void*>(&state), 0xFF, sizeof(state));
  const DecoderState bad = state;
  std::u16string text;
  for (size_t i = 0; i < kEncodingCount; ++i) {
    state = bad;
    EXPECT_TRUE(DecodeText(static_cast<Encoding>(i), {}, state, AsBytes("ab\xE2"), text));
  }
}

TEST(TextDecoderTest, AnIso2022JpStateThatReturnsToAnEscapeEnds) {
  for (int mode = 0; mode < 8; ++mode) {
    for (int output_mode = 0; output_mode < 8; ++output_mode) {
      DecoderState state;
      state.mode = static_cast<uint8_t>(mode);
      state.output_mode = static_cast<uint8_t>(output_mode);
      std::u16string text;
      EXPECT_TRUE(DecodeText(Encoding::kIso2022Jp, {}, state, AsBytes("ab\x1B$c"), text));
      EXPECT_LE(text.size(), 8u);
    }
  }
}

TEST(EncodingLabelsTest, FindsLabelsInAnyCase) {
  EXPECT_EQ(EncodingFromLabel(" UTF8\n"), Encoding::kUtf8);
  EXPECT_EQ(EncodingFromLabel("latin1"), Encoding::kWindows1252);
  EXPECT_EQ(EncodingFromLabel("ISO-8859-8-I"), Encoding::kIso8859_8I);
  EXPECT_EQ(EncodingFromLabel("iso-2022-kr"), Encoding::kReplacement);
  EXPECT_EQ(EncodingFromLabel("utf-7"), std::nullopt);
  EXPECT_EQ(EncodingFromLabel(""), std::nullopt);
  EXPECT_EQ(EncodingFromLabel("utf-8\v"), std::nullopt);
  for (size_t i = 0; i < kEncodingCount; ++i) {
    const Encoding encoding = static_cast<Encoding>(i);
    EXPECT_EQ(EncodingFromLabel(EncodingName(encoding)), encoding) << EncodingName(encoding);
  }
}

// The number of code points in each of the standard's indexes.
TEST(EncodingIndexTest, HasAllEntries) {
  auto count = [](const MultiByteIndex& index) {
    size_t entries = 0;
    for (size_t i = 0; i < 30'000; ++i) entries += index.At(i) != 0;
    return entries;
  };
  EXPECT_EQ(count(Gb18030Index()), 23'940u);
  EXPECT_EQ(count(Big5Index()), 18'590u);
  EXPECT_EQ(count(EucKrIndex()), 17'048u);
  EXPECT_EQ(count(Jis0208Index()), 7'724u);
  EXPECT_EQ(count(Jis0212Index()), 6'067u);
  EXPECT_EQ(Gb18030RangesCodePoint(39'394), 0xFFE6u);
  EXPECT_EQ(Gb18030RangesCodePoint(39'420), 0u);
  EXPECT_EQ(Gb18030RangesCodePoint(1'237'575), 0x10FFFFu);
  EXPECT_EQ(Gb18030RangesCodePoint(1'237'576), 0u);
}

TEST(Utf8Test, Latin1WherePossible) {
  std::string latin1;
  EXPECT_TRUE(Utf8ToLatin1(AsBytes("a long enough \xC3\xA9t\xC3\xA9"), latin1));
  EXPECT_EQ(latin1, "a long enough \xE9t\xE9");
  EXPECT_FALSE(Utf8ToLatin1(AsBytes("\xC4\x80"), latin1));
  EXPECT_FALSE(Utf8ToLatin1(AsBytes("\xC3"), latin1));
  EXPECT_EQ(AsciiPrefixLength(AsBytes("0123456789\x80")), 10u);
  EXPECT_EQ(AsciiPrefixLength({}), 0u);
}

}  // namespace
}  // namespace sedge::web
