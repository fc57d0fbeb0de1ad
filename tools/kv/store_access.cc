// SPDX-License-Identifier: Apache-2.0
// KvAccess on a folder: the REST API over a store that is opened in this process; or, when a server
// has the folder, by that one's socket.
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include "kv/store.h"
#include "runtime/admin/kv_api.h"
#include "tools/kv/access.h"
#include "tools/kv/folder_turns.h"

namespace sedge::tools {
namespace {

constexpr std::string_view kBase = "/client/v4/accounts/local/storage/kv/namespaces";

class StoreAccess final : public KvAccess {
 public:
  explicit StoreAccess(std::unique_ptr<kv::Store> store)
      : store_(std::move(store)), api_(*store_) {}

  Result<KvReply> Call(KvRequest request) override {
    admin::ApiRequest call;
    call.method = std::move(request.method);
    call.target = std::string(kBase) + request.target;
    if (!request.content_type.empty()) {
      call.headers.push_back({"content-type", std::move(request.content_type)});
    }
    call.body = std::move(request.body);
    call.rights = admin::Rights::All("command line");
    admin::ApiResponse response = api_.Handle(call);
    return KvReply{response.status, std::move(response.body)};
  }

 private:
  std::unique_ptr<kv::Store> store_;
  admin::KvApi api_;
};

// The server that has the folder, if it answers.
std::unique_ptr<KvAccess> TryServer(const std::string& folder) {
  const std::string socket = folder + "/admin.sock";
  std::error_code error;
  if (!std::filesystem::exists(socket, error)) return nullptr;
  const KvPlace place{.data_dir = "",
                      .server = {.host = "localhost", .port = 80},
                      .base_path = "/client/v4",
                      .account = "local"};
  Result<std::unique_ptr<KvAccess>> access = OpenSocketAccess(place, socket);
  if (!access.ok() || !(*access)->Call({"GET", "?per_page=1", "", {}}).ok()) return nullptr;
  return std::move(access).value();
}

Result<std::unique_ptr<KvAccess>> OpenFolder(const std::string& data_dir, IfMissing if_missing) {
  const std::string folder = data_dir + "/kv";
  std::error_code error;
  if (if_missing == IfMissing::kFail && !std::filesystem::is_directory(folder, error)) {
    return NotFound(data_dir +
                    " holds no KV data yet; `sedge serve` and whatever writes make it, and "
                    "--data-dir or --config name another folder");
  }
  return TakeTurns([&]() -> Result<std::unique_ptr<KvAccess>> {
    kv::StoreOptions options;
    options.path = folder;
    Result<std::unique_ptr<kv::Store>> store = kv::OpenRocksStore(options);
    if (store.ok()) {
      return std::unique_ptr<KvAccess>(std::make_unique<StoreAccess>(std::move(store).value()));
    }
    if (store.status().code() == StatusCode::kUnavailable) {
      if (std::unique_ptr<KvAccess> server = TryServer(folder)) return server;
    }
    return store.status();
  });
}

}  // namespace

Result<std::unique_ptr<KvAccess>> OpenKvAccess(const KvPlace& place, IfMissing if_missing) {
  return place.is_folder() ? OpenFolder(place.data_dir, if_missing) : OpenSocketAccess(place, "");
}

}  // namespace sedge::tools
