// SPDX-License-Identifier: Apache-2.0
// KvClient: the calls of Workers KV's REST API with types, over whatever KvAccess there is. What
// an answer says of failures becomes a Status. Borrowed access; the main thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/bytes.h"
#include "runtime/base/status.h"
#include "tools/kv/access.h"

namespace sedge::tools {

struct KvNamespaceInfo {
  std::string id;
  std::string title;
};

struct KvListedKey {
  std::string name;
  std::optional<int64_t> expiration = {};
  std::string metadata = {};  // JSON; "": none
};

struct KvListedPage {
  std::vector<KvListedKey> keys;
  std::string cursor;  // "": this is the last page
};

struct KvPutOptions {
  std::optional<int64_t> expiration = {};
  std::optional<int64_t> ttl = {};
  std::string metadata = {};  // JSON; "": none
};

// One key of a bulk get.
struct KvGotEntry {
  std::string name;
  bool found = false;
  std::string value = {};  // as text: what is no UTF-8 is U+FFFD
  std::string metadata = {};
  std::optional<int64_t> expiration = {};
};

class KvClient {
 public:
  explicit KvClient(KvAccess& access) : access_(access) {}

  Result<std::vector<KvNamespaceInfo>> Namespaces();  // by title
  Result<std::string> CreateNamespace(std::string_view title);
  // With this id, unless it is there. Fails on a server that is none of ours.
  Status EnsureNamespace(std::string_view id, std::string_view title);
  Status RenameNamespace(std::string_view id, std::string_view title);
  Status DeleteNamespace(std::string_view id);

  // nullopt: there is no such key.
  Result<std::optional<Bytes>> Get(std::string_view ns, std::string_view key);
  Status Put(std::string_view ns, std::string_view key, Bytes value, const KvPutOptions& options);
  Status Delete(std::string_view ns, std::string_view key);
  Result<KvListedPage> List(std::string_view ns, std::string_view prefix, std::string_view cursor);

  // `pairs` is a JSON array in wrangler's bulk format.
  Status BulkPut(std::string_view ns, Bytes pairs);
  Status BulkDelete(std::string_view ns, std::span<const std::string> keys);
  // As many as keys, in their order. kOutOfRange when their values together are too long.
  Result<std::vector<KvGotEntry>> BulkGet(std::string_view ns, std::span<const std::string> keys);

 private:
  // Waits and tries again where the answer says that this may help.
  Result<KvReply> Call(const std::string& method, const std::string& target,
                       const std::string& content_type, const Bytes& body);
  // The whole body of an answer that tells of success.
  Result<Bytes> CallJson(std::string method, std::string target, Bytes body);

  KvAccess& access_;
};

// The failure that an answer tells of: its first error's message, else its status.
Status StatusOfReply(const KvReply& reply);

}  // namespace sedge::tools
