// SPDX-License-Identifier: Apache-2.0
// ItemReader: one JSON text after another out of a long file, which is either JSON lines or one
// JSON array; only the current item is in memory. What an item holds is not looked at. Not tied to
// a thread; used by one at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/base/status.h"

namespace sedge::tools {

struct Item {
  std::string_view text;  // until the next call; no white space around it
  uint64_t number = 0;    // from 1
  uint64_t line = 0;      // where it begins, from 1
};

class ItemReader {
 public:
  // A value of 25 MiB with every byte written as \u0000, its key and metadata.
  static constexpr size_t kMaxItemBytes = 6u * (25u << 20) + (64u << 10);

  // Gives the next bytes, at most `size`; 0 at the end.
  using ReadBytes = std::function<Result<size_t>(char* buffer, size_t size)>;

  // `name` of the file, for messages.
  ItemReader(std::string name, ReadBytes read, size_t max_item_bytes = kMaxItemBytes);

  // nullopt at the end. A failure names the file and the place; nothing can be read afterwards.
  Result<std::optional<Item>> Next();
  // "data.json: element 3 (line 7)", "data.jsonl:17".
  std::string Place(const Item& item) const;
  uint64_t bytes_read() const { return bytes_read_; }

 private:
  enum class Form : uint8_t { kUnknown, kLines, kArray, kOver };

  Result<std::optional<Item>> NextLine();
  Result<std::optional<Item>> NextElement();
  Status DetectForm();
  Status ReadPastArray();
  // Makes the byte at `at` be in the buffer; false at the end of the file.
  Result<bool> Fill(size_t at);
  // Passes over white space; false at the end of the file.
  Result<bool> SkipSpace();
  Result<std::optional<Item>> Take(size_t end);
  void Drop(size_t count);
  Status Fail(const std::string& why) const;

  const std::string name_;
  const ReadBytes read_;
  const size_t max_item_bytes_;
  Form form_ = Form::kUnknown;
  std::string buffer_;
  size_t begin_ = 0;  // of what was not given yet
  uint64_t line_ = 1;
  uint64_t number_ = 0;
  uint64_t bytes_read_ = 0;
  bool ended_ = false;
};

// Reads a descriptor; `name` for messages. A signal's EINTR is reported as kCancelled once
// `cancelled` says so.
ItemReader::ReadBytes ReadDescriptor(int fd, std::string name, std::function<bool()> cancelled);

}  // namespace sedge::tools
