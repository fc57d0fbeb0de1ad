// SPDX-License-Identifier: Apache-2.0
// Responses as servers send them, byte for byte, and what a script's fetch() makes of them, through
// the real binary.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "tests/e2e/harness/http.h"
#include "tests/e2e/harness/local_server.h"
#include "tests/e2e/harness/server_state.h"
#include "tests/e2e/harness/worker.h"
#include "tests/http/scripted_server.h"

namespace sedge::e2e {
namespace {

using http::ScriptedServer;
using http::ServerSocket;
using ::testing::HasSubstr;

// Answers a request for "/N" with the Nth of `wires`, then closes.
class WireServer {
 public:
  explicit WireServer(std::vector<std::string> wires)
      : wires_(std::move(wires)), server_([this](ServerSocket& socket) {
          const std::string head = socket.ReadHead();
          const size_t path = head.find(" /") + 2;
          if (head.empty()) return;
          socket.Write(wires_.at(std::stoul(head.substr(path))));
        }) {}
  std::string map() const { return "api.test=http://127.0.0.1:" + std::to_string(server_.port()); }

 private:
  std::vector<std::string> wires_;
  ScriptedServer server_;
};

// Gives "STATUS LENGTH BODY", or the error of the fetch ("fetch: ...") or of the read ("read:
// ...").
constexpr char kShow[] = R"(
    let response;
    try {
      response = await fetch("http://api.test" + url.pathname, {
        method: url.searchParams.get("method") ?? "GET" });
    } catch (error) {
      return new Response(`fetch: ${error.name}: ${error.message}`);
    }
    try {
      const text = await response.text();
      return new Response(`${response.status} ${response.headers.get("content-length")} ${text}`);
    } catch (error) {
      return new Response(`read: ${error.name}: ${error.message}`);
    })";

const std::string kOk = "HTTP/1.1 200 OK\r\n";
const std::string kChunked = kOk + "Transfer-Encoding: chunked\r\n\r\n";
const std::string kHints = "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n";

std::string Repeated(int times, const std::string& text) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

struct Case {
  std::string wire;
  std::string seen;  // what the worker's answer contains
  std::string method = "GET";
};

void Check(const std::vector<Case>& cases, const std::string& settings = "") {
  std::vector<std::string> wires;
  for (const Case& c : cases) wires.push_back(c.wire);
  WireServer server(std::move(wires));
  Worker worker(Worker::Handler(kShow), {"--map", server.map()}, settings);
  for (size_t i = 0; i < cases.size(); ++i) {
    const std::string path = "/" + std::to_string(i) + "?method=" + cases[i].method;
    const std::string body = Get(worker.url() + path).body;
    EXPECT_THAT(body, HasSubstr(cases[i].seen)) << cases[i].wire.substr(0, 300);
    // Errors name the host that the script asked for.
    if (!std::isdigit(body[0])) {
      EXPECT_THAT(body, HasSubstr("TypeError: ")) << body;
      EXPECT_THAT(body, HasSubstr("api.test")) << body;
    }
  }
  EXPECT_EQ(
      WaitForState(worker.process(), {{"requests", 0}, {"bodies", 0}, {"client_connections", 0}}),
      "");
}

TEST(FetchResponseTest, InterimResponsesAreSkipped) {
  const std::string last = kOk + "Content-Length: 4\r\n\r\nlast";
  Check({
      {kHints + last, "200 4 last"},
      {"HTTP/1.1 100 Continue\r\n\r\n" + kHints + "HTTP/1.1 102 Processing\r\n\r\n" + last,
       "200 4 last"},
      {Repeated(16, kHints) + last, "200 4 last"},
      {Repeated(17, kHints) + last, "fetch: TypeError: "},
      {Repeated(17, kHints) + last, "more than 16 interim (1xx) responses"},
      {kHints + "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", "switched protocols"},
      {kHints, "closed before the response's head was complete"},
      // Many small ones are as large as a large one.
      {Repeated(10, "HTTP/1.1 103 Hints\r\nLink: " + std::string(8000, 'l') + "\r\n\r\n") + last,
       "exceed the limit of 65536 bytes (limits.client_head_bytes)"},
  });
}

TEST(FetchResponseTest, ResponsesWithoutABodyMayNameItsLength) {
  Check({
      {kOk + "Content-Length: 5\r\n\r\n", "200 5 ", "HEAD"},
      {kOk + "Transfer-Encoding: chunked\r\n\r\n", "200 null ", "HEAD"},
      {"HTTP/1.1 204 No Content\r\n\r\n", "204 null "},
      {"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", "204 5 "},
      {"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", "304 5 "},
      {kOk + "Content-Length: 0\r\n\r\n", "200 0 "},
      {"HTTP/1.1 205 Reset\r\nContent-Length: 0\r\n\r\n", "205 0 "},
      {"HTTP/1.0 200 OK\r\n\r\nuntil the end", "200 null until the end"},
  });
}

TEST(FetchResponseTest, ALengthThatIsNotKeptFailsTheRead) {
  const std::string short_of =
      "the connection was closed before the response's body was complete: ";
  Check({
      {kOk + "Content-Length: 10\r\n\r\nhello", "read: TypeError: "},
      {kOk + "Content-Length: 10\r\n\r\nhello",
       short_of + "5 of the 10 bytes came that its Content-Length says"},
      {kOk + "Content-Length: 10\r\n\r\n", short_of + "0 of the 10 bytes"},
      {kChunked + "5\r\nhello\r\n", short_of + "its last chunk is missing, after 5 bytes"},
      {kChunked + "a\r\nhello", short_of + "its last chunk is missing, after 5 bytes"},
      {kChunked + "5\r\nhello\r\n0\r\n", short_of},
      // Longer than it says: what follows is nobody's response.
      {kOk + "Content-Length: 5\r\n\r\nhello world", "200 5 hello"},
      {kChunked + "5\r\nhello\r\n0\r\n\r\nworld", "200 null hello"},
      {kChunked + "5\r\nhello world\r\n0\r\n\r\n", "malformed response"},
      {kChunked + "x\r\nhello\r\n0\r\n\r\n", "malformed response"},
      {kChunked + "ffffffffffffffffff\r\nhello", "malformed response"},
  });
}

TEST(FetchResponseTest, HeadsThatAreNoneFailTheFetch) {
  const std::string end = "Content-Length: 0\r\n\r\n";
  const std::vector<std::string> wires = {
      std::string("garbage\r\n\r\n"),
      std::string("<html>\r\n\r\n"),
      std::string("HTTP/2.0 200 OK\r\n") + end,
      std::string("HTTP/1.1 20 OK\r\n") + end,
      std::string("HTTP/1.1 999 Odd\r\n") + end,
      std::string("HTTP/1.1 099 Odd\r\n") + end,
      "no colon\r\n" + end,
      kOk + "no colon\r\n" + end,
      kOk + "Space : before\r\n" + end,
      kOk + " Folded: first\r\n" + end,
      kOk + "A: folded\r\n over lines\r\n" + end,
      kOk + "A: bare\rcr\r\n" + end,
      kOk + std::string("A: nul\0\r\n", 9) + end,
      kOk + "B\xc3\xa9: name\r\n" + end,
      kOk + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
      kOk + "Content-Length: +1\r\n\r\na",
      kOk + "Content-Length: -1\r\n\r\na",
      kOk + "Content-Length: 1, 1\r\n\r\na",
      kOk + "Content-Length: 99999999999999999999\r\n\r\na",
      kOk + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
      "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
      kOk + "Transfer-Encoding: gzip, chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
      kOk + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
  };
  std::vector<Case> cases;
  for (const std::string& wire : wires) {
    cases.push_back({wire, "fetch: TypeError: "});
  }
  Check(cases);
}

TEST(FetchResponseTest, HeadsHaveLimits) {
  const auto fields = [](int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += "X-" + std::to_string(i) + ": v\r\n";
    return text + "Content-Length: 2\r\n\r\nok";
  };
  Check({{kOk + fields(127), "200 2 ok"},
         {kOk + fields(128), "more than 128 header fields (limits.client_header_count)"},
         {kOk + "X: " + std::string(65'000, 'x') + "\r\n" + fields(0), "200 2 ok"},
         {kOk + "X: " + std::string(65'600, 'x') + "\r\n" + fields(0),
          "exceed the limit of 65536 bytes (limits.client_head_bytes)"},
         {kChunked + "2;" + std::string(65'600, 'e') + "\r\nok\r\n0\r\n\r\n",
          "the trailers and chunk extensions of the response exceed the limit"},
         {kChunked + "2\r\nok\r\n0\r\nT: " + std::string(65'600, 't') + "\r\n\r\n",
          "the trailers and chunk extensions of the response exceed the limit"}});
  Check({{kOk + fields(3), "200 2 ok"},
         {kOk + fields(4), "more than 4 header fields (limits.client_header_count)"},
         {kOk + "X: " + std::string(1100, 'x') + "\r\n" + fields(0),
          "exceed the limit of 1024 bytes (limits.client_head_bytes)"}},
        "[limits]\nclient_head_bytes = 1024\nclient_header_count = 4");
}

// What nobody reads is not asked for: the server waits, however much it has to say.
TEST(FetchResponseTest, AResponseThatNobodyReadsStopsItsServer) {
  constexpr uint64_t kBytes = 200u << 20;
  constexpr uint64_t kBuffered = 64u << 20;  // by the kernel, at most
  std::atomic<uint64_t> written = 0, written_unread = 0;
  LocalServer api([&](const ServerRequest& request) -> ServerResponse {
    if (request.target == "/look") written_unread = written.load();
    if (request.target != "/large") return {.body = "small"};
    return {.stream = [&](const WritePiece& write) {
      const std::string piece(64u << 10, 'x');
      for (; written < kBytes; written += piece.size()) {
        if (!write(piece)) return false;
      }
      return true;
    }};
  });
  Worker worker(Worker::Handler(R"(
    const large = await fetch("http://api.test/large");
    for (let i = 0; i < 40; ++i) await (await fetch("http://api.test/small")).text();
    await fetch("http://api.test/look");
    let bytes = 0;
    for await (const chunk of large.body) bytes += chunk.length;
    return new Response(String(bytes));)"),
                {"--map", "api.test=" + api.url()});
  EXPECT_EQ(Get(worker.url()).body, std::to_string(kBytes));
  EXPECT_LT(written_unread, kBuffered);
}

}  // namespace
}  // namespace sedge::e2e
