// SPDX-License-Identifier: Apache-2.0
// Bodies that a handler hands on untouched go from socket to socket: JavaScript is not entered for
// them, however long they are.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <string>

#include "runtime/script/engine.h"
#include "runtime/worker/builtins_data.h"
#include "runtime/worker/worker_isolate.h"
#include "runtime/worker/worker_ops.h"
#include "tests/e2e/harness/temp_folder.h"
#include "tests/http/scripted_server.h"
#include "tests/http/server_fixture.h"

namespace sedge::worker {
namespace {

constexpr size_t kRestBytes = 8u << 20;
constexpr const char* kFirst = "first piece";

class PassThroughTest : public http::ServerFixture {
 protected:
  static void SetUpTestSuite() {
    script::EngineOptions options;
    options.builtins = Builtins();
    options.ops = AllOps();
    options.snapshot = Snapshot();
    script::Engine::Initialize(std::move(options));
  }

  ~PassThroughTest() override { Stop(); }
  // In the order of a worker's thread.
  void Stop() {
    loop_->set_turn_hook(nullptr);
    isolate_.reset();
    server_.reset();
    client_.reset();
  }

  // A handler of `request` with the origin at `origin`.
  void Start(const std::string& handler, const http::ScriptedServer& origin) {
    config_.main =
        folder_.Write("worker.js", "export default { async fetch(request) { " + handler + " } };");
    config_.base_dir = folder_.path();
    options_.origin = Endpoint{false, "127.0.0.1", origin.port()};
    spec_.options = &options_;
    spec_.config = &config_;
    spec_.clock = &Clock::System();
    spec_.sources = std::make_shared<script::SourceCache>();
    spec_.bindings = R"({"vars":{},"kv":[]})";
    spec_.cf = "{}";
    client_ = http::Client::Create(*loop_, {}).value();
    auto isolate = WorkerIsolate::Create(spec_, *loop_, *client_, {});
    ASSERT_TRUE(isolate.ok()) << isolate.status().message();
    isolate_ = std::move(isolate).value();
    on_request_ = [this](http::Exchange* exchange) { isolate_->Enqueue(exchange); };
    loop_->set_turn_hook([this] {
      if (isolate_->has_ready()) isolate_->RunReady();
    });
    StartServer();
  }

  e2e::TempFolder folder_;
  ServeOptions options_;
  WorkerConfig config_;
  WorkerSpec spec_;
  std::unique_ptr<http::Client> client_;
  std::unique_ptr<WorkerIsolate> isolate_;
};

// An origin whose response begins with kFirst, and goes on when it is told to.
class TwoPartOrigin {
 public:
  explicit TwoPartOrigin(bool chunked)
      : server_([this, chunked](http::ServerSocket& socket) {
          if (socket.ReadHead().empty()) return;
          const std::string rest(kRestBytes, 'r');
          const size_t size = std::string(kFirst).size() + kRestBytes;
          socket.Write("HTTP/1.1 200 OK\r\nX-Of: origin\r\n");
          if (chunked) {
            socket.Write("Transfer-Encoding: chunked\r\n\r\nb\r\n" + std::string(kFirst) + "\r\n");
          } else {
            socket.Write("Content-Length: " + std::to_string(size) + "\r\n\r\n" + kFirst);
          }
          go_on_.get_future().wait_for(std::chrono::seconds(20));
          socket.Write(chunked ? "800000\r\n" + rest + "\r\n0\r\n\r\n" : rest);
          socket.WaitForClose();
        }) {}
  void GoOn() { go_on_.set_value(); }
  const http::ScriptedServer& server() const { return server_; }

 private:
  std::promise<void> go_on_;
  http::ScriptedServer server_;
};

TEST_F(PassThroughTest, NoJavaScriptRunsForAResponsesBody) {
  for (const std::string handler :
       {"return fetch(request);",
        "const upstream = await fetch(request); return new Response(upstream.body, upstream);",
        "const { body } = await fetch(request); return new Response(body, { headers: { 'x-of': "
        "'origin' } });",
        "const upstream = await fetch(request); const answer = new Response(upstream.body, "
        "upstream);"
        "answer.headers.set('x-more', '1'); return answer;",
        "const upstream = await fetch(request); upstream.body; return upstream;",
        "return fetch('http://x.test/other', { method: request.method, headers: request.headers "
        "});"}) {
    for (const bool chunked : {false, true}) {
      SCOPED_TRACE(handler + (chunked ? " (chunked)" : ""));
      TwoPartOrigin origin(chunked);
      Start(handler, origin.server());
      auto client = Connect();
      client->Send("GET / HTTP/1.1\r\nHost: x.test\r\nConnection: close\r\n\r\n");
      ASSERT_TRUE(RunUntil([&] { return client->received.find(kFirst) != std::string::npos; }))
          << client->received;
      EXPECT_NE(client->received.find("rigin\r\n"), std::string::npos);
      const uint64_t before = isolate_->entries();
      EXPECT_GT(before, 0u);
      origin.GoOn();
      ASSERT_TRUE(client->UntilClosed());
      EXPECT_GE(
          static_cast<size_t>(std::count(client->received.begin(), client->received.end(), 'r')),
          kRestBytes);
      EXPECT_EQ(isolate_->entries(), before);
      client.reset();
      Stop();
    }
  }
}

TEST_F(PassThroughTest, NoJavaScriptRunsForARequestsBody) {
  for (const std::string handler :
       {"return fetch(request);", "return fetch(new Request('http://x.test/other', request));",
        "return fetch('http://x.test/other', { method: 'POST', body: request.body, duplex: 'half' "
        "});"}) {
    SCOPED_TRACE(handler);
    std::atomic<bool> first_came = false, all_came = false;
    http::ScriptedServer origin([&](http::ServerSocket& socket) {
      if (socket.ReadHead().empty()) return;
      const size_t first = std::string(kFirst).size();
      first_came = socket.ReadBytes(first) == kFirst;
      all_came = socket.ReadBytes(kRestBytes) == std::string(kRestBytes, 'r');
      socket.WaitForClose();
    });
    Start(handler, origin);
    auto client = Connect();
    const std::string rest(kRestBytes, 'r');
    client->Send("POST / HTTP/1.1\r\nHost: x.test\r\nContent-Length: " +
                 std::to_string(std::string(kFirst).size() + kRestBytes) + "\r\n\r\n" + kFirst);
    ASSERT_TRUE(RunUntil([&] { return first_came.load(); }));
    const uint64_t before = isolate_->entries();
    size_t sent = 0;
    EXPECT_TRUE(RunUntil([&] {
      if (sent < rest.size()) sent += client->SendSome(std::string_view(rest).substr(sent));
      return all_came.load();
    }));
    EXPECT_EQ(isolate_->entries(), before);
    client.reset();
    Stop();
  }
}

}  // namespace
}  // namespace sedge::worker
