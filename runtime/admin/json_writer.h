// SPDX-License-Identifier: Apache-2.0
// JsonWriter: events of a JSON parser as JSON text again, without white space and up to a limit. A
// value. Each call returns false once the text is longer than that; it then grows no more.
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
  bool whole() const { return depth_ == 0 && !text_.empty(); }
  bool too_long() const { return text_.size() > max_bytes_; }
  // What was written; the writer starts again.
  std::string Take();

 private:
  void Separate();

  size_t max_bytes_;
  std::string text_;
  size_t depth_ = 0;
  bool first_ = true;  // nothing stands before the next value in its array or object
};

}  // namespace sedge::admin
