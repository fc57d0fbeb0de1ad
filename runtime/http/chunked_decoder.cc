// SPDX-License-Identifier: Apache-2.0
#include "runtime/http/chunked_decoder.h"

#include <algorithm>
#include <cstring>

#include "runtime/base/ascii.h"
#include "runtime/http/message.h"

namespace sedge::http {
namespace {

// 16 hex digits fill 64 bits.
constexpr size_t kMaxSizeDigits = 16;

std::string_view SkipBlanks(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t");
  return first == std::string_view::npos ? std::string_view() : text.substr(first);
}

size_t TokenSize(std::string_view text) {
  size_t size = 0;
  while (size < text.size() && IsToken(text.substr(size, 1))) ++size;
  return size;
}

// The size of a quoted string with its quotes, or 0 when it is malformed.
size_t QuotedSize(std::string_view text) {
  for (size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') return i + 1;
    if (text[i] == '\\') ++i;
  }
  return 0;
}

// *( BWS ";" BWS name [ BWS "=" BWS ( token / quoted-string ) ] )
bool AreChunkExtensions(std::string_view text) {
  if (!IsFieldValue(text)) return false;
  while (!text.empty()) {
    text = SkipBlanks(text);
    if (text.empty() || text[0] != ';') return false;
    text = SkipBlanks(text.substr(1));
    const size_t name_size = TokenSize(text);
    if (name_size == 0) return false;
    text.remove_prefix(name_size);
    const std::string_view rest = SkipBlanks(text);
    if (rest.empty() || rest[0] != '=') continue;
    text = SkipBlanks(rest.substr(1));
    const size_t value_size = !text.empty() && text[0] == '"' ? QuotedSize(text) : TokenSize(text);
    if (value_size == 0) return false;
    text.remove_prefix(value_size);
  }
  return true;
}

bool IsTrailerLine(std::string_view line) {
  const size_t colon = line.find(':');
  return colon != std::string_view::npos && IsToken(line.substr(0, colon)) &&
         IsFieldValue(line.substr(colon + 1));
}

}  // namespace

void ChunkedDecoder::Reset() {
  state_ = State::kSizeLine;
  line_end_seen_ = 0;
  left_ = announced_bytes_ = 0;
  extension_bytes_ = trailer_bytes_ = 0;
  line_.clear();
  error_ = "";
}

ChunkedDecoder::Event ChunkedDecoder::TakeLine(ByteSpan* input, size_t max_bytes,
                                               std::string_view* line) {
  const std::string_view text = AsText(*input);
  const size_t end = text.find('\n');
  const size_t size = line_.size() + (end == std::string_view::npos ? text.size() : end);
  if (size > max_bytes) return Fail("a line of the chunked body is too long");
  if (end == std::string_view::npos) {
    line_ += text;
    *input = {};
    return Event::kNeedMore;
  }
  *input = input->subspan(end + 1);
  if (line_.empty()) {
    *line = text.substr(0, end);
  } else {
    line_ += text.substr(0, end);
    *line = line_;
  }
  if (line->empty() || line->back() != '\r') {
    return Fail("a line of the chunked body does not end with CRLF");
  }
  line->remove_suffix(1);
  return Event::kData;
}

ChunkedDecoder::Event ChunkedDecoder::TakeSizeLine(std::string_view line) {
  size_t digits = 0;
  uint64_t size = 0;
  while (digits < line.size() && HexValue(line[digits]) >= 0) {
    if (digits == kMaxSizeDigits) return Fail("a chunk size has more than 16 digits");
    size = size << 4 | static_cast<uint64_t>(HexValue(line[digits++]));
  }
  if (digits == 0) return Fail("a chunk does not begin with its size in hex digits");
  const std::string_view extensions = line.substr(digits);
  extension_bytes_ += extensions.size();
  if (extension_bytes_ > kMaxExtensionBytes) return Fail("too many bytes of chunk extensions");
  if (!AreChunkExtensions(extensions)) return Fail("a chunk size is followed by junk");
  if (size > UINT64_MAX - announced_bytes_) return Fail("the chunk sizes overflow");
  announced_bytes_ += size;
  left_ = size;
  state_ = size == 0 ? State::kTrailer : State::kData;
  return Event::kData;
}

ChunkedDecoder::Event ChunkedDecoder::Next(ByteSpan* input) {
  while (!input->empty()) {
    if (state_ == State::kData) {
      data_ = input->first(static_cast<size_t>(std::min<uint64_t>(left_, input->size())));
      *input = input->subspan(data_.size());
      left_ -= data_.size();
      if (left_ == 0) state_ = State::kDataEnd;
      return Event::kData;
    }
    if (state_ == State::kDataEnd) {
      if ((*input)[0] != "\r\n"[line_end_seen_]) return Fail("a chunk is not followed by CRLF");
      *input = input->subspan(1);
      if (++line_end_seen_ == 2) {
        line_end_seen_ = 0;
        state_ = State::kSizeLine;
      }
      continue;
    }
    std::string_view line;
    const bool is_size = state_ == State::kSizeLine;
    const size_t max_bytes = is_size ? kMaxSizeDigits + 1 + kMaxExtensionBytes : kMaxTrailerBytes;
    if (Event event = TakeLine(input, max_bytes, &line); event != Event::kData) return event;
    if (is_size) {
      if (TakeSizeLine(line) == Event::kError) return Event::kError;
    } else if (line.empty()) {
      line_.clear();
      return Event::kEnd;
    } else {
      trailer_bytes_ += line.size() + 2;
      if (trailer_bytes_ > kMaxTrailerBytes) return Fail("the trailer section is too long");
      if (!IsTrailerLine(line)) return Fail("a line of the trailer section is no header field");
    }
    line_.clear();
  }
  return Event::kNeedMore;
}

}  // namespace sedge::http
