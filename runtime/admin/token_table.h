// SPDX-License-Identifier: Apache-2.0
// TokenTable: who may use the administration API over TCP. Holds SHA-256 hashes only, never a
// token: tokens are random and long, so a plain hash is enough. A value that does not change once
// it is made; any thread.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/admin/rights.h"
#include "runtime/base/status.h"

namespace sedge::admin {

class TokenTable {
 public:
  // The lines of a token file; `source` is its name in messages, which begin with "source:LINE: ".
  // A line is
  //   NAME SHA256 RIGHT...
  // with the hash of the token in hexadecimal, and each RIGHT "read:NAMESPACE" or
  // "write:NAMESPACE", where the id of the namespace may be percent-encoded and "*" stands for
  // all. Empty lines, and those that begin with "#", are skipped.
  Status AddFile(std::string_view text, std::string_view source);
  // One token with all rights.
  void AddToken(std::string_view token, std::string name);

  bool empty() const { return tokens_.empty(); }
  // Takes the same time for every token, right or wrong.
  std::optional<Rights> Find(std::string_view token) const;

 private:
  using Hash = std::array<unsigned char, 32>;
  struct Token {
    Hash hash;
    Rights rights;
  };

  static Hash HashOf(std::string_view token);
  Status AddLine(std::string_view line);

  std::vector<Token> tokens_;
};

}  // namespace sedge::admin
