// SPDX-License-Identifier: Apache-2.0
#include "runtime/admin/json_writer.h"

#include <utility>

#include "runtime/admin/json_text.h"

namespace sedge::admin {

void JsonWriter::Separate() {
  if (!first_) text_ += ',';
  first_ = false;
}

bool JsonWriter::Fits() {
  if (!too_long()) return true;
  dropped_ += text_.size();
  text_.clear();
  return false;
}

bool JsonWriter::Literal(std::string_view text) {
  Separate();
  text_ += text;
  return Fits();
}

bool JsonWriter::String(std::string_view text) {
  Separate();
  AppendJsonString(text_, text);
  return Fits();
}

bool JsonWriter::Key(std::string_view name) {
  String(name);
  text_ += ':';
  first_ = true;
  return Fits();
}

bool JsonWriter::Start(char bracket) {
  Separate();
  text_ += bracket;
  ++depth_;
  first_ = true;
  return Fits();
}

bool JsonWriter::End(char bracket) {
  text_ += bracket;
  --depth_;
  first_ = false;
  return Fits();
}

std::string JsonWriter::Take() {
  first_ = true;
  depth_ = 0;
  dropped_ = 0;
  return std::exchange(text_, {});
}

}  // namespace sedge::admin
