// SPDX-License-Identifier: Apache-2.0
// The source of a builtin as V8 reads it: where the linker put it, without a copy in each isolate
// or in the snapshot. Lives as long as the engine. Any thread.
#pragma once

#include <string_view>

#include "runtime/script/v8_compat.h"

namespace sedge::script {

// One builtin source file, linked into the binary: ASCII.
struct BuiltinSource {
  std::string_view id;  // "url/url"
  std::string_view text;
};

class BuiltinText final : public v8::String::ExternalOneByteStringResource {
 public:
  explicit BuiltinText(const BuiltinSource& source) : source_(source) {}
  std::string_view id() const { return source_.id; }
  const char* data() const override { return source_.text.data(); }
  size_t length() const override { return source_.text.size(); }

 private:
  // V8 is done with it in one isolate; others go on.
  void Dispose() override {}
  const BuiltinSource source_;
};

}  // namespace sedge::script
