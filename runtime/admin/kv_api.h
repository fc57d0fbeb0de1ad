// SPDX-License-Identifier: Apache-2.0
// KvApi: Workers KV's REST API over a store, without sockets
// (https://developers.cloudflare.com/api/resources/kv/). Thread-safe; Handle blocks on the disk, so
// it is called on a thread that may.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <shared_mutex>
#include <string>
#include <string_view>

#include "kv/store.h"
#include "runtime/admin/api_message.h"
#include "runtime/base/clock.h"

namespace sedge::admin {

// Bytes that a bulk write may have, and one value in a form with its metadata and boundaries.
constexpr size_t kMaxBulkBodyBytes = 100u << 20;
constexpr size_t kMaxValueBodyBytes = kv::kMaxValueBytes + (64u << 10);
// Every other body, a list of keys to delete (10,000 of 512 bytes, escaped) among them.
constexpr size_t kMaxKeysBodyBytes = 16u << 20;
constexpr size_t kMaxSmallBodyBytes = 1u << 20;
// Values of one bulk read together.
constexpr size_t kMaxBulkGetBytes = 25u << 20;

// The client's address in a request that came by the Unix socket.
constexpr std::string_view kLocalClient = "unix:";
// POST {"folder": "/absolute/path"}: adds a backup to that folder of this machine.
constexpr std::string_view kBackupTarget = "/sedge/v1/kv/backup";

struct KvApiOptions {
  Clock* clock = &Clock::System();
  // Called once for each write that was asked for, on the thread of Handle. Null: nobody.
  std::function<void(const AuditRecord&)> audit = nullptr;
};

class KvApi {
 public:
  // `store` outlives this.
  explicit KvApi(kv::Store& store, KvApiOptions options = {});
  ~KvApi();

  ApiResponse Handle(const ApiRequest& request);

  // For the audit log: `request` was refused with `error` by who would have passed it on.
  void Refused(const ApiRequest& request, const ApiError& error);

  // Whether such a request would change something.
  static bool IsWrite(std::string_view method, std::string_view target);
  // How long the body of such a request may be, which its sender looks at before it reads one.
  static size_t MaxBodyBytes(std::string_view method, std::string_view target);

 private:
  struct Call;
  struct Route;
  struct Routes;
  struct KeyInfo;

  static const Route* FindRoute(std::string_view method, std::string_view target, bool& known_path);
  ApiResponse HandleCall(const Route& route, Call& call);
  void Audit(const Route& route, const Call& call, int status);
  ApiResponse Backup(const ApiRequest& request);
  bool NamespaceExists(const std::string& ns);
  ApiResponse Failed(Call& call, const Status& status);

  ApiResponse ListAccounts(Call& call);
  ApiResponse ListMemberships(Call& call);
  ApiResponse GetUser(Call& call);
  ApiResponse VerifyToken(Call& call);

  ApiResponse ListNamespaces(Call& call);
  ApiResponse CreateNamespace(Call& call);
  ApiResponse GetNamespace(Call& call);
  ApiResponse RenameNamespace(Call& call);
  ApiResponse DeleteNamespace(Call& call);

  ApiResponse ListKeys(Call& call);
  ApiResponse GetValue(Call& call);
  ApiResponse PutValue(Call& call);
  ApiResponse DeleteValue(Call& call);
  ApiResponse GetMetadata(Call& call);

  ApiResponse BulkPut(Call& call);
  ApiResponse BulkDelete(Call& call);
  ApiResponse BulkGet(Call& call);
  // Writes what `pending` holds and empties it.
  Status WritePending(const Call& call, std::vector<kv::Change>& pending, size_t& written);

  kv::Store& store_;
  const KvApiOptions options_;
  std::mutex known_mutex_;
  std::set<std::string, std::less<>> known_;  // namespaces that were there; guarded by known_mutex_
  uint64_t deletions_ = 0;                    // of namespaces; guarded by known_mutex_
  // Writes hold it shared, the deletion of a namespace alone: no write that was let in brings a
  // deleted one back.
  std::shared_mutex namespaces_mutex_;
};

}  // namespace sedge::admin
