// SPDX-License-Identifier: Apache-2.0
// KvAccess: how the words of `sedge kv` reach the data. All of them speak Workers KV's REST API;
// whoever answers may be a server or a store opened in this process. The main thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/base/bytes.h"
#include "runtime/base/status.h"
#include "tools/kv/place.h"

namespace sedge::tools {

struct KvRequest {
  std::string method;
  std::string target;  // below ".../storage/kv/namespaces": "", "/ID/values/KEY?expiration=1"
  std::string content_type = {};
  Bytes body = {};
};

struct KvReply {
  int status = 0;
  Bytes body = {};
};

class KvAccess {
 public:
  virtual ~KvAccess() = default;
  // Blocks. A failure: nobody answered. What an answer says of failures is in its status and body.
  virtual Result<KvReply> Call(KvRequest request) = 0;
};

// What a word does with a folder that has no data yet.
enum class IfMissing : uint8_t { kFail, kMake };

// A server; or the store in the folder, or, when a server has it open, that one by its socket
// DATA_DIR/kv/admin.sock. kUnavailable names who holds the folder and what to do.
Result<std::unique_ptr<KvAccess>> OpenKvAccess(const KvPlace& place, IfMissing if_missing);

// Over HTTP to `place`, which is a server; or, when `unix_path` is not empty, over that socket.
Result<std::unique_ptr<KvAccess>> OpenSocketAccess(const KvPlace& place,
                                                   const std::string& unix_path);

}  // namespace sedge::tools
