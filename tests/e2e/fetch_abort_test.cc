// SPDX-License-Identifier: Apache-2.0
// A fetch that ends early leaves nothing behind, wherever it was: aborted by the script's signal,
// or because the client that it was made for went away. The process says itself what it holds.
#include <gtest/gtest.h>

#include <memory>
#include <ostream>

#include "tests/e2e/harness/deaf_listener.h"
#include "tests/e2e/harness/event.h"
#include "tests/e2e/harness/http.h"
#include "tests/e2e/harness/local_server.h"
#include "tests/e2e/harness/server_state.h"
#include "tests/e2e/harness/worker.h"
#include "tests/http/scripted_server.h"

namespace sedge::e2e {
namespace {

using http::ScriptedServer;
using http::ServerSocket;

constexpr char kHeadAndHalf[] = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf";

struct Stage {
  const char* name;
  // What the server does until the stage is reached; null: nothing listens that could tell.
  std::function<void(ServerSocket&)> script;
  const char* scheme;
  // Begins the fetch, `begin(init)`, and gives a promise of its end.
  const char* start = "return begin();";
};

void PrintTo(const Stage& stage, std::ostream* out) { *out << stage.name; }

void ReadHead(ServerSocket& socket) { socket.ReadHead(); }
void WriteHalf(ServerSocket& socket) {
  socket.ReadHead();
  socket.Write(kHeadAndHalf);
}

constexpr char kUpload[] = R"(
    return begin({ method: "POST", body: new ReadableStream({
      pull(controller) { controller.enqueue(new Uint8Array(65536)); } }) });)";

const Stage kStages[] = {
    {"LookingUpTheName", nullptr, "http"},
    {"Connecting", nullptr, "http"},
    {"TlsHandshake", [](ServerSocket& socket) { socket.ReadSome(); }, "https"},
    {"SendingTheBody", ReadHead, "http", kUpload},
    {"WaitingForTheScriptsBody", ReadHead, "http",
     "return begin({ method: 'POST', body: new ReadableStream() });"},
    {"WaitingForTheHead", ReadHead, "http"},
    {"InTheInterimResponse",
     [](ServerSocket& socket) {
       socket.ReadHead();
       socket.Write("HTTP/1.1 103 Hints\r\nLink: x\r\n\r\n");
     },
     "http"},
    {"InTheHead",
     [](ServerSocket& socket) {
       socket.ReadHead();
       socket.Write("HTTP/1.1 200 OK\r\nX-Half");
     },
     "http"},
    {"AfterARedirect",
     [](ServerSocket& socket) {
       if (!socket.ReadHead().starts_with("GET /again")) {
         socket.Write("HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n");
         socket.ReadHead();
       }
     },
     "http"},
    {"ReadingText", WriteHalf, "http", "return (await begin()).text();"},
    {"ReadingChunks",
     [](ServerSocket& socket) {
       socket.ReadHead();
       socket.Write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf");
     },
     "http", "for await (const chunk of (await begin()).body);"},
    {"ReadingUntilTheEnd",
     [](ServerSocket& socket) {
       socket.ReadHead();
       socket.Write("HTTP/1.1 200 OK\r\n\r\nhalf");
     },
     "http", "return (await begin()).arrayBuffer();"},
    {"Decoding",
     [](ServerSocket& socket) {
       socket.ReadHead();
       socket.Write("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n\x1f\x8b\x08");
     },
     "http", "return (await begin()).text();"},
    {"BodyThatNobodyReads", WriteHalf, "http",
     "const response = await begin(); await gone; return response.text();"},
    {"ResponseWhileTheBodyIsSent", WriteHalf, "http",
     R"(return (await begin({ method: "POST", body: new ReadableStream() })).text();)"},
    {"PumpedThroughAScript", WriteHalf, "http",
     R"(const { readable, writable } = new TransformStream();
        const piped = (await begin()).body.pipeTo(writable);
        piped.catch(() => {});
        return new Response(readable).text();)"},
};

// Stages by name have an address of their own to go to.
class Server {
 public:
  explicit Server(const Stage& stage) {
    if (stage.script) {
      scripted_ = std::make_unique<ScriptedServer>([this, &stage](ServerSocket& socket) {
        stage.script(socket);
        reached_.Set();
        if (socket.WaitForClose()) ++closed_;
      });
      address_ = "127.0.0.1:" + std::to_string(scripted_->port());
      return;
    }
    reached_.Set();
    deaf_ = std::make_unique<DeafListener>();
    const bool by_name = std::string_view(stage.name) == "LookingUpTheName";
    address_ = (by_name ? "localhost:" : "127.0.0.1:") + std::to_string(deaf_->port());
  }

  std::string MapFlag(const Stage& stage) const {
    return std::string("api.test=") + stage.scheme + "://" + address_;
  }
  bool WaitUntilReached() { return reached_.Wait(); }
  // Every connection that was made was closed by the client.
  bool AllClosed() const {
    return !scripted_ || (scripted_->running() == 0 && closed_ == scripted_->accepted());
  }

