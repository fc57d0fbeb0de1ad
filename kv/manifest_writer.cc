// SPDX-License-Identifier: Apache-2.0
#include "kv/manifest_writer.h"

#include "kv/key_codec.h"
#include "kv/log_reader.h"
#include "kv/store.h"

namespace sedge::kv {
namespace {

// db/version_edit.h and db/blob/blob_file_addition.cc of RocksDB.
enum Tag : uint64_t {
  kComparator = 1,
  kLogNumber = 2,
  kNextFileNumber = 3,
  kLastSequence = 4,
  kNewFile = 103,
  kColumnFamily = 200,
  kColumnFamilyAdd = 201,
  kMaxColumnFamily = 203,
  kBlobFileAddition = 400,
};
enum NewFileTag : uint64_t { kEndOfNewFile = 1, kOldestBlobFile = 4 };
constexpr uint64_t kEndOfBlobFile = 0;
constexpr std::string_view kBytewise = "leveldb.BytewiseComparator";
// Beyond that of any row, or an iterator would not see it.
constexpr uint64_t kSequence = uint64_t{1} << 50;
constexpr char kPutType = 1;

std::string Varint(uint64_t value) {
  std::string out;
  for (; value >= 0x80; value >>= 7) out += static_cast<char>((value & 0x7f) | 0x80);
  return out += static_cast<char>(value);
}

std::string Sized(std::string_view text) { return Varint(text.size()).append(text); }

std::string InFamily(uint32_t id) { return Varint(kColumnFamily) + Varint(id); }

// A row key with a made-up sequence number behind it.
std::string InternalKey(std::string_view row, uint64_t sequence) {
  std::string key(row);
  key += kPutType;
  for (int i = 0; i < 7; ++i) key += static_cast<char>(sequence >> (8 * i) & 0xff);
  return key;
}

}  // namespace

ManifestWriter::ManifestWriter(uint64_t next_file) {
  AppendLogRecord(file_, Varint(kComparator) + Sized(kBytewise) + Varint(kLogNumber) + Varint(0) +
                             Varint(kNextFileNumber) + Varint(next_file) + Varint(kLastSequence) +
                             Varint(kSequence));
}

void ManifestWriter::AddFamily(uint32_t id, std::string_view name) {
  AppendLogRecord(file_, Varint(kComparator) + Sized(kBytewise) + Varint(kLogNumber) + Varint(0) +
                             Varint(kMaxColumnFamily) + Varint(id) + InFamily(id) +
                             Varint(kColumnFamilyAdd) + Sized(name));
}

void ManifestWriter::AddBlobFile(uint32_t family, uint64_t number, uint64_t records,
                                 uint64_t bytes) {
  // Without a table that refers to it, RocksDB leaves a blob file out.
  if (oldest_blob_ == 0 || number < oldest_blob_) oldest_blob_ = number;
  blob_family_ = family;
  AppendLogRecord(file_, Varint(kBlobFileAddition) + Varint(number) + Varint(records) +
                             Varint(bytes) + Sized("") + Sized("") + Varint(kEndOfBlobFile) +
                             InFamily(family));
}

void ManifestWriter::AddTable(uint32_t family, uint64_t number, uint64_t size) {
  const uint64_t sequence = ++tables_;  // tables of level 0 must follow one another
  std::string edit = Varint(kNewFile) + Varint(0) + Varint(number) + Varint(size);
  edit += Sized(InternalKey("", sequence));
  edit += Sized(InternalKey(std::string(kMaxNamespaceBytes + kMaxKeyBytes + 3, '\xff'), sequence));
  edit += Varint(sequence) + Varint(sequence);
  if (family == blob_family_ && oldest_blob_ != 0) {
    edit += Varint(kOldestBlobFile) + Sized(Varint(oldest_blob_));
  }
  edit += Varint(kEndOfNewFile);
  AppendLogRecord(file_, edit + InFamily(family));
}

}  // namespace sedge::kv
