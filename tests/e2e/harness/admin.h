// SPDX-License-Identifier: Apache-2.0
// A server with the administration API: its worker and data in a folder of its own, a token in the
// environment, and the address that answers. One thread; gone with the object.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/e2e/harness/http.h"
#include "tests/e2e/harness/sedge_process.h"
#include "tests/e2e/harness/temp_folder.h"

namespace sedge::e2e {

class AdminProcess {
 public:
  static constexpr const char* kToken = "a-token-of-the-tests";
  // The namespace of the worker, which answers GET /KEY with the key's value.
  static constexpr const char* kNamespace = "CACHE";

  // `limits`: lines of [limits] in a wrangler.toml.
  explicit AdminProcess(std::vector<std::string> flags = {}, const std::string& limits = "") {
    if (!limits.empty()) {
      folder_.Write("wrangler.toml", "name = \"w\"\nmain = \"worker.js\"\n[limits]\n" + limits);
      served_ = "wrangler.toml";
    }
    folder_.Write("worker.js",
                  "export default { async fetch(request, env) {\n"
                  "  const key = decodeURIComponent(new URL(request.url).pathname.slice(1));\n"
                  "  return new Response(await env.CACHE.get(key));\n"
                  "} };\n");
    Start(std::move(flags));
  }

  void Start(std::vector<std::string> flags = {}) {
    setenv("SEDGE_ADMIN_TOKEN", kToken, 1);
    std::vector<std::string> args = {"serve", served_, "--port",   "0",       "--threads",
                                     "1",     "--kv",  kNamespace, "--admin", "127.0.0.1:0"};
    args.insert(args.end(), flags.begin(), flags.end());
    process_ = std::make_unique<SedgeProcess>(std::move(args), folder_.path());
    unsetenv("SEDGE_ADMIN_TOKEN");
    const auto url = process_->WaitUntilListening();
    EXPECT_TRUE(url) << process_->err();
    worker_url_ = url.value_or("http://127.0.0.1:1");
    url_ = WaitForAdminUrl();
  }
  void Stop() {
    process_->Signal(SIGTERM);
    EXPECT_EQ(process_->WaitForExit(), 0) << process_->err();
  }

  // "http://127.0.0.1:PORT" of the API, of the worker, of the namespaces.
  const std::string& url() const { return url_; }
  const std::string& worker_url() const { return worker_url_; }
  std::string Namespaces() const { return url_ + "/client/v4/accounts/acc/storage/kv/namespaces"; }
  std::string SocketPath() const { return folder_.path() + "/.sedge/kv/admin.sock"; }
  SedgeProcess& process() { return *process_; }
  const TempFolder& folder() const { return folder_; }

  // `path` is below Namespaces(), such as "/CACHE/keys".
  HttpResponse Call(const std::string& method, const std::string& path,
                    const std::string& body = "", const std::string& token = kToken) {
    std::vector<std::pair<std::string, std::string>> headers;
    if (!token.empty()) headers.emplace_back("Authorization", "Bearer " + token);
    const std::string target = Namespaces() + path;
    if (!body.empty()) return Send(method, target, body, headers);
    HttpRequest request;
    request.method = method;
    request.url = target;
    request.headers = std::move(headers);
    return Fetch(request);
  }
  // "404 10009 get: 'key not found'", or the status and the result.
  static std::string Text(const HttpResponse& response) {
    std::string text = std::to_string(response.status) + " ";
    const auto json = nlohmann::json::parse(response.body, nullptr, false);
    if (!json.is_object() || !json.contains("success")) return text + response.body;
    if (json["success"] == true) return text + json["result"].dump();
    const auto& error = json["errors"][0];
    return text + error["code"].dump() + " " + error["message"].get<std::string>();
  }

 private:
  std::string WaitForAdminUrl() {
    const std::string before = "Admin on ";
    const auto deadline =
        std::chrono::steady_clock::now() + std::chrono::milliseconds(SedgeProcess::kDeadlineMs);
    while (std::chrono::steady_clock::now() < deadline) {
      const std::string& out = process_->out();
      const size_t at = out.find(before);
      const size_t end = at == std::string::npos ? at : out.find('\n', at);
      if (end != std::string::npos) {
        return out.substr(at + before.size(), end - at - before.size());
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    ADD_FAILURE() << "no address of the administration API: " << process_->err();
    return "http://127.0.0.1:1";
  }

  TempFolder folder_;
  std::string served_ = "worker.js";
  std::unique_ptr<SedgeProcess> process_;
  std::string url_;
  std::string worker_url_;
};

}  // namespace sedge::e2e
