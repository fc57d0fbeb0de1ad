// SPDX-License-Identifier: Apache-2.0
#include "kv/record_codec.h"

#include <gtest/gtest.h>

#include <limits>

#include "kv/store.h"

namespace sedge::kv {
namespace {

Record Full() {
  Record record;
  record.version = 0x0807060504030201;
  record.expiration = 0x1817161514131211;
  record.metadata = "{}";
  record.value_size = 3;
  return record;
}

TEST(RecordCodec, HasTheBytesOfTheFormat) {
  EXPECT_EQ(EncodeRecord(Full()), std::string("\x01\x03"
                                              "\x01\x02\x03\x04\x05\x06\x07\x08"
                                              "\x03\x00\x00\x00"
                                              "\x11\x12\x13\x14\x15\x16\x17\x18"
                                              "\x02\x00{}",
                                              26));
  EXPECT_EQ(EncodeRecord(Record{}), std::string("\x01", 1) + std::string(13, '\0'));
}

TEST(RecordCodec, DecodesWhatItEncodes) {
  const std::string row = EncodeRecord(Full()) + "abc";
  const auto decoded = DecodeValueRow(row);
  ASSERT_TRUE(decoded.ok()) << decoded.status().ToString();
  EXPECT_EQ(decoded->record.version, Full().version);
  EXPECT_EQ(decoded->record.expiration, Full().expiration);
  EXPECT_EQ(decoded->record.metadata, "{}");
  EXPECT_EQ(decoded->value, "abc");
  EXPECT_FALSE(decoded->record.in_blob);
}

TEST(RecordCodec, KeepsExtremes) {
  Record record;
  record.version = std::numeric_limits<uint64_t>::max();
  record.expiration = std::numeric_limits<int64_t>::min();
  const std::string metadata(kMaxMetadataBytes, 'm');
  record.metadata = metadata;
  record.value_size = kMaxValueBytes;
  const std::string row = EncodeRecord(record);
  const auto decoded = DecodeRecord(row);
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(decoded->version, record.version);
  EXPECT_EQ(decoded->expiration, record.expiration);
  EXPECT_EQ(decoded->metadata, metadata);
  EXPECT_EQ(decoded->value_size, kMaxValueBytes);
}

TEST(RecordCodec, EmptyMetadataIsNotNone) {
  Record record;
  record.metadata = "";
  EXPECT_EQ(DecodeRecord(EncodeRecord(record))->metadata, "");
  EXPECT_EQ(DecodeRecord(EncodeRecord(Record{}))->metadata, std::nullopt);
}

TEST(RecordCodec, FlagsRowsThatGoToBlobFiles) {
  const size_t header = EncodeRecord(Record{}).size();
  Record record;
  record.value_size = static_cast<uint32_t>(kMinBlobBytes - header - 1);
  EXPECT_FALSE(DecodeRecord(EncodeRecord(record))->in_blob);
  ++record.value_size;
  EXPECT_TRUE(DecodeRecord(EncodeRecord(record))->in_blob);
}

TEST(RecordCodec, EveryCutIsNoticed) {
  const std::string row = EncodeRecord(Full()) + "abc";
  for (size_t size = 0; size < row.size(); ++size) {
    const auto decoded = DecodeValueRow(row.substr(0, size));
    ASSERT_FALSE(decoded.ok()) << size;
    EXPECT_EQ(decoded.status().code(), StatusCode::kCorruption);
  }
  EXPECT_FALSE(DecodeValueRow(row + "d").ok());
  EXPECT_FALSE(DecodeRecord(row).ok());
}

TEST(RecordCodec, NamesWhatIsWrong) {
  std::string row = EncodeRecord(Record{});
  row[0] = 2;
  EXPECT_NE(DecodeRecord(row).status().message().find("unknown tag 2"), std::string::npos);
  row[0] = 1;
  row[1] = 8;
  EXPECT_NE(DecodeRecord(row).status().message().find("unknown flags 8"), std::string::npos);
  row[1] = 0;
  row[13] = 0x7f;
  EXPECT_NE(DecodeRecord(row).status().message().find("value size"), std::string::npos);
}

TEST(RecordCodec, ExpiresAtItsSecond) {
  Record record;
  EXPECT_FALSE(IsExpired(record, std::numeric_limits<int64_t>::max()));
  record.expiration = 100;
  EXPECT_FALSE(IsExpired(record, 99));
  EXPECT_TRUE(IsExpired(record, 100));
}

}  // namespace
}  // namespace sedge::kv
