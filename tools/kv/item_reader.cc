// SPDX-License-Identifier: Apache-2.0
#include "tools/kv/item_reader.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "runtime/base/ascii.h"

namespace sedge::tools {
namespace {

constexpr size_t kReadBytes = 256u << 10;
constexpr int kLookUpMs = 100;  // so soon is an interruption noticed
constexpr std::string_view kSpace = " \t\r\n";
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

// Finds the end of an element of an array, byte by byte: a "," or "]" outside of strings and
// brackets.
class ElementScan {
 public:
  // True when `c` is the first byte behind the element.
  bool IsEnd(char c) {
    if (in_string_) {
      if (escaped_) {
        escaped_ = false;
      } else if (c == '\\') {
        escaped_ = true;
      } else if (c == '"') {
        in_string_ = false;
      }
      return false;
    }
    if (c == '"') in_string_ = true;
    if (depth_ == 0 && (c == ',' || c == ']')) return true;
    if (c == '{' || c == '[') ++depth_;
    if ((c == '}' || c == ']') && depth_ > 0) --depth_;
    return false;
  }

 private:
  bool in_string_ = false;
  bool escaped_ = false;
  size_t depth_ = 0;
};

}  // namespace

ItemReader::ItemReader(std::string name, ReadBytes read, size_t max_item_bytes)
    : name_(std::move(name)), read_(std::move(read)), max_item_bytes_(max_item_bytes) {}

std::string ItemReader::Place(const Item& item) const {
  if (form_ == Form::kLines) return name_ + ":" + std::to_string(item.line);
  return name_ + ": element " + std::to_string(item.number) + " (line " +
         std::to_string(item.line) + ")";
}

Status ItemReader::Fail(const std::string& why) const {
  return InvalidArgument(name_ + ":" + std::to_string(line_) + ": " + why);
}

void ItemReader::Drop(size_t count) {
  line_ += static_cast<uint64_t>(
      std::count(buffer_.begin() + static_cast<ptrdiff_t>(begin_),
                 buffer_.begin() + static_cast<ptrdiff_t>(begin_ + count), '\n'));
  begin_ += count;
}

Result<bool> ItemReader::Fill(size_t at) {
  while (at >= buffer_.size()) {
    if (ended_) return false;
    const size_t size = buffer_.size();
    buffer_.resize(size + kReadBytes);
    Result<size_t> count = read_(buffer_.data() + size, kReadBytes);
    buffer_.resize(size + (count.ok() ? *count : 0));
    if (!count.ok()) {
      ended_ = true;
      return count.status();
    }
    ended_ = *count == 0;
    bytes_read_ += *count;
  }
  return true;
}

Result<bool> ItemReader::SkipSpace() {
  for (;;) {
    SEDGE_ASSIGN_OR_RETURN(const bool there, Fill(begin_));
    if (!there) return false;
    const size_t end = buffer_.find_first_not_of(kSpace, begin_);
    if (end != std::string::npos) {
      Drop(end - begin_);
      return true;
    }
    Drop(buffer_.size() - begin_);
  }
}

Result<std::optional<Item>> ItemReader::Next() {
  // What was given is let go here, so that its text lives until now.
  buffer_.erase(0, begin_);
  begin_ = 0;
  if (form_ == Form::kUnknown) SEDGE_RETURN_IF_ERROR(DetectForm());
  switch (form_) {
    case Form::kLines: return NextLine();
    case Form::kArray: return NextElement();
    default: return std::optional<Item>();
  }
}

Status ItemReader::DetectForm() {
  SEDGE_ASSIGN_OR_RETURN(const bool has_mark, Fill(kByteOrderMark.size() - 1));
  if (has_mark && buffer_.starts_with(kByteOrderMark)) Drop(kByteOrderMark.size());
  SEDGE_ASSIGN_OR_RETURN(const bool there, SkipSpace());
  if (!there) {
    form_ = Form::kOver;
    return {};
  }
  form_ = buffer_[begin_] == '[' ? Form::kArray : Form::kLines;
  if (form_ == Form::kLines) return {};
  Drop(1);
  SEDGE_ASSIGN_OR_RETURN(const bool more, SkipSpace());
  if (!more) return Fail("the array does not end");
  if (buffer_[begin_] != ']') return {};
  Drop(1);
  return ReadPastArray();
}

Status ItemReader::ReadPastArray() {
  form_ = Form::kOver;
  SEDGE_ASSIGN_OR_RETURN(const bool more, SkipSpace());
  return more ? Fail("something stands behind the end of the array") : Status();
}

// The item is what the buffer holds from `begin_` to `end`.
Result<std::optional<Item>> ItemReader::Take(size_t end) {
  const std::string_view text = std::string_view(buffer_).substr(begin_, end - begin_);
  const Item item{Trim(text, kSpace), ++number_, line_};
  Drop(end - begin_);
  return std::optional<Item>(item);
}

Result<std::optional<Item>> ItemReader::NextLine() {
  SEDGE_ASSIGN_OR_RETURN(const bool there, SkipSpace());
  if (!there) {
    form_ = Form::kOver;
    return std::optional<Item>();
  }
  for (size_t at = begin_;;) {
    SEDGE_ASSIGN_OR_RETURN(const bool more, Fill(at));
    const size_t end = more ? buffer_.find('\n', at) : buffer_.size();
    at = std::min(end, buffer_.size());
    if (at - begin_ > max_item_bytes_) {
      return Fail("the line is longer than " + std::to_string(max_item_bytes_) +
                  " bytes; no entry is that long");
    }
    if (end != std::string::npos) return Take(end);
  }
}

Result<std::optional<Item>> ItemReader::NextElement() {
  if (number_ > 0) {
    // The "," or "]" that ended the one before.
    SEDGE_ASSIGN_OR_RETURN(const bool there, SkipSpace());
    if (!there) return Fail("the array does not end");
    const char separator = buffer_[begin_];
    Drop(1);
    if (separator == ']') {
      SEDGE_RETURN_IF_ERROR(ReadPastArray());
      return std::optional<Item>();
    }
  }
  SEDGE_ASSIGN_OR_RETURN(const bool there, SkipSpace());
  if (!there) return Fail("the array does not end");
  ElementScan scan;
  for (size_t at = begin_;; ++at) {
    SEDGE_ASSIGN_OR_RETURN(const bool more, Fill(at));
    if (!more) return Fail("the array's element that begins here does not end");
    if (at - begin_ > max_item_bytes_) {
      return Fail("the array's element that begins here is longer than " +
                  std::to_string(max_item_bytes_) + " bytes; no entry is that long");
    }
    if (scan.IsEnd(buffer_[at])) {
      if (at == begin_) return Fail("an element of the array is missing here");
      return Take(at);
    }
  }
}

ItemReader::ReadBytes ReadDescriptor(int fd, std::string name, std::function<bool()> cancelled) {
  return [fd, name = std::move(name), cancelled = std::move(cancelled)](
             char* buffer, size_t size) -> Result<size_t> {
    for (;;) {
      if (cancelled && cancelled()) return Cancelled(name + ": reading was interrupted");
      // A signal may come just before it sleeps.
      pollfd ready = {fd, POLLIN, 0};
      if (cancelled && poll(&ready, 1, kLookUpMs) <= 0) continue;
      const ssize_t count = read(fd, buffer, size);
      if (count >= 0) return static_cast<size_t>(count);
      if (errno != EINTR) return IoError(name + ": " + std::strerror(errno));
    }
  };
}

}  // namespace sedge::tools
