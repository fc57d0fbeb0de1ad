// SPDX-License-Identifier: Apache-2.0
// ConfigNode: one value of a configuration file with the line on which it stands, the same for
// JSON, JSON with comments, and TOML. A value; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/status.h"

namespace sedge::worker {

struct ConfigMember;

struct ConfigNode {
  enum class Kind : uint8_t { kNull, kBool, kInteger, kFloat, kString, kArray, kObject };

  Kind kind = Kind::kNull;
  int line = 0;
  bool boolean = false;
  int64_t integer = 0;
  double number = 0;
  std::string text;                   // kString
  std::vector<ConfigNode> items;      // kArray
  std::vector<ConfigMember> members;  // kObject, in the file's order

  bool is(Kind k) const { return kind == k; }
  // Null when there is none. REQUIRES: kObject.
  const ConfigNode* Find(std::string_view name) const;
  // JSON text without spaces.
  std::string ToJson() const;
  // For errors: "a string", "an array".
  std::string_view KindName() const;
};

struct ConfigMember {
  std::string name;
  int line = 0;
  ConfigNode value;
};

// "wrangler.toml:7: why" as an error; without the line when it is 0.
Status ConfigError(const std::string& source, int line, const std::string& why);
// "wrangler.toml:7:3: why", and the lines there with a caret below that column, which counts
// characters from 1.
Status ConfigSyntaxError(const std::string& source, std::string_view text, int line, int column,
                         const std::string& why);
// The column of the byte.
int ColumnOf(std::string_view text, size_t at);

// Both give an object or an error with `source`, line and, of what is not their syntax, column.
Result<ConfigNode> ParseToml(std::string_view text, const std::string& source);
// JSON with // and /* */ comments and commas before ] and }.
Result<ConfigNode> ParseJsonc(std::string_view text, const std::string& source);

// `text` with comments and trailing commas turned into spaces, line breaks kept: plain JSON with
// every token where it was.
Result<std::string> StripJsonComments(std::string_view text, const std::string& source);

}  // namespace sedge::worker
