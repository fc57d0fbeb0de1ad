// SPDX-License-Identifier: Apache-2.0
// ListenAddress: where the server listens, as --listen and the configuration write it. A value; any
// thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "runtime/base/status.h"

namespace sedge::worker {

struct ListenAddress {
  std::string host;       // IPv6 without brackets; "" of a Unix socket
  uint16_t port = 0;      // 0: any free one
  std::string unix_path;  // absolute; "" of a TCP address

  bool is_unix() const { return !unix_path.empty(); }
  // "http://127.0.0.1:8787", "http://[::1]:8787", "unix:/run/sedge.sock"
  std::string url() const;
  bool operator==(const ListenAddress&) const = default;
};

// "127.0.0.1:8787", "[::1]:0", "*:8787" (every IPv4 address), "localhost:80", "unix:/run/a.sock"; a
// relative path of a Unix socket is taken from `base_dir`. The error says what is wrong and what is
// allowed, but not the text, which the caller names.
Result<ListenAddress> ParseListenAddress(std::string_view text, const std::string& base_dir);

// The host of such an address, of --host and of dev.ip: a name, an address, "*".
Result<std::string> ParseListenHost(std::string_view text);

}  // namespace sedge::worker
