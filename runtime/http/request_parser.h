// SPDX-License-Identifier: Apache-2.0
// RequestParser: the bytes of HTTP/1.x requests become heads and pieces of bodies. No socket, no
// loop: bytes in, events out, the same events however the bytes were cut. One thread.
//
// A head is gathered in one arena and scanned for what some readers are lenient about (bare CR or
// LF, controls, folded lines) and for limits; when it is whole it is split into its lines, and the
// fields that decide framing and routing are checked after RFC 9112. Bodies are counted or
// unchunked here. (llhttp would look at each byte of a head once more, in a state machine whose
// branches are hard to predict.)
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/block_pool.h"
#include "runtime/base/bytes.h"
#include "runtime/base/limits.h"
#include "runtime/http/chunked_decoder.h"
#include "runtime/http/message.h"

namespace sedge::http {

class RequestParser {
 public:
  // Empty lines that are skipped before a request line (RFC 9112 section 2.2).
  static constexpr int kMaxLeadingEmptyLines = 4;
  // What grew past this for a head is given back after its request.
  static constexpr size_t kKeptArenaBytes = 8u << 10;

  enum class Event : uint8_t {
    kNeedMore,  // the input is used up
    kHead,      // head() is complete
    kBody,      // body() is the next piece
    kEnd,       // the request is complete; StartNext() before going on
    kError,     // error_status() and error_text(); nothing can follow
  };

  // `limits` outlives the parser.
  explicit RequestParser(const Limits& limits) : limits_(limits) {}
  ~RequestParser() { FreeArena(); }
  RequestParser(const RequestParser&) = delete;
  RequestParser& operator=(const RequestParser&) = delete;

  // Takes bytes off the front of `input` until one event.
  Event Next(ByteSpan* input);

  // From kHead until StartNext(), which empties it. The views lie in the arena.
  const RequestHead& head() const { return head_; }
  // For what the connection knows better.
  RequestHead& mutable_head() { return head_; }
  // After kBody: a view into the input.
  ByteSpan body() const { return body_; }
  bool keep_alive() const { return keep_alive_; }
  bool expects_continue() const { return expects_continue_; }
  // Bytes of a body with a Content-Length that did not come yet.
  uint64_t body_left() const { return body_left_; }
  bool chunked() const { return chunked_; }

  // Forgets the request, whose views die.
  void StartNext();
  // What it holds for heads, beside itself.
  size_t held_bytes() const;
  // True when a part of a head is here.
  bool in_head() const { return state_ == State::kHead && size_ > 0; }
  // True before the first byte of a request, and of the empty lines in front of it.
  bool at_start() const { return state_ == State::kHead && size_ == 0 && empty_lines_ == 0; }

  // After kError: 400, 413, 414, 417, 431, 501 or 505, and a sentence.
  int error_status() const { return error_status_; }
  const std::string& error_text() const { return error_text_; }

 private:
  enum class State : uint8_t { kHead, kFixedBody, kChunkedBody, kEnd, kFailed };
  enum class Scan : uint8_t { kIncomplete, kComplete, kFailed };

  Event NextHead(ByteSpan* input);
  Event NextChunked(ByteSpan* input);
  Scan ScanHead(const char* text, size_t size);
  bool ScanLine(const char* text, size_t end);
  void Append(ByteSpan bytes);
  void Grow(size_t capacity);
  void FreeArena();

  Event ParseHead();
  bool ParseRequestLine();
  bool SplitFields();
  bool CheckFields();
  bool CheckFraming(const HeaderField* length, const HeaderField* coding);
  bool CheckTarget();
  bool CheckAbsoluteTarget();
  void ReadConnection(std::string_view value);
  bool Fail(int status, std::string text);

  const Limits& limits_;
  State state_ = State::kHead;
  bool keep_alive_ = true;
  bool keep_alive_named_ = false;
  bool close_named_ = false;
  bool expects_continue_ = false;
  bool chunked_ = false;
  int empty_lines_ = 0;

  // The arena: a head's bytes, in a block of the thread's pool if that is enough.
  char* arena_ = nullptr;
  size_t capacity_ = 0;
  size_t size_ = 0;
  size_t scanned_ = 0;     // bytes that ScanHead has seen
  size_t line_start_ = 0;  // of the line in which it stands
  size_t line_count_ = 0;  // whole lines, the request line too
  size_t first_line_size_ = 0;

  std::vector<HeaderField, BlockAllocator<HeaderField>> fields_;
  std::string made_path_;  // of a target whose path is not in it as it should be
  RequestHead head_;
  std::string checked_host_;  // the last valid Host header: they are mostly the same

  ByteSpan body_;
  uint64_t body_left_ = 0;
  ChunkedDecoder chunks_;

  int error_status_ = 0;
  std::string error_text_;
};

}  // namespace sedge::http
