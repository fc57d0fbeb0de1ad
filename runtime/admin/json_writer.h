// SPDX-License-Identifier: Apache-2.0
// JsonWriter: events of a JSON parser as JSON text again, without white space and up to a limit. A
// value. Each call returns false once the text is longer than that; what follows is only counted.
#pragma once

#include <string>
#include <string_view>

namespace sedge::admin {

class JsonWriter {
 public:
  explicit JsonWriter(size_t max_bytes) : max_bytes_(max_bytes) {}

  bool Literal(std::string_view text);
  bool String(std::string_view text);
  bool Key(std::string_view name);
  bool Start(char bracket);
  bool End(char bracket);

  // Everything that was started has ended.
  bool whole() const { return depth_ == 0 && bytes() > 0; }
  bool too_long() const { return bytes() > max_bytes_; }
  // Of all the text, that which is not kept among it.
  size_t bytes() const { return dropped_ + text_.size(); }
  // What was written, but for one that is too long; the writer starts again.
  std::string Take();

 private:
  void Separate();
  bool Fits();

  size_t max_bytes_;
  std::string text_;
  size_t dropped_ = 0;  // bytes that stood before text_, once it was too long
  size_t depth_ = 0;
  bool first_ = true;  // nothing stands before the next value in its array or object
};

}  // namespace sedge::admin
