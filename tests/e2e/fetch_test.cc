// SPDX-License-Identifier: Apache-2.0
// fetch() of a worker through the real binary: where it goes, what it sends, what comes back, how
// it fails.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/harness/deaf_listener.h"
#include "tests/e2e/harness/http.h"
#include "tests/e2e/harness/local_server.h"
#include "tests/e2e/harness/worker.h"
#include "tests/loop/test_certificates.h"

namespace sedge::e2e {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

ServerResponse Echo(const ServerRequest& request) {
  return {.body = request.method + " " + request.target + " " + request.body};
}

std::string MapTo(const std::string& host, const LocalServer& server) {
  return host + "=" + server.url();
}

// Gives what `expression` fails with as text.
std::string FailureOf(const std::string& expression) {
  return Worker::Handler(
      "try { await (" + expression +
      "); return new Response('it worked'); }"
      " catch (error) { return new Response(`${error.name}: ${error.message}`); }");
}

TEST(FetchTest, GoesToTheMappedHostOverHttp) {
  LocalServer api(Echo);
  Worker worker(Worker::Handler(R"(
    const response = await fetch("http://api.test/x?y=1#part", { headers: { "X-Thing": "1" } });
    return new Response([response.status, response.statusText, response.ok, response.url,
      response.redirected, await response.text()].join("|"));)"),
                {"--map", MapTo("api.test", api)});
  EXPECT_EQ(Get(worker.url()).body, "200|Status|true|http://api.test/x?y=1|false|GET /x?y=1 ");
  const ServerRequest request = api.requests().at(0);
  EXPECT_EQ(request.Header("host"), "api.test");
  EXPECT_EQ(request.Header("x-thing"), "1");
}

TEST(FetchTest, GoesToTheMappedHostOverTls) {
  const loop::TestCertificateFiles files;
  LocalServer blog(Echo, files.certificate_file(), files.key_file());
  LocalServer plain(Echo);
  Worker worker(Worker::Handler(R"(
    const host = url.pathname.slice(1);
    return new Response(await (await fetch(host + "/path")).text());)"),
                {"--map", MapTo("blog.example.com", blog), "--ca", files.ca_file(), "--map",
                 MapTo("plain.test", plain)});
  EXPECT_EQ(Get(worker.url() + "/https://blog.example.com").body, "GET /path ");
  EXPECT_EQ(blog.requests().at(0).Header("host"), "blog.example.com");
  // The mapping decides whether there is TLS on the wire; the URL decides the Host header.
  EXPECT_EQ(Get(worker.url() + "/http://blog.example.com").body, "GET /path ");
  EXPECT_EQ(Get(worker.url() + "/https://plain.test").body, "GET /path ");
  EXPECT_EQ(plain.requests().at(0).Header("host"), "plain.test");
  EXPECT_EQ(Get(worker.url() + "/http://plain.test:8080").body, "GET /path ");
  EXPECT_EQ(plain.requests().at(1).Header("host"), "plain.test:8080");
}

TEST(FetchTest, FollowsRedirects) {
  LocalServer other(Echo);
  LocalServer api([](const ServerRequest& request) -> ServerResponse {
    if (request.target == "/a") return {.status = 302, .headers = {{"Location", "b?x=1"}}};
    if (request.target == "/b?x=1") return {.status = 301, .headers = {{"Location", "/c"}}};
    if (request.target == "/away") {
      return {.status = 302, .headers = {{"Location", "http://other.test/there"}}};
    }
    if (request.target == "/loop") return {.status = 302, .headers = {{"Location", "/loop"}}};
    if (request.target == "/none") return {.status = 302, .body = "no location"};
    return Echo(request);
  });
  Worker worker(Worker::Handler(R"(
    const response = await fetch("http://api.test" + url.pathname, {
      redirect: url.searchParams.get("mode") ?? "follow", headers: { Authorization: "Bearer x" } });
    return new Response([response.status, response.url, response.redirected,
      response.headers.get("location"), await response.text()].join("|"));)"),
                {"--map", MapTo("api.test", api), "--map", MapTo("other.test", other)});
  EXPECT_EQ(Get(worker.url() + "/a").body, "200|http://api.test/c|true||GET /c ");
  EXPECT_EQ(Get(worker.url() + "/a?mode=manual").body, "302|http://api.test/a|false|b?x=1|");
  EXPECT_THAT(Get(worker.url() + "/a?mode=error").body, HasSubstr("redirect mode is \"error\""));
  EXPECT_EQ(Get(worker.url() + "/none").body, "302|http://api.test/none|false||no location");
  EXPECT_THAT(Get(worker.url() + "/loop").body, HasSubstr("Too many redirects"));
  EXPECT_EQ(Get(worker.url() + "/away").body, "200|http://other.test/there|true||GET /there ");
  EXPECT_EQ(api.requests().back().Header("authorization"), "Bearer x");
  EXPECT_EQ(other.requests().at(0).headers.count("authorization"), 0u);
}

TEST(FetchTest, RepeatsABodyOnlyWhereTheStatusSaysSo) {
  LocalServer api([](const ServerRequest& request) -> ServerResponse {
    if (request.target == "/end") {
      return {.body = request.method + "|" + request.Header("content-type") + "|" + request.body};
    }
    return {.status = std::stoi(request.target.substr(1)), .headers = {{"Location", "/end"}}};
  });
  Worker worker(Worker::Handler(R"(
    const body = url.searchParams.has("stream") ? new Response("hello").body : "hello";
    return fetch("http://api.test" + url.pathname, { method: "POST", body,
      headers: { "Content-Type": "text/x" } });)"),
                {"--map", MapTo("api.test", api)});
  EXPECT_EQ(Get(worker.url() + "/301").body, "GET||");
  EXPECT_EQ(Get(worker.url() + "/302").body, "GET||");
  EXPECT_EQ(Get(worker.url() + "/303").body, "GET||");
  EXPECT_EQ(Get(worker.url() + "/307").body, "POST|text/x|hello");
  EXPECT_EQ(Get(worker.url() + "/308").body, "POST|text/x|hello");
  EXPECT_THAT(Get(worker.url() + "/307?stream").body, HasSubstr("cannot be sent a second time"));
  EXPECT_EQ(Get(worker.url() + "/303?stream").body, "GET||");
}

TEST(FetchTest, SaysWhyAConnectionFailed) {
  uint16_t closed_port = 0;
  {
    LocalServer gone(Echo);
    closed_port = gone.port();
  }
  const std::string address = "127.0.0.1:" + std::to_string(closed_port);
  Worker worker(FailureOf("fetch(url.pathname.slice(1))"),
                {"--map", "down.test=http://" + address});
  EXPECT_EQ(Get(worker.url() + "/http://down.test/").body,
            "TypeError: fetch failed: connect ECONNREFUSED " + address + " (down.test)");
  const std::string unknown = Get(worker.url() + "/http://nobody.invalid/").body;
  EXPECT_THAT(unknown, HasSubstr("TypeError: fetch failed: getaddrinfo "));
  EXPECT_THAT(unknown, HasSubstr("nobody.invalid"));
  EXPECT_THAT(Get(worker.url() + "/ftp://down.test/").body, HasSubstr("only http:, https:"));
}

TEST(FetchTest, SaysWhyTlsFailed) {
  const loop::TestCertificateFiles files, trusted;
  const loop::TestCertificateFiles other_name({.names = {"else.example.com"}});
  LocalServer unknown(Echo, files.certificate_file(), files.key_file());
  LocalServer other(Echo, other_name.certificate_file(), other_name.key_file());
  Worker worker(
      FailureOf("fetch(url.pathname.slice(1))"),
      {"--map", MapTo("blog.example.com", unknown), "--map", MapTo("my.example.com", other), "--ca",
       trusted.ca_file(), "--ca", other_name.ca_file()});
  const std::string not_trusted = Get(worker.url() + "/https://blog.example.com/").body;
  EXPECT_THAT(not_trusted,
              HasSubstr("TypeError: fetch failed: TLS handshake with 127.0.0.1:" +
                        std::to_string(unknown.port()) + " (blog.example.com): certificate"));
  EXPECT_THAT(not_trusted, HasSubstr("see --ca"));
  const std::string wrong_name = Get(worker.url() + "/https://my.example.com/").body;
  EXPECT_THAT(wrong_name, HasSubstr("my.example.com"));
  EXPECT_THAT(wrong_name, HasSubstr("ostname mismatch"));
  EXPECT_THAT(unknown.log(), IsEmpty());
  EXPECT_THAT(other.log(), IsEmpty());
}

TEST(FetchTest, GivesUpOnAnAddressThatDoesNotAnswer) {
  const DeafListener deaf;
  Worker worker(FailureOf("fetch('http://far.test/')"),
                {"--map", "far.test=http://127.0.0.1:" + std::to_string(deaf.port())},
                "[limits]\nconnect_timeout_ms = 300");
  const std::string text = Get(worker.url()).body;
  EXPECT_EQ(text,
            "TypeError: fetch failed: connect ETIMEDOUT 127.0.0.1:" + std::to_string(deaf.port()) +
                " (far.test): no answer for 300 ms (limits.connect_timeout_ms)");
}

TEST(FetchTest, GivesUpOnAServerThatDoesNotAnswer) {
  LocalServer silent([](const ServerRequest& request) {
    request.wait_for_close(SedgeProcess::kDeadlineMs);
    return ServerResponse{};
  });
  Worker worker(FailureOf("fetch('http://silent.test/')"), {"--map", MapTo("silent.test", silent)},
                "[limits]\nresponse_timeout_ms = 300");
  const std::string text = Get(worker.url()).body;
  EXPECT_EQ(text,
            "TypeError: fetch failed: read ETIMEDOUT 127.0.0.1:" + std::to_string(silent.port()) +
                " (silent.test): no response for 300 ms (limits.response_timeout_ms)");
}

TEST(FetchTest, SaysThatAResponseWasCutShort) {
  LocalServer api([](const ServerRequest&) {
    return ServerResponse{.body = "0123456789", .close_early = true};
  });
  Worker worker(FailureOf("fetch('http://api.test/').then((r) => r.text())"),
                {"--map", MapTo("api.test", api)});
  EXPECT_THAT(Get(worker.url()).body,
              HasSubstr("TypeError: fetch failed: read EOF 127.0.0.1:" +
                        std::to_string(api.port()) + " (api.test): the connection was closed"));
}

constexpr const char* kPassOn =
    "addEventListener('fetch', (e) => e.respondWith(fetch(e.request)));";

TEST(FetchTest, ItsOwnHostIsTheOrigin) {
  LocalServer origin(Echo);
  Worker worker(kPassOn, {"--origin", origin.url()});
  EXPECT_EQ(Get(worker.url() + "/page?x=1", {{"Host", "www.example.com"}}).body, "GET /page?x=1 ");
  EXPECT_EQ(origin.requests().at(0).Header("host"), "www.example.com");
  EXPECT_EQ(Get(worker.url() + "/direct").body, "GET /direct ");
  EXPECT_EQ(origin.requests().at(1).Header("host"), worker.url().substr(7));
  const std::string body(200'000, 'b');
  EXPECT_EQ(Send("POST", worker.url() + "/form", body).body, "POST /form " + body);
  EXPECT_EQ(origin.requests().at(2).Header("content-length"), "200000");
}

TEST(FetchTest, ItsOwnHostWithoutAnOriginIsNoLoop) {
  Worker worker(kPassOn);
  const std::string port = worker.url().substr(worker.url().rfind(':'));
  for (const std::string host : {"www.example.com", "127.0.0.1", "localhost", ""}) {
    const auto headers =
        host.empty() ? std::vector<std::pair<std::string, std::string>>()
                     : std::vector<std::pair<std::string, std::string>>{{"Host", host + port}};
    const HttpResponse response = Get(worker.url() + "/x", headers);
    EXPECT_EQ(response.status, 502) << host;
    EXPECT_THAT(response.body, HasSubstr("--origin URL")) << host;
  }
  EXPECT_EQ(Get(worker.url(), {{"Host", "www.example.com"}}).status, 502);

  Worker by_name(Worker::Handler("return fetch(url.searchParams.get('to'));"));
  const std::string own_port = by_name.url().substr(by_name.url().rfind(':'));
  EXPECT_EQ(Get(by_name.url() + "/?to=http://localhost" + own_port).status, 502);
  EXPECT_EQ(Get(by_name.url() + "/?to=http://127.0.0.1" + own_port).status, 502);
}

TEST(FetchTest, ReusesConnections) {
  LocalServer api(Echo);
  Worker worker(Worker::Handler(R"(
    for (let i = 0; i < 5; ++i) await (await fetch("http://api.test/" + i)).text();
    return fetch("http://api.test/last");)"),
                {"--map", MapTo("api.test", api)});
  EXPECT_EQ(Get(worker.url()).body, "GET /last ");
  EXPECT_EQ(Get(worker.url()).body, "GET /last ");
  EXPECT_EQ(api.log().size(), 12u);
  EXPECT_EQ(api.connections(), 1);
}

TEST(FetchTest, CookiesAndCodedBodiesPassUnchanged) {
  // "hello" as gzip.
  const std::string gzip(
      "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xcb\x48\xcd\xc9\xc9\x07\x00\x86\xa6\x10\x36\x05\x00"
      "\x00\x00",
      25);
  LocalServer api([&](const ServerRequest&) -> ServerResponse {
    return {.headers = {{"Set-Cookie", "a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT"},
                        {"Set-Cookie", "b=2"},
                        {"Content-Encoding", "gzip"},
                        {"Content-Type", "text/plain"}},
            .body = gzip};
  });
  Worker worker(Worker::Handler(R"(
    const response = await fetch("http://api.test/");
    if (url.pathname === "/new") return new Response(response.body, response);
    if (url.pathname === "/names") return Response.json(response.headers.getSetCookie());
    return response;)"),
                {"--map", MapTo("api.test", api)});
  for (const std::string path : {"/", "/new"}) {
    const HttpResponse response = Get(worker.url() + path, {{"Accept-Encoding", "gzip"}});
    EXPECT_EQ(response.body, gzip) << path;
    EXPECT_EQ(response.Header("content-encoding"), "gzip");
    EXPECT_EQ(response.Header("content-length"), "25");
    std::vector<std::string> cookies;
    for (const auto& [name, value] : response.headers) {
      if (name == "set-cookie") cookies.push_back(value);
    }
    EXPECT_THAT(cookies, ElementsAre("a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT", "b=2"));
  }
  EXPECT_EQ(Get(worker.url() + "/names").body,
            R"(["a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT","b=2"])");
}

TEST(FetchTest, ConditionsRangesAndMethodsPass) {
  LocalServer origin([](const ServerRequest& request) -> ServerResponse {
    if (request.Header("if-none-match") == "\"1\"")
      return {.status = 304, .headers = {{"ETag", "\"1\""}}};
    if (request.target == "/empty") return {.status = 204};
    if (!request.Header("range").empty()) {
      return {.status = 206, .headers = {{"Content-Range", "bytes 0-1/5"}}, .body = "he"};
    }
    return {.body = "hello"};
  });
  Worker worker(kPassOn, {"--origin", origin.url()});
  EXPECT_EQ(Get(worker.url(), {{"If-None-Match", "\"1\""}}).status, 304);
  EXPECT_EQ(Get(worker.url(), {{"Range", "bytes=0-1"}}).body, "he");
  EXPECT_EQ(Get(worker.url() + "/empty").status, 204);
  HttpRequest head;
  head.method = "HEAD";
  head.url = worker.url();
  const HttpResponse response = Fetch(head);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.Header("content-length"), "5");
  EXPECT_EQ(Send("DELETE", worker.url(), "").body, "hello");
  EXPECT_EQ(origin.log().back(), "DELETE /");
  EXPECT_EQ(Send("PROPFIND", worker.url(), "<x/>").status, 200);
  EXPECT_EQ(origin.requests().back().body, "<x/>");
}

}  // namespace
}  // namespace sedge::e2e
