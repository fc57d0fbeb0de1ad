// SPDX-License-Identifier: Apache-2.0
// How miniflare names the files of a namespace. Found out by comparing ids with the files that
// wrangler 4 makes; tests/e2e/kv_wrangler_state_test.cc compares them again.
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <algorithm>
#include <string>

#include "runtime/base/ascii.h"
#include "tools/kv/wrangler_state.h"

namespace sedge::tools {
namespace {

// Durable Object ids are derived from a secret of their class; this is the one of KV's.
constexpr std::string_view kUniqueKey = "miniflare-KVNamespaceObject";
constexpr size_t kHalfBytes = 16;
constexpr size_t kMaxNameBytes = 255;

std::string Hmac(std::string_view key, std::string_view text) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest, &size);
  return std::string(reinterpret_cast<const char*>(digest), kHalfBytes);
}

bool IsIllegal(unsigned char c) {
  return c < 0x20 ||
         std::string_view("?<>*\"'^/\\:|").find(static_cast<char>(c)) != std::string_view::npos;
}

bool IsReserved(std::string_view name) {
  const std::string stem = AsciiLowerCopy(name.substr(0, name.find('.')));
  if (stem == "con" || stem == "prn" || stem == "aux" || stem == "nul") return true;
  return stem.size() == 4 && (stem.starts_with("com") || stem.starts_with("lpt")) &&
         IsAsciiDigit(stem[3]);
}

// Dots that are all of a path's part would lead elsewhere.
void ReplaceDots(std::string& name) {
  for (size_t begin = 0; begin < name.size();) {
    const size_t end = std::min(name.find_first_of("/\\", begin), name.size());
    if (end > begin && name.find_first_not_of('.', begin) >= end) {
      name.replace(begin, end - begin, end - begin, '_');
    }
    begin = end + 1;
  }
}

}  // namespace

std::string WranglerDatabaseName(std::string_view namespace_id) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(kUniqueKey.data()), kUniqueKey.size(), digest);
  const std::string_view key(reinterpret_cast<const char*>(digest), sizeof digest);
  const std::string name_half = Hmac(key, namespace_id);
  std::string name;
  for (const char c : name_half + Hmac(key, name_half)) {
    const auto byte = static_cast<unsigned char>(c);
    name += "0123456789abcdef"[byte >> 4];
    name += "0123456789abcdef"[byte & 15];
  }
  return name;
}

std::string WranglerFolderName(std::string_view namespace_id) {
  std::string name(namespace_id);
  ReplaceDots(name);
  for (char& c : name) {
    if (IsIllegal(static_cast<unsigned char>(c))) c = '_';
  }
  if (IsReserved(name)) return "_";
  const size_t first = std::min(name.find_first_not_of(' '), name.size());
  name.replace(0, first, first, '_');
  const size_t last = name.find_last_not_of(' ');
  const size_t from = last == std::string::npos ? 0 : last + 1;
  name.replace(from, name.size() - from, name.size() - from, '_');
  return name.substr(0, kMaxNameBytes);
}

}  // namespace sedge::tools