 private:
  Event reached_;
  std::atomic<int> closed_ = 0;
  std::unique_ptr<DeafListener> deaf_;
  std::string address_;
  std::unique_ptr<ScriptedServer> scripted_;
};

// "/signal" aborts once the server says so, "/client" waits for its client to go.
std::string Script(const Stage& stage) {
  return std::string("const start = async (begin, gone) => {") + stage.start + "};\n" +
         Worker::Handler(std::string(R"(
    if (url.pathname === "/ping") return new Response("pong");
    const controller = new AbortController();
    const gone = new Promise((resolve) => {
      for (const { signal } of [controller, request]) signal.addEventListener("abort", resolve);
    });
    const begin = (init) => fetch(")") +
                         stage.scheme + R"(://api.test/", { ...init, signal: controller.signal });
    const outcome = start(begin, gone).then(() => "it worked",
      (error) => `${error.name} ${error === controller.signal.reason}`);
    await (await fetch("http://go.test/")).text();
    if (url.pathname === "/signal") controller.abort();
    return new Response(await outcome);)");
}

class FetchAbortTest : public testing::TestWithParam<Stage> {};

TEST_P(FetchAbortTest, LeavesNothingBehind) {
  const Stage& stage = GetParam();
  for (const bool by_signal : {true, false}) {
    Server server(stage);
    Event went;
    LocalServer go([&](const ServerRequest&) -> ServerResponse {
      EXPECT_TRUE(server.WaitUntilReached());
      went.Set();
      return {};
    });
    Worker worker(Script(stage), {"--map", "go.test=" + go.url(), "--map", server.MapFlag(stage)},
                  "[limits]\nclient_idle_timeout_ms = 20");
    const State nothing = {{"connections", 0}, {"requests", 0},           {"bodies", 0},
                           {"fetches", 0},     {"client_connections", 0}, {"busy_threads", 0}};
    EXPECT_EQ(Get(worker.url() + "/ping").body, "pong");
    EXPECT_EQ(WaitForState(worker.process(), nothing), "");
    const int sockets = SocketCount(worker.process());
    if (by_signal) {
      EXPECT_EQ(Get(worker.url() + "/signal").body, "AbortError true");
    } else {
      RawConnection client(worker.url());
      client.Send("GET /client HTTP/1.1\r\nHost: x\r\n\r\n");
      EXPECT_TRUE(went.Wait());
      client.Reset();  // one that closes may have half closed: two seconds pass before it is gone
    }
    EXPECT_EQ(WaitForState(worker.process(), nothing), "");
    EXPECT_EQ(SocketCount(worker.process()), sockets);
    // The server hears of it a little later than the client is done with it.
    for (int i = 0; i < 1000 && !server.AllClosed(); ++i) usleep(10'000);
    EXPECT_TRUE(server.AllClosed());
    EXPECT_EQ(Get(worker.url() + "/ping").body, "pong");
  }
}

INSTANTIATE_TEST_SUITE_P(Stages, FetchAbortTest, testing::ValuesIn(kStages),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(FetchAbortTest, BeforeItBeganSendsNothing) {
  ScriptedServer server([](ServerSocket&) {});
  Worker worker(Worker::Handler(R"(
    const controller = new AbortController();
    const failed = [];
    controller.abort(new RangeError("enough"));
    await fetch("http://api.test/", { signal: controller.signal }).catch((e) => failed.push(e));
    const second = new AbortController();
    const started = fetch("http://api.test/", { signal: second.signal });
    second.abort(new RangeError("at once"));
    await started.catch((e) => failed.push(e));
    return new Response(failed.map((e) => `${e.name}: ${e.message}`).join());)"),
                {"--map", "api.test=http://127.0.0.1:" + std::to_string(server.port())});
  EXPECT_EQ(Get(worker.url()).body, "RangeError: enough,RangeError: at once");
  EXPECT_EQ(WaitForState(worker.process(), {{"fetches", 0}, {"client_connections", 0}}), "");
}

TEST(FetchAbortTest, AfterTheBodyChangesNothing) {
  LocalServer api(
      [](const ServerRequest& request) -> ServerResponse { return {.body = request.target}; });
  Worker worker(Worker::Handler(R"(
    const controller = new AbortController();
    const texts = [];
    for (const path of ["/a", "/b"]) {
      const response = await fetch("http://api.test" + path, { signal: controller.signal });
      texts.push(await response.text());
    }
    controller.abort();
    texts.push(await (await fetch("http://api.test/c")).text());
    return new Response(texts.join());)"),
                {"--map", "api.test=" + api.url()});
  EXPECT_EQ(Get(worker.url()).body, "/a,/b,/c");
  EXPECT_EQ(WaitForState(worker.process(), {{"requests", 0},
                                            {"bodies", 0},
                                            {"fetches", 0},
                                            {"connections", 0},
                                            {"client_connections", 1}}),
            "");
  EXPECT_EQ(api.connections(), 1);
}

}  // namespace
}  // namespace sedge::e2e
