// SPDX-License-Identifier: Apache-2.0
#include "runtime/http/request_parser.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "runtime/http/control_scan.h"

namespace sedge::http {
namespace {

constexpr size_t kFirstArenaBytes = BlockPool::kBlockBytes;
// What a request line may hold besides its target: method, version, spaces.
constexpr size_t kRequestLineRoom = 64;

}  // namespace

void RequestParser::StartNext() {
  state_ = State::kHead;
  size_ = scanned_ = line_start_ = line_count_ = first_line_size_ = 0;
  empty_lines_ = 0;
  body_left_ = 0;
  head_ = RequestHead();
  // The next head may be long in coming. What is no block's stays for it, up to a size.
  if (capacity_ == kFirstArenaBytes || capacity_ > kKeptArenaBytes) FreeArena();
  if (fields_.capacity() > 0) std::exchange(fields_, {});
  if (made_path_.capacity() > kKeptArenaBytes) std::string().swap(made_path_);
}

size_t RequestParser::held_bytes() const {
  return capacity_ + fields_.capacity() * sizeof(HeaderField) + made_path_.capacity();
}

bool RequestParser::Fail(int status, std::string text) {
  state_ = State::kFailed;
  error_status_ = status;
  error_text_ = std::move(text);
  return false;
}

RequestParser::Event RequestParser::Next(ByteSpan* input) {
  switch (state_) {
    case State::kHead: return NextHead(input);
    case State::kFixedBody:
      if (input->empty()) return Event::kNeedMore;
      body_ = input->first(static_cast<size_t>(std::min<uint64_t>(body_left_, input->size())));
      *input = input->subspan(body_.size());
      body_left_ -= body_.size();
      if (body_left_ == 0) state_ = State::kEnd;
      return Event::kBody;
    case State::kChunkedBody: return NextChunked(input);
    case State::kEnd: return Event::kEnd;
    case State::kFailed: break;
  }
  return Event::kError;
}

RequestParser::Event RequestParser::NextChunked(ByteSpan* input) {
  const ChunkedDecoder::Event event = chunks_.Next(input);
  // Seen as soon as a chunk's size is, before its first byte.
  if (event != ChunkedDecoder::Event::kError && chunks_.announced_bytes() > limits_.body_bytes) {
    Fail(413, "the body is longer than the limit of " + std::to_string(limits_.body_bytes) +
                  " bytes (body_bytes)");
    return Event::kError;
  }
  switch (event) {
    case ChunkedDecoder::Event::kNeedMore: return Event::kNeedMore;
    case ChunkedDecoder::Event::kData: body_ = chunks_.data(); return Event::kBody;
    case ChunkedDecoder::Event::kEnd: state_ = State::kEnd; return Event::kEnd;
    case ChunkedDecoder::Event::kError: break;
  }
  Fail(400, chunks_.error());
  return Event::kError;
}

RequestParser::Event RequestParser::NextHead(ByteSpan* input) {
  while (!input->empty()) {
    Scan scan;
    if (size_ == 0) {
      // Scanned where it lies: the usual head comes whole and is copied once, without what follows.
      scan = ScanHead(AsText(*input).data(), input->size());
      if (scan == Scan::kFailed) return Event::kError;
      const size_t taken = scan == Scan::kComplete ? scanned_ : input->size();
      Append(input->first(taken));
      *input = input->subspan(taken);
    } else {
      const size_t before = size_;
      const size_t room = limits_.head_bytes + 1 - std::min(limits_.head_bytes, size_);
      Append(input->first(std::min(input->size(), room)));
      scan = ScanHead(arena_, size_);
      if (scan == Scan::kFailed) return Event::kError;
      if (scan == Scan::kComplete) size_ = scanned_;
      *input = input->subspan(size_ - before);
    }
    if (scan == Scan::kIncomplete) continue;
    if (line_count_ > 0) return ParseHead();
    // An empty line before the request line.
    if (++empty_lines_ > kMaxLeadingEmptyLines) {
      Fail(400, "too many empty lines before the request line");
      return Event::kError;
    }
    size_ = scanned_ = line_start_ = 0;
  }
  return Event::kNeedMore;
}

// Looks at what is new in `text`. Never looks past a limit, so that the outcome does not depend on
// how the bytes were cut. Complete: scanned_ is the head's end.
RequestParser::Scan RequestParser::ScanHead(const char* text, size_t size) {
  for (;;) {
    const bool first_line = line_count_ == 0;
    const size_t limit = first_line
                             ? std::min(limits_.head_bytes, limits_.url_bytes + kRequestLineRoom)
                             : limits_.head_bytes;
    const size_t end = std::min(size, limit);
    const size_t at = FindControl(text, scanned_, end);
    if (at + 1 >= end && (at == end || text[at] == '\r')) {
      scanned_ = at;
      if (size < limit) return Scan::kIncomplete;
      if (first_line) {
        Fail(414, "the request target is longer than the limit of " +
                      std::to_string(limits_.url_bytes) + " bytes (url_bytes)");
      } else {
        Fail(431, "the request's head is longer than the limit of " +
                      std::to_string(limits_.head_bytes) + " bytes (head_bytes)");
      }
      return Scan::kFailed;
    }
    if (text[at] == '\t') {
      scanned_ = at + 1;
      continue;
    }
    if (text[at] != '\r' || text[at + 1] != '\n') {
      Fail(400, text[at] == '\n'   ? "a line of the head ends with LF alone"
                : text[at] == '\r' ? "the head has a CR that no LF follows"
                                   : "the head has a control character");
      return Scan::kFailed;
    }
    const bool empty = at == line_start_;
    if (!empty && !ScanLine(text, at)) return Scan::kFailed;
    line_start_ = scanned_ = at + 2;
    if (empty) return Scan::kComplete;
  }
}

bool RequestParser::ScanLine(const char* text, size_t end) {
  const char first = text[line_start_];
  if (first == ' ' || first == '\t') {
    return Fail(400, line_count_ == 0 ? "the request line begins with white space"
                                      : "a header line is folded");
  }
  if (line_count_ == 0) {
    first_line_size_ = end;
  } else if (line_count_ > limits_.header_count) {
    return Fail(431, "the request has more header fields than the limit of " +
                         std::to_string(limits_.header_count) + " (header_count)");
  }
  ++line_count_;
  return true;
}

void RequestParser::Append(ByteSpan bytes) {
  if (size_ + bytes.size() > capacity_) {
    Grow(std::max({size_ + bytes.size(), 2 * capacity_, kFirstArenaBytes}));
  }
  std::memcpy(arena_ + size_, bytes.data(), bytes.size());
  size_ += bytes.size();
}

void RequestParser::Grow(size_t capacity) {
  // REQUIRES: capacity is kFirstArenaBytes or more.
  char* larger =
      capacity == kFirstArenaBytes ? static_cast<char*>(BlockPool::Take()) : new char[capacity];
  if (size_ > 0) std::memcpy(larger, arena_, size_);
  FreeArena();
  arena_ = larger;
  capacity_ = capacity;
}

void RequestParser::FreeArena() {
  if (capacity_ == kFirstArenaBytes) {
    BlockPool::Give(arena_);
  } else {
    delete[] arena_;
  }
  arena_ = nullptr;
  capacity_ = 0;
}

}  // namespace sedge::http
