// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/crypto/der.h"

#include <gtest/gtest.h>

#include "runtime/web/crypto/base64url.h"
#include "runtime/web/crypto/key_info.h"

namespace sedge::web {
namespace {

DerBytes Der(std::initializer_list<int> bytes) { return DerBytes(bytes.begin(), bytes.end()); }

TEST(DerTest, ElementsAreReadInOrder) {
  const DerBytes der = Der({0x30, 7, 0x02, 2, 0, 0x80, 0x04, 1, 5});
  DerReader outer(der);
  DerReader reader = outer.ReadSequence();
  EXPECT_TRUE(outer.AtEnd());
  EXPECT_EQ(AsText(reader.ReadUnsigned()), "\x80");
  EXPECT_FALSE(reader.AtEnd());
  EXPECT_TRUE(reader.Has(kDerOctetString));
  EXPECT_FALSE(reader.Has(kDerInteger));
  EXPECT_EQ(AsText(reader.Read(kDerOctetString)), "\x05");
  EXPECT_TRUE(reader.AtEnd());
}

TEST(DerTest, AFailureStays) {
  const DerBytes der = Der({0x04, 1, 5, 0x04, 1, 6});
  DerReader reader(der);
  EXPECT_TRUE(reader.Read(kDerInteger).empty());
  EXPECT_FALSE(reader.ok());
  EXPECT_TRUE(reader.Read(kDerOctetString).empty());
  EXPECT_FALSE(reader.AtEnd());
  EXPECT_FALSE(reader.ReadSequence().AtEnd());
}

TEST(DerTest, LengthsAreInTheirShortestForm) {
  for (const DerBytes& der :
       {Der({0x04}), Der({0x04, 1}), Der({0x04, 0x80}), Der({0x04, 0x80, 1, 0, 0}),
        Der({0x04, 0x81}), Der({0x04, 0x81, 1, 5}), Der({0x04, 0x81, 0x7F}),
        Der({0x04, 0x82, 0, 0x80}), Der({0x04, 0x85, 1, 0, 0, 0, 0}),
        Der({0x04, 0x84, 0xFF, 0xFF, 0xFF, 0xFF, 1}), Der({0x04, 0xFF})}) {
    DerReader reader(der);
    reader.Read(kDerOctetString);
    EXPECT_FALSE(reader.ok());
  }
  for (const size_t size : {0, 1, 127, 128, 255, 256, 65'535, 65'536, 1 << 24}) {
    const DerBytes contents(size, 7);
    const DerBytes der = WriteDer(kDerOctetString, {contents});
    DerReader reader(der);
    EXPECT_EQ(reader.Read(kDerOctetString).size(), size);
    EXPECT_TRUE(reader.AtEnd());
  }
}

TEST(DerTest, UnsignedIntegersAreCanonical) {
  for (const DerBytes& der :
       {Der({2, 0}), Der({2, 1, 0x80}), Der({2, 2, 0, 1}), Der({2, 3, 0, 0, 0x80})}) {
    DerReader reader(der);
    reader.ReadUnsigned();
    EXPECT_FALSE(reader.ok());
  }
  EXPECT_EQ(WriteDerUnsigned({}), Der({2, 1, 0}));
  EXPECT_EQ(WriteDerUnsigned(Der({0, 0, 5})), Der({2, 1, 5}));
  EXPECT_EQ(WriteDerUnsigned(Der({0x80})), Der({2, 2, 0, 0x80}));
  const DerBytes zero = Der({2, 1, 0});
  DerReader reader(zero);
  EXPECT_TRUE(reader.ReadUnsigned().empty());
  EXPECT_TRUE(reader.AtEnd());
}

TEST(DerTest, BitStringsAreOfWholeBytes) {
  for (const DerBytes& der : {Der({3, 0}), Der({3, 2, 1, 0x80}), Der({3, 2, 8, 0})}) {
    DerReader reader(der);
    reader.ReadBitString();
    EXPECT_FALSE(reader.ok());
  }
  const DerBytes der = WriteDerBitString(Der({9}));
  DerReader reader(der);
  EXPECT_EQ(AsText(reader.ReadBitString()), "\x09");
}

TEST(KeyInfoTest, EnvelopesComeBack) {
  const DerBytes oid = Der({1, 2, 3});
  const DerBytes null = Der({5, 0});
  const DerBytes key = Der({7, 8});
  const Bytes spki = MakeSpki(oid, null, key);
  const std::optional<KeyInfo> parsed = ParseSpki(spki);
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(AsText(parsed->oid), AsText(oid));
  EXPECT_EQ(AsText(parsed->parameters), AsText(null));
  EXPECT_EQ(AsText(parsed->key), AsText(key));
  const SecretBytes pkcs8 = MakePkcs8(oid, {}, key);
  const std::optional<KeyInfo> private_key = ParsePkcs8(pkcs8);
  ASSERT_TRUE(private_key.has_value());
  EXPECT_TRUE(private_key->parameters.empty());
  EXPECT_FALSE(private_key->public_key.has_value());
  EXPECT_FALSE(ParseSpki(pkcs8).has_value());
  EXPECT_FALSE(ParsePkcs8(spki).has_value());
  for (size_t size = 0; size < spki.size(); ++size) {
    EXPECT_FALSE(ParseSpki(spki.span().first(size)).has_value());
  }
}

TEST(Base64UrlTest, ThereAndBack) {
  const std::string bytes("\xFF\xFE\0abc", 6);
  for (size_t size = 0; size <= bytes.size(); ++size) {
    const SecretText text = EncodeBase64Url(AsBytes(bytes.substr(0, size)));
    const std::optional<SecretBytes> decoded = DecodeBase64Url(text);
    ASSERT_TRUE(decoded.has_value()) << text;
    EXPECT_EQ(AsText(*decoded), bytes.substr(0, size));
  }
  EXPECT_EQ(EncodeBase64Url(AsBytes("\xFB\xFF")), "-_8");
}

TEST(Base64UrlTest, NothingElseIsTaken) {
  for (const char* text : {"A", "AAAAA", "AA=", "AA==", "AA AA", "AA\n", "A+AA", "A/AA",
                           "A\xC3\xA9"
                           "A"}) {
    EXPECT_FALSE(DecodeBase64Url(text).has_value()) << text;
  }
  EXPECT_TRUE(DecodeBase64Url("AB").has_value());  // bits left over
}

}  // namespace
}  // namespace sedge::web
