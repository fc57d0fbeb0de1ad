// SPDX-License-Identifier: Apache-2.0
#include "kv/record_codec.h"

#include "kv/store.h"
#include "runtime/base/check.h"

namespace sedge::kv {
namespace {

constexpr uint8_t kTag = 0x01;
constexpr uint8_t kHasExpiration = 0x01;
constexpr uint8_t kHasMetadata = 0x02;
constexpr uint8_t kInBlob = 0x04;
constexpr uint8_t kKnownFlags = kHasExpiration | kHasMetadata | kInBlob;

template <typename T>
void AppendLittleEndian(std::string& out, T value) {
  for (size_t i = 0; i < sizeof(T); ++i) out += static_cast<char>(value >> (8 * i) & 0xff);
}

// Takes fields off the front of a row; once one is missing, everything after it is too.
class Reader {
 public:
  explicit Reader(std::string_view row) : rest_(row) {}

  template <typename T>
  T Take() {
    const std::string_view bytes = TakeBytes(sizeof(T));
    T value = 0;
    for (size_t i = 0; i < bytes.size(); ++i) {
      value |= static_cast<T>(static_cast<T>(static_cast<unsigned char>(bytes[i])) << (8 * i));
    }
    return value;
  }

  std::string_view TakeBytes(size_t size) {
    if (size > rest_.size()) ok_ = false;
    if (!ok_) return {};
    const std::string_view bytes = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return bytes;
  }

  bool ok() const { return ok_; }
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

Status Damaged(std::string_view what) {
  return Corruption("a stored record is damaged: " + std::string(what));
}

Result<Record> TakeRecord(Reader& reader) {
  Record record;
  const uint8_t tag = reader.Take<uint8_t>();
  const uint8_t flags = reader.Take<uint8_t>();
  record.version = reader.Take<uint64_t>();
  record.value_size = reader.Take<uint32_t>();
  if (reader.ok() && tag != kTag) return Damaged("unknown tag " + std::to_string(tag));
  if (reader.ok() && (flags & ~kKnownFlags) != 0) {
    return Damaged("unknown flags " + std::to_string(flags));
  }
  if (flags & kHasExpiration) record.expiration = static_cast<int64_t>(reader.Take<uint64_t>());
  if (flags & kHasMetadata) record.metadata = reader.TakeBytes(reader.Take<uint16_t>());
  if (!reader.ok()) return Damaged("it is cut short");
  if (record.value_size > kMaxValueBytes) {
    return Damaged("value size " + std::to_string(record.value_size));
  }
  if (record.metadata && record.metadata->size() > kMaxMetadataBytes) {
    return Damaged("metadata size " + std::to_string(record.metadata->size()));
  }
  record.in_blob = flags & kInBlob;
  return record;
}

}  // namespace

std::string EncodeRecord(Record record) {
  SEDGE_CHECK(record.value_size <= kMaxValueBytes);
  SEDGE_CHECK(!record.metadata || record.metadata->size() <= kMaxMetadataBytes);
  uint8_t flags = 0;
  if (record.expiration) flags |= kHasExpiration;
  if (record.metadata) flags |= kHasMetadata;
  std::string row;
  AppendLittleEndian(row, kTag);
  AppendLittleEndian(row, flags);
  AppendLittleEndian(row, record.version);
  AppendLittleEndian(row, record.value_size);
  if (record.expiration) AppendLittleEndian(row, static_cast<uint64_t>(*record.expiration));
  if (record.metadata) {
    AppendLittleEndian(row, static_cast<uint16_t>(record.metadata->size()));
    row += *record.metadata;
  }
  if (row.size() + record.value_size >= kMinBlobBytes) row[1] |= kInBlob;
  return row;
}

Result<Record> DecodeRecord(std::string_view row) {
  Reader reader(row);
  SEDGE_ASSIGN_OR_RETURN(const Record record, TakeRecord(reader));
  if (!reader.rest().empty()) return Damaged("bytes follow it");
  return record;
}

Result<ValueRow> DecodeValueRow(std::string_view row) {
  Reader reader(row);
  SEDGE_ASSIGN_OR_RETURN(const Record record, TakeRecord(reader));
  if (reader.rest().size() != record.value_size) {
    return Damaged("it has " + std::to_string(reader.rest().size()) + " value bytes instead of " +
                   std::to_string(record.value_size));
  }
  return ValueRow{record, reader.rest()};
}

}  // namespace sedge::kv
