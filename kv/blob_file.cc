// SPDX-License-Identifier: Apache-2.0
#include "kv/blob_file.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <string_view>

#include "kv/crc32c.h"
#include "kv/key_codec.h"
#include "kv/store.h"

namespace sedge::kv {
namespace {

// db/blob/blob_log_format.h of RocksDB describes the file.
constexpr uint32_t kMagic = 2395959;
constexpr size_t kFileHeaderBytes = 30;  // without a CRC
constexpr size_t kFooterBytes = 32;
constexpr size_t kRecordHeaderBytes = 32;  // key size, value size, expiration, two CRCs
constexpr uint64_t kMaxRowBytes = kMaxNamespaceBytes + kMaxKeyBytes + 2;
constexpr uint64_t kMaxBlobBytes = kMaxValueBytes + (256u << 10);  // some grow when compressed

uint64_t Number(std::string_view bytes, size_t size) {
  uint64_t value = 0;
  for (size_t i = 0; i < size; ++i) {
    value |= static_cast<uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  }
  return value;
}

bool CheckedAtEnd(std::string_view bytes) {
  const std::string_view body = bytes.substr(0, bytes.size() - 4);
  return MaskedCrc32c(body) == Number(bytes.substr(body.size()), 4);
}

class Reader {
 public:
  Reader(std::ifstream& in, uint64_t size, BlobFileReport& report)
      : in_(in), left_(size), report_(report) {}

  void Run() {
    if (!Take(kFileHeaderBytes)) return Damage("is cut short in its header");
    if (Number(bytes_, 4) != kMagic) Damage("has a damaged header");
    while (left_ > kFooterBytes) {
      if (!TakeRecord()) return;
    }
    if (!Take(kFooterBytes) || Number(bytes_, 4) != kMagic || !CheckedAtEnd(bytes_)) {
      Damage("has no whole footer");
    }
  }

 private:
  // False when the next record cannot be found.
  bool TakeRecord() {
    if (!Take(kRecordHeaderBytes)) return Stop("is cut short");
    const std::string header = bytes_;
    const std::string_view view = header;
    const uint64_t key_size = Number(view, 8);
    const uint64_t value_size = Number(view.substr(8), 8);
    if (MaskedCrc32c(view.substr(0, 24)) != Number(view.substr(24), 4) || key_size == 0 ||
        key_size > kMaxRowBytes || value_size > kMaxBlobBytes) {
      return Stop("has a damaged record header");
    }
    if (!Take(key_size + value_size)) return Stop("is cut short");
    ++report_.records;
    report_.record_bytes += kRecordHeaderBytes + key_size + value_size;
    if (MaskedCrc32c(bytes_) == Number(view.substr(28), 4)) return true;
    Damage("has a damaged blob");
    const std::string key = bytes_.substr(0, key_size);
    if (!DecodeRowKey(key)) return true;
    if (report_.rows.first.empty() || key < report_.rows.first) report_.rows.first = key;
    if (key > report_.rows.last) report_.rows.last = key;
    return true;
  }

  bool Take(uint64_t size) {
    if (size > left_) return false;
    bytes_.resize(size);
    in_.read(bytes_.data(), static_cast<std::streamsize>(size));
    left_ -= size;
    return static_cast<bool>(in_);
  }

  void Damage(const char* what) {
    if (report_.damage.empty()) report_.damage = what;
  }
  bool Stop(const char* what) {
    Damage(what);
    return false;
  }

  std::ifstream& in_;
  uint64_t left_;
  BlobFileReport& report_;
  std::string bytes_;
};

}  // namespace

Result<BlobFileReport> CheckBlobFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary | std::ios::ate);
  if (!in) return IoError("cannot open " + path + ": " + std::strerror(errno));
  const auto size = static_cast<uint64_t>(in.tellg());
  in.seekg(0);
  BlobFileReport report;
  Reader(in, size, report).Run();
  return report;
}

}  // namespace sedge::kv
