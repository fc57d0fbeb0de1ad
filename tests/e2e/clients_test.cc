// SPDX-License-Identifier: Apache-2.0
// The same rules through clients of others: the curl program, node's fetch, Python's http.client.
// Each runs its rows against one worker; a client that is not installed is skipped.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <string>
#include <vector>

#include "tests/e2e/harness/http.h"
#include "tests/e2e/harness/worker.h"

namespace sedge::e2e {
namespace {

using ::testing::HasSubstr;

// The answers of every client's rows.
constexpr const char* kScript = R"(
export default { async fetch(request) {
  const url = new URL(request.url);
  switch (url.pathname) {
    case "/none": return new Response(null, { status: 204, headers: { "content-length": "5" } });
    case "/same": return new Response(null, { status: 304, headers: { etag: '"x"' } });
    case "/moved": return Response.redirect(new URL("/echo", url), 303);
    case "/refuse": return new Response("refused unread", { status: 403 });
    case "/stream": return new Response(new Blob(["a", "stream"]).stream());
    case "/back": return new Response(request.body);
    case "/lies": {
      const { readable, writable } = new FixedLengthStream(99);
      const writer = writable.getWriter();
      writer.write(new TextEncoder().encode("too short")).catch(() => {});
      writer.close().catch(() => {});
      return new Response(readable);
    }
    default: {
      const text = await request.text();
      const body = text.length > 99 ? `${text.length} bytes` : text;
      return new Response(`${request.method} ${url.pathname}${url.search} [${body}]`,
        { headers: { "x-coding": `${request.headers.get("transfer-encoding")}` } });
    }
  }
} };)";

// What `command` prints, and its exit status unless that is 0.
std::string OutputOf(std::vector<std::string> command) {
  ChildProcess process(std::move(command));
  const std::optional<int> status = process.WaitForExit();
  std::string text = process.out();
  if (status != 0) text += "exit " + std::to_string(status.value_or(-1));
  return text;
}

bool IsInstalled(const std::string& program) {
  return ChildProcess({"sh", "-c", "command -v " + program}).WaitForExit() == 0;
}

TEST(ClientsTest, Curl) {
  if (!IsInstalled("curl")) GTEST_SKIP() << "curl is not installed";
  Worker worker(kScript);
  TempFolder folder;
  const std::string large = folder.Write("large", std::string(3 << 20, 'x'));
  struct Row {
    const char* name;
    std::vector<std::string> args;  // "/path" gets the worker's address in front
    std::string out;
  };
  const std::string code = "%{http_code} %{num_connects};";
  const Row rows[] = {
      {"one connection for two",
       {"-w", code, "/echo", "/echo?2"},
       "GET /echo []200 1;GET /echo?2 []200 0;"},
      {"HTTP/1.0", {"-0", "-w", code, "/echo"}, "GET /echo []200 1;"},
      {"HTTP/1.0 that stays",
       {"-0", "-H", "Connection: keep-alive", "-w", code, "/echo", "/echo"},
       "GET /echo []200 1;GET /echo []200 0;"},
      {"a stream to HTTP/1.0", {"-0", "-w", code, "/stream"}, "astream200 1;"},
      {"a body", {"-d", "hello", "/echo"}, "POST /echo [hello]"},
      {"a chunked body",
       {"-H", "Transfer-Encoding: chunked", "-d", "hello", "/echo"},
       "POST /echo [hello]"},
      {"a body that waits to be asked for",
       {"-H", "Expect: 100-continue", "-T", large, "/echo"},
       "PUT /echo [3145728 bytes]"},
      {"a chunked body that waits to be asked for",
       {"-H", "Expect: 100-continue", "-H", "Transfer-Encoding: chunked", "-T", large, "/echo"},
       "PUT /echo [3145728 bytes]"},
      {"a body that nobody asks for, and what follows",
       {"-H", "Expect: 100-continue", "-T", large, "-w", code, "/refuse", "/refuse"},
       "refused unread403 1;refused unread403 1;"},
      {"a body that nobody reads",
       {"-H", "Expect:", "-d", "hello", "-w", code, "/refuse", "/echo"},
       "refused unread403 1;POST /echo [hello]200 0;"},
      {"a body there and back",
       {"-T", large, "-o", "/dev/null", "-w", "%{size_download}", "/back"},
       "3145728"},
      {"HEAD",
       {"-I", "-o", "/dev/null", "-o", "/dev/null", "-w", code, "/echo", "/echo"},
       "200 1;200 0;"},
      {"HEAD of a stream", {"-I", "-o", "/dev/null", "-w", code, "/stream"}, "200 1;"},
      {"no content, and what follows",
       {"-w", code, "/none", "/same", "/echo"},
       "204 1;304 0;GET /echo []200 0;"},
      {"a redirect", {"-L", "-w", code, "/moved"}, "GET /echo []200 1;"},
      {"an asterisk", {"-X", "OPTIONS", "--request-target", "*", "/"}, "OPTIONS / []"},
      {"an absolute target", {"--request-target", "http://a.test/p?q", "/"}, "GET /p?q []"},
      {"an upgrade",
       {"-H", "Connection: Upgrade", "-H", "Upgrade: x", "-w", code, "/echo"},
       "GET /echo []200 1;"},
      {"HTTP/2 by upgrade", {"--http2", "-w", "%{http_version}", "/echo"}, "GET /echo []1.1"},
      {"a length that is a lie", {"-o", "/dev/null", "/lies"}, "exit "},
      {"no host", {"-H", "Host:", "-o", "/dev/null", "-w", code, "/echo"}, "400 1;"},
      {"a bad host", {"-H", "Host: a b", "-o", "/dev/null", "-w", code, "/echo"}, "400 1;"},
      {"an unknown method", {"-X", "BREW", "-o", "/dev/null", "-w", code, "/echo"}, "501 1;"},
      {"an unknown expectation",
       {"-H", "Expect: x", "-o", "/dev/null", "-w", code, "/echo"},
       "417 1;"},
      {"a length and a coding",
       {"-H", "Content-Length: 5", "-H", "Transfer-Encoding: chunked", "-d", "hello", "-o",
        "/dev/null", "-w", code, "/echo"},
       "400 1;"},
      {"an unknown coding",
       {"-H", "Transfer-Encoding: gzip", "-d", "x", "-o", "/dev/null", "-w", code, "/echo"},
       "400 1;"},
      {"a space in the target",
       {"--request-target", "/a b", "-o", "/dev/null", "-w", code, "/"},
       "400 1;"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    std::vector<std::string> command = {"curl", "-q", "-s", "--noproxy", "*", "--max-time", "20"};
    for (const std::string& arg : row.args) {
      const bool is_path = arg.starts_with('/') && arg != "/dev/null" && arg != large &&
                           command.back() != "--request-target";
      command.push_back(is_path ? worker.url() + arg : arg);
    }
    EXPECT_THAT(OutputOf(command), testing::StartsWith(row.out));
  }
}

constexpr const char* kNodeScript = R"(
const base = process.argv[2];
const rows = {
  get: ["/echo?q"], post: ["/echo", { method: "POST", body: "hello" }],
  chunked: ["/echo", { method: "POST", duplex: "half",
    body: new ReadableStream({ start(c) { c.enqueue(new TextEncoder().encode("hel"));
      c.enqueue(new TextEncoder().encode("lo")); c.close(); } }) }],
  large: ["/echo", { method: "PUT", body: "x".repeat(3 << 20) }],
  back: ["/back", { method: "POST", body: "there and back" }],
  head: ["/echo", { method: "HEAD" }], none: ["/none"], same: ["/same"], stream: ["/stream"],
  moved: ["/moved"], unread: ["/refuse", { method: "POST", body: "unread" }],
  unreadLarge: ["/refuse", { method: "POST", body: "x".repeat(3 << 20) }], lies: ["/lies"],
};
for (const [name, [path, init]] of Object.entries(rows)) {
  const text = await fetch(base + path, init)
    .then(async (r) => `${r.status} ${await r.text()}`).catch(() => "failed");
  console.log(`${name}: ${text}`);
}
const pipelined = await Promise.all(Array.from({ length: 50 }, async (_, i) =>
  (await fetch(`${base}/echo?${i}`)).text()));
console.log(pipelined.every((text, i) => text === `GET /echo?${i} []`));
const aborted = new AbortController();
const body = await fetch(base + "/stream", { signal: aborted.signal });
aborted.abort();
console.log(await body.text().catch((error) => error.name));
process.exit(0);
)";

TEST(ClientsTest, NodeFetch) {
  if (!IsInstalled("node")) GTEST_SKIP() << "node is not installed";
  if (OutputOf({"node", "-e", "console.log(typeof fetch)"}) != "function\n") {
    GTEST_SKIP() << "this node has no fetch";
  }
  Worker worker(kScript);
  TempFolder folder;
  EXPECT_EQ(OutputOf({"node", folder.Write("client.mjs", kNodeScript), worker.url()}),
            "get: 200 GET /echo?q []\n"
            "post: 200 POST /echo [hello]\n"
            "chunked: 200 POST /echo [hello]\n"
            "large: 200 PUT /echo [3145728 bytes]\n"
            "back: 200 there and back\n"
            "head: 200 \n"
            "none: 204 \n"
            "same: 304 \n"
            "stream: 200 astream\n"
            "moved: 200 GET /echo []\n"
            "unread: 403 refused unread\n"
            "unreadLarge: 403 refused unread\n"
            "lies: failed\n"
            "true\n"
            "AbortError\n");
}

constexpr const char* kPythonScript = R"(
import http.client, sys
host, port = sys.argv[1].split("//")[1].split(":")

def show(name, ask):
    connection = http.client.HTTPConnection(host, int(port), timeout=20)
    out = []
    for one in ask if isinstance(ask, list) else [ask]:
        try:
            one(connection)
            response = connection.getresponse()
            body = response.read().decode()
            out.append(f"{response.status} {body if response.status < 400 else ''}")
        except (http.client.HTTPException, OSError):
            out.append("failed")
    connection.close()
    print(f"{name}: {'; '.join(out)}")

def ask(*args, **kwargs):
    return lambda connection: connection.request(*args, **kwargs)

def raw(method, path, fields, body=b"", host="a"):
    def send(connection):
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        if host is not None: connection.putheader("Host", host)
        for name, value in fields: connection.putheader(name, value)
        connection.endheaders(body)
    return send

show("two on one", [ask("GET", "/echo?1"), ask("GET", "/echo?2")])
show("body", ask("POST", "/echo", "hello"))
show("chunked", ask("POST", "/echo", iter([b"hel", b"lo"]), encode_chunked=True))
show("large", ask("PUT", "/echo", b"x" * (3 << 20)))
show("back", ask("POST", "/back", "there and back"))
show("head and next", [ask("HEAD", "/stream"), ask("GET", "/echo")])
show("none and next", [ask("GET", "/none"), ask("GET", "/same"), ask("GET", "/echo")])
show("stream and next", [ask("GET", "/stream"), ask("GET", "/echo")])
show("unread and next", [ask("POST", "/refuse", "unread"), ask("GET", "/echo")])
show("lies", ask("GET", "/lies"))
show("length twice", raw("POST", "/echo", [("Content-Length", "5")] * 2, b"hello"))
show("length and coding", raw("POST", "/echo",
    [("Content-Length", "5"), ("Transfer-Encoding", "chunked")], b"0\r\n\r\n"))
show("coding twice", raw("POST", "/echo", [("Transfer-Encoding", "chunked")] * 2, b"0\r\n\r\n"))
show("coding unknown", raw("POST", "/echo", [("Transfer-Encoding", "gzip, chunked")], b"0\r\n\r\n"))
show("folded", raw("GET", "/echo", [("X", "a\r\n b")]))
show("host twice", raw("GET", "/echo", [("Host", "b")]))
show("no host", raw("GET", "/echo", [], host=None))
show("bad host", raw("GET", "/echo", [], host="a b"))
show("expectation", raw("GET", "/echo", [("Expect", "x")]))
show("chunk size", raw("POST", "/echo", [("Transfer-Encoding", "chunked")], b"5x\r\nhello\r\n0\r\n\r\n"))
show("method", raw("BREW", "/echo", []))
)";

