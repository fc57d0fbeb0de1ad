// SPDX-License-Identifier: Apache-2.0
#include "runtime/admin/token_table.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>
#include <utility>

#include "runtime/admin/api_target.h"
#include "runtime/base/ascii.h"

namespace sedge::admin {
namespace {

constexpr std::string_view kAllowed =
    "allowed is NAME SHA256 RIGHT..., such as: ci 9f86d0...0a08 read:* write:CACHE";

// The next word of `line`, which is taken from it.
std::string_view TakeWord(std::string_view& line) {
  line = Trim(line);
  const size_t end = std::min(line.find_first_of(" \t"), line.size());
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(end);
  return word;
}

bool IsName(std::string_view name) {
  return std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < 0x7F; });
}

}  // namespace

TokenTable::Hash TokenTable::HashOf(std::string_view token) {
  Hash hash;
  SHA256(reinterpret_cast<const unsigned char*>(token.data()), token.size(), hash.data());
  return hash;
}

void TokenTable::AddToken(std::string_view token, std::string name) {
  tokens_.push_back({HashOf(token), Rights::All(std::move(name))});
}

Status TokenTable::AddLine(std::string_view line) {
  const std::string_view name = TakeWord(line);
  if (!IsName(name)) return InvalidArgument("the name of a token is made of printable ASCII");
  const std::string_view hex = TakeWord(line);
  Token token{{}, Rights::Of(std::string(name))};
  bool is_hash = hex.size() == 2 * token.hash.size();
  for (size_t i = 0; is_hash && i < token.hash.size(); ++i) {
    const int high = HexValue(hex[2 * i]), low = HexValue(hex[2 * i + 1]);
    is_hash = high >= 0 && low >= 0;
    token.hash[i] = static_cast<unsigned char>(high * 16 + low);
  }
  if (!is_hash) {
    return InvalidArgument("the second word is no SHA-256 hash of 64 hexadecimal digits; " +
                           std::string(kAllowed));
  }
  for (std::string_view right = TakeWord(line); !right.empty(); right = TakeWord(line)) {
    const bool write = right.starts_with("write:");
    const std::string_view text = right.substr(std::min(right.find(':') + 1, right.size()));
    const std::optional<std::string> ns = PercentDecode(text);
    if ((!write && !right.starts_with("read:")) || !ns || ns->empty()) {
      return InvalidArgument("\"" + std::string(right) +
                             "\" is no right; allowed is read:NAMESPACE, write:NAMESPACE, read:* "
                             "and write:*");
    }
    token.rights.Grant(*ns, write ? Access::kWrite : Access::kRead);
  }
  if (!token.rights.any()) {
    return InvalidArgument("the token has no right; " + std::string(kAllowed));
  }
  const bool twice = std::any_of(tokens_.begin(), tokens_.end(), [&](const Token& other) {
    return other.hash == token.hash || other.rights.who() == token.rights.who();
  });
  if (twice) return InvalidArgument("this name or hash is there twice");
  tokens_.push_back(std::move(token));
  return OkStatus();
}

Status TokenTable::AddFile(std::string_view text, std::string_view source) {
  int number = 0;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = Trim(text.substr(0, end), " \t\r");
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    if (line.empty() || line.starts_with('#')) continue;
    if (const Status added = AddLine(line); !added.ok()) {
      return added.WithPrefix(std::string(source) + ":" + std::to_string(number));
    }
  }
  return OkStatus();
}

std::optional<Rights> TokenTable::Find(std::string_view token) const {
  const Hash hash = HashOf(token);
  const Token* found = nullptr;
  for (const Token& known : tokens_) {
    if (CRYPTO_memcmp(known.hash.data(), hash.data(), hash.size()) == 0) found = &known;
  }
  if (!found) return std::nullopt;
  return found->rights;
}

}  // namespace sedge::admin
