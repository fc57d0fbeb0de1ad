// SPDX-License-Identifier: Apache-2.0
// Nothing that a script returns can split a response or confuse the next one: names, values,
// statuses and lengths on every path that leads to the wire.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/e2e/harness/http.h"
#include "tests/e2e/harness/local_server.h"
#include "tests/e2e/harness/worker.h"

namespace sedge::e2e {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// A worker that gives at "/NAME" what the expression of that case gives, or says that making it
// failed. Other paths are answered.
template <typename Case, size_t kSize>
std::string ScriptOf(const Case (&cases)[kSize]) {
  std::string script = "const cases = {\n";
  for (const Case& c : cases) {
    script += std::string(c.name) + ": (request, url) => " + c.expression + ",\n";
  }
  return script + "};\n" + Worker::Handler(R"(
    const given = cases[url.pathname.slice(1)];
    if (given === undefined) return new Response("the next");
    try { return await given(request, url); } catch (error) { return new Response(`refused: ${error.name}`); }
  )");
}

struct Attempt {
  const char* name;
  const char* expression;
};

// Each tries to make the client see a field "Injected", or a second response.
constexpr Attempt kSplits[] = {
    {"ValueWithCrlf", "new Response('x', { headers: { x: 'a\\r\\nInjected: 1' } })"},
    {"ValueWithLf", "new Response('x', { headers: { x: 'a\\nInjected: 1' } })"},
    {"ValueWithCr", "new Response('x', { headers: { x: 'a\\rInjected: 1' } })"},
    {"ValueWithNul", "new Response('x', { headers: { x: 'a\\0Injected\\0b' } })"},
    {"ValueWithAHiddenCrlf", "new Response('x', { headers: { x: 'a\\u560d\\u560aInjected: 1' } })"},
    {"ValueBehindACrlf", "new Response('x', { headers: { x: '\\r\\n\\r\\nInjected: 1' } })"},
    {"ValueThatChanges",
     "(() => { let n = 0; return new Response('x', { headers: [['x', { toString: () => n++ ? "
     "'a\\r\\nInjected: 1' : 'a' }]] }); })()"},
    {"ValueWithAResponse",
     "new Response('x', { headers: { x: '\\n\\nHTTP/1.1 200 OK\\r\\nInjected: 1\\r\\n\\r\\n' } })"},
    {"NameWithCrlf", "new Response('x', { headers: { 'x\\r\\nInjected': '1' } })"},
    {"NameWithAColon", "new Response('x', { headers: [['x: a\\nInjected', '1']] })"},
    {"NameWithNul", "new Response('x', { headers: [['x\\0a\\0Injected', '1']] })"},
    {"NameEmpty", "new Response('x', { headers: [['', '1']] })"},
    {"NameSetLater",
     "(() => { const r = new Response('x'); r.headers.set('Injected\\n', '1'); return r; })()"},
    {"ValueAppendedLater",
     "(() => { const r = new Response('x'); r.headers.append('x', 'a\\nInjected: 1'); return r; "
     "})()"},
    {"Cookie",
     "(() => { const h = new Headers(); h.append('set-cookie', 'a=b\\r\\nInjected: 1'); "
     "return new Response('x', { headers: h }); })()"},
    {"StatusText", "new Response('x', { statusText: 'OK\\r\\nInjected: 1' })"},
    {"StatusTextWithLf", "new Response('x', { statusText: 'OK\\nInjected: 1' })"},
    {"StatusTextWithNul", "new Response('x', { statusText: 'OK\\0' })"},
    {"StatusThatInterrupts", "new Response(null, { status: 101 })"},
    {"StatusThatIsInterim", "new Response(null, { status: 103 })"},
    {"Redirect", "Response.redirect('http://a/\\r\\nInjected: 1')"},
    {"RedirectEscaped", "Response.redirect('http://a/%0d%0aInjected: 1')"},
    {"RedirectHost", "Response.redirect('http://a\\r\\nInjected: 1/')"},
    {"Location", "new Response('x', { status: 302, headers: { location: '/\\r\\nInjected: 1' } })"},
    {"Json", "Response.json('\\r\\nInjected: 1', { headers: { x: 'a\\r\\nInjected: 1' } })"},
    {"BlobType", "new Response(new Blob(['x'], { type: 'a/b\\r\\nInjected: 1' }))"},
    {"FormDataName",
     "(() => { const f = new FormData(); f.append('a\\r\\nInjected: 1', 'b'); return new "
     "Response(f); })()"},
    {"FileName",
     "(() => { const f = new FormData(); f.append('a', new File(['x'], 'b\\r\\nInjected: 1')); "
     "return new Response(f); })()"},
    {"DataUrl", "fetch('data:a/b;c=\"\\r\\nInjected: 1\",x')"},
    {"DataUrlEscaped", "fetch('data:a/b;c=\"%0d%0aInjected: 1\",x')"},
    {"RequestHeadersBack", "new Response('x', { headers: request.headers })"},
    {"ClonedAndChanged",
     "(() => { const r = new Response(new Response('x').body, { headers: { x: 'a' } }).clone(); "
     "r.headers.set('x', 'b\\r\\nInjected: 1'); return r; })()"},
    {"ErrorMessage", "Promise.reject(new Error('\\r\\nInjected: 1'))"},
    {"ErrorResponse", "Response.error()"},
    {"NoResponse", "({ status: 200, headers: { x: 'a\\r\\nInjected: 1' } })"},
};

// In a head, CR and LF stand only together.
void ExpectCleanHead(const std::string& head) {
  EXPECT_THAT(head, Not(HasSubstr("\nInjected")));
  EXPECT_THAT(head, Not(HasSubstr(std::string(1, '\0'))));
  for (size_t at = head.find_first_of("\r\n"); at != std::string::npos;
       at = head.find_first_of("\r\n", at + 2)) {
    ASSERT_EQ(head.substr(at, 2), "\r\n") << head;
  }
}

TEST(ResponseFramingTest, NothingSplitsAResponse) {
  Worker worker(ScriptOf(kSplits));
  for (const Attempt& attempt : kSplits) {
    SCOPED_TRACE(attempt.name);
    RawConnection client(worker.url());
    client.Send("POST /" + std::string(attempt.name) +
                " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nX-Sent: 1\r\n\r\n"
                "1\r\nx\r\n0\r\n\r\n"
                "GET /next HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    const std::string all = client.ReadToEnd();
    EXPECT_THAT(all, StartsWith("HTTP/1.1 "));
    EXPECT_THAT(all, EndsWith("\r\n\r\nthe next"));
    ExpectCleanHead(all.substr(0, all.find("\r\n\r\n") + 2));
    const size_t second = all.rfind("HTTP/1.1 200 OK\r\n");
    EXPECT_NE(second, 0u);
    ExpectCleanHead(all.substr(second, all.find("\r\n\r\n", second) + 2 - second));
  }
}

TEST(ResponseFramingTest, AnUpstreamSplitsNothingEither) {
  LocalServer upstream([](const ServerRequest& request) {
    ServerResponse response;
    const std::string target = request.target;
    response.raw = [target](const WritePiece& write) {
      const std::string rest = "Content-Length: 2\r\n\r\nup";
      if (target == "/cr") write("HTTP/1.1 200 OK\r\nX: a\rInjected: 1\r\n" + rest);
      if (target == "/lf") write("HTTP/1.1 200 OK\r\nX: a\nInjected: 1\r\n" + rest);
      if (target == "/nul")
        write("HTTP/1.1 200 OK\r\nX: a" + std::string(1, '\0') + "b\r\n" + rest);
      if (target == "/reason") write("HTTP/1.1 200 O\rInjected: 1\r\n" + rest);
      if (target == "/folded") write("HTTP/1.1 200 OK\r\nX: a\r\n Injected: 1\r\n" + rest);
      if (target == "/control") write("HTTP/1.1 200 OK\r\nX: a\x01z\r\n" + rest);
      if (target == "/fine") {
        write(
            "HTTP/1.1 203 Fine\xe9\r\nX: a\tb\xe9\r\nConnection: X, close\r\nKeep-Alive: "
            "timeout=9\r\n"
            "Upgrade: h2c\r\nTrailer: Y\r\n" +
            rest);
      }
    };
    return response;
  });
  Worker worker(Worker::Handler(R"(
    if (url.pathname === "/next") return new Response("the next");
    try { return await fetch("http://up.test" + url.pathname); }
    catch (error) { return new Response("refused", { status: 502 }); })"),
                {"--map", "up.test=" + upstream.url()});
  for (const std::string path : {"/cr", "/lf", "/nul", "/reason", "/folded", "/control", "/fine"}) {
    SCOPED_TRACE(path);
    RawConnection client(worker.url());
    client.Send("GET " + path +
                " HTTP/1.1\r\nHost: x\r\n\r\n"
                "GET /next HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    const std::string all = client.ReadToEnd();
    EXPECT_THAT(all, EndsWith("\r\n\r\nthe next"));
    const std::string head = all.substr(0, all.find("\r\n\r\n") + 2);
    ExpectCleanHead(head);
    if (path == "/fine") {
      EXPECT_THAT(head, StartsWith("HTTP/1.1 203 Fine\xe9\r\n"));
      EXPECT_THAT(head, HasSubstr("a\tb\xe9\r\n"));
      for (const char* field : {"\nConnection:", "\nKeep-Alive:", "\nUpgrade:", "\nTrailer:",
                                "\nconnection:", "\nkeep-alive:", "\nupgrade:", "\ntrailer:"}) {
        EXPECT_THAT(head, Not(HasSubstr(field)));
      }
    }
  }
}

// Streams of known and unknown length.
#define SEDGE_STREAM(pieces, end)                                                           \
  "new ReadableStream({ n: 0, async pull(c) { await new Promise((r) => setTimeout(r, 1)); " \
  "const pieces = " pieces                                                                  \
  "; if (this.n < pieces.length) c.enqueue(new TextEncoder().encode("                       \
  "pieces[this.n++])); else " end "; } })"
#define SEDGE_FIXED(length, pieces)                                                           \
  "(() => { const { readable, writable } = new FixedLengthStream(" length "); " SEDGE_STREAM( \
      pieces,                                                                                 \
      "c.close()") ".pipeTo(writable).catch(() => {}); return new Response(readable); })()"

struct Framing {
  const char* name;
  const char* expression;
  const char* body;      // of the response to GET; null: it is cut short, and the connection ends
  const char* has = "";  // a line of the head
  const char* lacks = "\nNothing";
};

constexpr Framing kFramings[] = {
    {"Exact", SEDGE_FIXED("6", "['abc', 'def']"), "abcdef", "Content-Length: 6\r\n"},
    {"Shorter", SEDGE_FIXED("9", "['abc', 'def']"), nullptr, "Content-Length: 9\r\n"},
    {"ShorterByAll", SEDGE_FIXED("9", "[]"), nullptr},
    {"Longer", SEDGE_FIXED("4", "['abc', 'def']"), nullptr, "Content-Length: 4\r\n"},
    {"LongerThanNothing", SEDGE_FIXED("0", "['abc']"), nullptr},
    {"FailsMidway", "new Response(" SEDGE_STREAM("['abc']", "c.error(new Error('no'))") ")",
     nullptr, "Transfer-Encoding: chunked\r\n"},
    {"FailsAtOnce", "new Response(" SEDGE_STREAM("[]", "c.error(new Error('no'))") ")", nullptr},
    {"GivesNoBytes", "new Response(" SEDGE_STREAM("['abc']", "c.enqueue(7)") ")", nullptr},
    {"LengthAndStream",
     "new Response(" SEDGE_STREAM("['abc']",
                                  "c.close()") ", { headers: { 'content-length': '9' } })",
     "3\r\nabc\r\n0\r\n\r\n", "Transfer-Encoding: chunked\r\n", "ontent-length"},
    {"LengthTooLong", "new Response('hello', { headers: { 'content-length': '99' } })", "hello",
     "Content-Length: 5\r\n", "99"},
    {"LengthTooShort", "new Response('hello', { headers: { 'content-length': '1' } })", "hello",
     "Content-Length: 5\r\n", "content-length"},
    {"LengthTwice",
     "new Response('hello', { headers: [['content-length', '1'], ['content-length', '2']] })",
     "hello", "Content-Length: 5\r\n", "content-length"},
    {"CodingChunked", "new Response('hello', { headers: { 'transfer-encoding': 'chunked' } })",
     "hello", "Content-Length: 5\r\n", "ransfer-"},
    {"CodingGzip", "new Response('hello', { headers: { 'transfer-encoding': 'gzip, chunked' } })",
     "hello", "Content-Length: 5\r\n", "ransfer-"},
    {"ConnectionClose", "new Response('hello', { headers: { connection: 'close' } })", "hello",
     "Content-Length: 5\r\n", "onnection"},
    {"ConnectionNames",
     "new Response('hello', { headers: { connection: 'content-length', 'keep-alive': 'timeout=1', "
     "upgrade: 'x', trailer: 'y', 'proxy-connection': 'z' } })",
     "hello", "Content-Length: 5\r\n", "timeout"},
    {"NoContent", "new Response(null, { status: 204, headers: { 'content-length': '5' } })", "",
     "HTTP/1.1 204 ", "ontent-"},
    {"NotModified", "new Response(null, { status: 304, headers: { 'content-length': '5' } })", "",
     "HTTP/1.1 304 ", "ransfer-"},
    {"ResetContent", "new Response(null, { status: 205 })", "", "Content-Length: 0\r\n"},
    {"Empty", "new Response(null)", "", "Content-Length: 0\r\n"},
};

TEST(ResponseFramingTest, ABodyOfTheWrongLengthEndsTheConnection) {
  Worker worker(ScriptOf(kFramings));
  for (const Framing& framing : kFramings) {
    SCOPED_TRACE(framing.name);
    RawConnection client(worker.url());
    const std::string target = " /" + std::string(framing.name) + " HTTP/1.1\r\nHost: x\r\n\r\n";
    client.Send("HEAD" + target + "GET" + target +
                "GET /next HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    const std::string all = client.ReadToEnd();
    // HEAD is fine with any body.
    const size_t head_end = all.find("\r\n\r\n");
    ASSERT_NE(head_end, std::string::npos) << all;
    const std::string get = all.substr(head_end + 4);
    const size_t get_end = get.find("\r\n\r\n");
    ASSERT_NE(get_end, std::string::npos) << all;
    const std::string head = get.substr(0, get_end + 2);
    EXPECT_THAT(head, StartsWith("HTTP/1.1 "));
    EXPECT_THAT(head, HasSubstr(framing.has));
    EXPECT_THAT(head, Not(HasSubstr(framing.lacks)));
    const std::string rest = get.substr(get_end + 4);
    if (framing.body == nullptr) {
      EXPECT_THAT(rest, Not(HasSubstr("HTTP/1.1 "))) << all;
      EXPECT_THAT(rest, Not(HasSubstr("0\r\n\r\n"))) << all;
    } else {
      EXPECT_THAT(rest, StartsWith(framing.body + std::string("HTTP/1.1 200 OK\r\n"))) << all;
      EXPECT_THAT(rest, EndsWith("\r\n\r\nthe next"));
    }
  }
}

TEST(ResponseFramingTest, AnUpstreamThatLiesAboutItsLengthEndsTheConnection) {
  LocalServer upstream([](const ServerRequest& request) {
    ServerResponse response;
    const std::string target = request.target;
    response.raw = [target](const WritePiece& write) {
      if (target == "/shorter") write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello");
      if (target == "/longer") write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhello");
      if (target == "/chunk")
        write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhello");
      if (target == "/none") write("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello");
    };
    return response;
  });
  Worker worker(Worker::Handler(R"(
    if (url.pathname === "/next") return new Response("the next");
    return fetch("http://up.test" + url.pathname);)"),
                {"--map", "up.test=" + upstream.url()});
  const auto all_of = [&](const std::string& path) {
    RawConnection client(worker.url());
    client.Send("GET " + path +
                " HTTP/1.1\r\nHost: x\r\n\r\n"
                "GET /next HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    return client.ReadToEnd();
  };
  for (const std::string path : {"/shorter", "/chunk"}) {
    const std::string all = all_of(path);
    EXPECT_THAT(all, StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(all, Not(HasSubstr("the next")));
    EXPECT_THAT(all, Not(HasSubstr("\r\n0\r\n\r\n")));
  }
  EXPECT_THAT(all_of("/longer"), HasSubstr("\r\n\r\nheHTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(all_of("/none"), HasSubstr("\r\n\r\nHTTP/1.1 200 OK\r\n"));
}

}  // namespace
}  // namespace sedge::e2e
