// SPDX-License-Identifier: Apache-2.0
#include "kv/log_reader.h"

#include <algorithm>

#include "kv/crc32c.h"

namespace sedge::kv {
namespace {

// github.com/facebook/rocksdb/wiki/Write-Ahead-Log-File-Format
constexpr size_t kBlockBytes = 32u << 10;
constexpr size_t kHeaderBytes = 7;      // CRC (4), payload size (2), type (1)
constexpr size_t kBatchHeadBytes = 12;  // sequence (8), count (4)
enum FragmentType : uint8_t { kFull = 1, kFirst = 2, kMiddle = 3, kLast = 4 };

template <typename T>
T LittleEndian(std::string_view bytes) {
  T value = 0;
  for (size_t i = 0; i < sizeof(T); ++i) {
    value |= static_cast<T>(static_cast<T>(static_cast<uint8_t>(bytes[i])) << (8 * i));
  }
  return value;
}

}  // namespace

void LogReader::MarkBad(uint64_t offset) {
  if (!first_bad_) first_bad_ = offset;
}

void LogReader::Skip(uint64_t offset) {
  if (!skipped_) skipped_ = offset;
  at_ = std::min<uint64_t>((offset / kBlockBytes + 1) * kBlockBytes, file_.size());
}

std::optional<LogReader::Fragment> LogReader::NextFragment() {
  skipped_.reset();
  while (at_ < file_.size()) {
    const uint64_t in_block = kBlockBytes - at_ % kBlockBytes;
    if (in_block < kHeaderBytes) {  // padding
      at_ += std::min<uint64_t>(in_block, file_.size() - at_);
      continue;
    }
    const uint64_t offset = at_;
    const std::string_view rest = file_.substr(at_, in_block);
    if (rest.size() < kHeaderBytes) {
      Skip(offset);
      continue;
    }
    const size_t size = LittleEndian<uint16_t>(rest.substr(4));
    const uint8_t type = static_cast<uint8_t>(rest[6]);
    if (kHeaderBytes + size > rest.size() || type < kFull || type > kLast ||
        MaskedCrc32c(rest.substr(6, 1 + size)) != LittleEndian<uint32_t>(rest)) {
      Skip(offset);
      continue;
    }
    at_ += kHeaderBytes + size;
    return Fragment{offset, type, rest.substr(kHeaderBytes, size)};
  }
  return std::nullopt;
}

std::optional<LogRecord> LogReader::Next() {
  std::optional<LogRecord> open;  // its first fragments were read
  uint64_t expected_at = at_;
  while (true) {
    const std::optional<Fragment> fragment = NextFragment();
    if (skipped_) MarkBad(open ? open->offset : *skipped_);
    if (!fragment) break;
    const bool starts = fragment->type == kFull || fragment->type == kFirst;
    // Padding alone may lie between two fragments.
    const bool follows = fragment->offset - expected_at < kHeaderBytes;
    if (open && (starts || !follows)) {
      MarkBad(open->offset);
      open.reset();
    }
    expected_at = at_;
    if (starts) {
      open = LogRecord{.offset = fragment->offset, .end = 0};
      payload_.clear();
    } else if (!open) {
      MarkBad(fragment->offset);
      continue;
    }
    payload_ += fragment->payload;
    if (fragment->type != kFull && fragment->type != kLast) continue;
    open->end = at_;
    return open;
  }
  if (open) MarkBad(open->offset);
  return std::nullopt;
}

std::optional<BatchHead> ReadBatchHead(std::string_view payload) {
  if (payload.size() < kBatchHeadBytes) return std::nullopt;
  return BatchHead{.sequence = LittleEndian<uint64_t>(payload),
                   .writes = LittleEndian<uint32_t>(payload.substr(8))};
}

void AppendLogRecord(std::string& file, std::string_view payload) {
  bool first = true;
  do {
    size_t in_block = kBlockBytes - file.size() % kBlockBytes;
    if (in_block < kHeaderBytes) {
      file.append(in_block, '\0');
      in_block = kBlockBytes;
    }
    const size_t size = std::min(payload.size(), in_block - kHeaderBytes);
    const bool last = size == payload.size();
    std::string checked(
        1, static_cast<char>(first ? (last ? kFull : kFirst) : (last ? kLast : kMiddle)));
    checked += payload.substr(0, size);
    const uint32_t crc = MaskedCrc32c(checked);
    for (int i = 0; i < 4; ++i) file += static_cast<char>(crc >> (8 * i) & 0xff);
    file += static_cast<char>(size & 0xff);
    file += static_cast<char>(size >> 8);
    file += checked;
    payload.remove_prefix(size);
    first = false;
  } while (!payload.empty());
}

}  // namespace sedge::kv