TEST(ClientsTest, PythonHttpClient) {
  if (!IsInstalled("python3")) GTEST_SKIP() << "python3 is not installed";
  Worker worker(kScript);
  TempFolder folder;
  EXPECT_EQ(OutputOf({"python3", folder.Write("client.py", kPythonScript), worker.url()}),
            "two on one: 200 GET /echo?1 []; 200 GET /echo?2 []\n"
            "body: 200 POST /echo [hello]\n"
            "chunked: 200 POST /echo [hello]\n"
            "large: 200 PUT /echo [3145728 bytes]\n"
            "back: 200 there and back\n"
            "head and next: 200 ; 200 GET /echo []\n"
            "none and next: 204 ; 304 ; 200 GET /echo []\n"
            "stream and next: 200 astream; 200 GET /echo []\n"
            "unread and next: 403 ; 200 GET /echo []\n"
            "lies: failed\n"
            "length twice: 400 \n"
            "length and coding: 400 \n"
            "coding twice: 400 \n"
            "coding unknown: 400 \n"
            "folded: 400 \n"
            "host twice: 400 \n"
            "no host: 400 \n"
            "bad host: 400 \n"
            "expectation: 417 \n"
            "chunk size: 400 \n"
            "method: 501 \n");
}

}  // namespace
}  // namespace sedge::e2e
