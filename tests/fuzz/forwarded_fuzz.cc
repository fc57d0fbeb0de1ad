// SPDX-License-Identifier: Apache-2.0
// What proxies say of a client: whatever stands there, the client is an address, the chain begins
// with it and ends with the peer, and only trusted addresses stand behind it.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/ascii.h"
#include "runtime/base/check.h"
#include "runtime/http/forwarded.h"

namespace {

constexpr std::string_view kPeer = "10.0.0.1";

std::vector<std::string_view> Split(std::string_view text, std::string_view separator) {
  std::vector<std::string_view> parts;
  for (size_t at = text.find(separator); at != std::string_view::npos; at = text.find(separator)) {
    parts.push_back(text.substr(0, at));
    text.remove_prefix(at + separator.size());
  }
  parts.push_back(text);
  return parts;
}

void CheckChain(const sedge::http::ForwardedFor& from, const sedge::TrustedProxies& trusted) {
  const std::vector<std::string_view> chain = Split(from.chain, ", ");
  SEDGE_CHECK(chain.front() == from.client && chain.back() == kPeer);
  for (const std::string_view address : chain) SEDGE_CHECK(sedge::ParseIpAddress(address));
  for (size_t i = 1; i < chain.size(); ++i) SEDGE_CHECK(trusted.Trusts(chain[i]));
}

}  // namespace

// Lines: networks to trust, an empty one, and values of X-Forwarded-For; the last is
// CF-Connecting-IP's and X-Forwarded-Proto's.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  sedge::TrustedProxies trusted;
  SEDGE_CHECK(trusted.Add("10.0.0.0/8").ok());
  std::vector<sedge::http::HeaderField> fields;
  bool in_networks = true;
  std::string_view last;
  for (const std::string_view line : Split(input, "\n")) {
    if (in_networks && line.empty()) {
      in_networks = false;
    } else if (in_networks) {
      const bool added = trusted.Add(line).ok();
      // What is taken for a network holds its own base.
      if (added && line != "unix") SEDGE_CHECK(trusted.Trusts(line.substr(0, line.find('/'))));
    } else {
      fields.push_back({"X-Forwarded-For", line});
      last = line;
    }
  }
  if (!fields.empty()) fields.pop_back();
  fields.push_back({"CF-Connecting-IP", last});
  fields.push_back({"x-forwarded-proto", last});
  sedge::http::RequestHead head;
  head.headers = fields;
  CheckChain(ReadForwardedFor(head, kPeer, &trusted), trusted);
  const auto alone = ReadForwardedFor(head, kPeer, nullptr);
  SEDGE_CHECK(alone.client == kPeer && alone.chain == kPeer);
  (void)ForwardedHttps(head);
  return 0;
}
