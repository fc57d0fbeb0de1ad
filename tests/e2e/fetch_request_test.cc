// SPDX-License-Identifier: Apache-2.0
// What the members of a Request do on the wire: the headers that fetch() adds, referrers, modes,
// integrity, and the second try after a 421.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/harness/http.h"
#include "tests/e2e/harness/local_server.h"
#include "tests/e2e/harness/worker.h"

namespace sedge::e2e {
namespace {

using ::testing::HasSubstr;

ServerResponse Echo(const ServerRequest& request) {
  return {.body = request.method + " " + request.target + " " + request.body};
}

std::string MapTo(const std::string& host, const LocalServer& server) {
  return host + "=" + server.url();
}

// Gives what `expression` comes to as text, or what it fails with.
std::string TextOf(const std::string& expression) {
  return Worker::Handler(
      "const path = url.pathname + url.search;\n"
      "try { const response = await (" +
      expression +
      ");\n"
      "return new Response(`${response.status}|${response.url}|${await response.text()}`); }\n"
      "catch (error) { return new Response(`${error.name}: ${error.message}`); }");
}

TEST(FetchRequestTest, SaysTheDefaultsOfWhatAScriptDoesNotSay) {
  LocalServer api(Echo);
  Worker worker(Worker::Handler(R"(
    const to = "http://api.test/";
    switch (url.pathname) {
      case "/plain": return fetch(to);
      case "/own": return fetch(to, { headers: { accept: "a/b", "User-Agent": "me", "accept-language": "bzh" } });
      default: return fetch(to, request);
    })"),
                {"--map", MapTo("api.test", api)});
  Get(worker.url() + "/plain");
  EXPECT_EQ(api.requests().back().Header("accept"), "*/*");
  EXPECT_EQ(api.requests().back().Header("accept-language"), "*");
  EXPECT_EQ(api.requests().back().Header("user-agent"), "Cloudflare-Workers");
  Get(worker.url() + "/own");
  EXPECT_EQ(api.requests().back().Header("accept"), "a/b");
  EXPECT_EQ(api.requests().back().Header("accept-language"), "bzh");
  EXPECT_EQ(api.requests().back().Header("user-agent"), "me");
}

// A script mostly parses the URL that its request has; whatever is remembered of it, it parses to
// what any string does.
TEST(FetchRequestTest, ParsesItsOwnUrlAsAnyOther) {
  Worker worker(Worker::Handler(R"(
    const known = new URL(request.url), parsed = new URL(` ${request.url}`);
    const wrong = [];
    for (const part of ["href", "origin", "protocol", "username", "password", "host", "hostname", "port", "pathname",
      "search", "hash"]) {
      if (known[part] !== parsed[part]) wrong.push(`${part}: ${known[part]} for ${parsed[part]}`);
    }
    known.port = parsed.port = "99";
    known.searchParams.append("a", "b");
    parsed.searchParams.append("a", "b");
    known.hash = parsed.hash = "c";
    if (known.href !== parsed.href) wrong.push(`changed: ${known.href} for ${parsed.href}`);
    if (new URL("/x", request.url).href !== new URL("/x", ` ${request.url}`).href) wrong.push("base");
    return new Response(wrong.join());)"));
  for (const std::string host :
       {"x", "x.test:8080", "x.test:80", "[::1]:8080", "[::1]", "127.0.0.1", "X.Test"}) {
    for (const std::string path : {"/", "/a:b/c?d:e=1", "/?", "/p?q?r", "/a@b:c", "//y:9/z",
                                   "/a/../b", "/%7Bq%7D?'\"", "/]:1"}) {
      RawConnection connection(worker.url());
      connection.Send("GET " + path + " HTTP/1.1\r\nHost: " + host +
                      "\r\nConnection: close\r\n\r\n");
      const std::string all = connection.ReadToEnd();
      EXPECT_EQ(all.substr(all.find("\r\n\r\n") + 4), "") << host << path;
    }
  }
}

std::string GetWith(const Worker& worker, const std::string& path, const std::string& headers) {
  RawConnection connection(worker.url());
  connection.Send("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + headers +
                  "\r\n");
  const std::string& all = connection.ReadToEnd();
  return all.substr(all.find("\r\n\r\n") + 4);
}

TEST(FetchRequestTest, HeadersComeSortedAndJoinedAlsoWhenTheirNamesWereSeenBefore) {
  Worker worker(Worker::Handler(R"(
    return Response.json([...request.headers].filter(([name]) => !/^(connection$|cf-|x-)/.test(name)));)"),
                {"--threads", "1"});
  for (const std::string value : {"1", "2", "3"}) {
    EXPECT_EQ(GetWith(worker, "/",
                      "B: b" + value + "\r\nA: a\r\nB: c\r\nSet-Cookie: y\r\nSet-Cookie: x\r\n"),
              R"([["a","a"],["b","b)" + value +
                  R"(, c"],["host","x"],["set-cookie","y"],["set-cookie","x"]])");
  }
  // More sets of names than are kept, and one that is too long to be.
  for (int i = 0; i < 200; ++i) {
    const std::string name = "n" + std::to_string(i);
    EXPECT_EQ(GetWith(worker, "/", name + ": v\r\nA: a\r\n"),
              R"([["a","a"],["host","x"],[")" + name + R"(","v"]])");
  }
  const std::string name(3000, 'z');
  EXPECT_EQ(GetWith(worker, "/", name + ": v\r\nA: a\r\n"),
            R"([["a","a"],["host","x"],[")" + name + R"(","v"]])");
}

TEST(FetchRequestTest, WhatAScriptDoesToPrototypesDoesNotStayInTheHeadersOfLaterRequests) {
  Worker worker(Worker::Handler(R"(
    if (url.pathname === "/spoil") {
      Object.defineProperty(Array.prototype, "0", {
        configurable: true,
        set(value) {
          if (Array.isArray(value) && value.length === 2) value = ["zzz", value[1]];
          Object.defineProperty(this, "0", { value, writable: true, configurable: true, enumerable: true });
        },
      });
      const count = [...request.headers].length;
      delete Array.prototype[0];
      return new Response(`${count}`);
    }
    return new Response([...request.headers].map((entry) => entry[0])
      .filter((name) => /^(a|b|host|x-real-ip)$/.test(name)).join());)"),
                {"--threads", "1"});
  GetWith(worker, "/spoil", "B: b\r\nA: a\r\n");
  EXPECT_EQ(GetWith(worker, "/", "B: b\r\nA: a\r\n"), "a,b,host,x-real-ip");
}

TEST(FetchRequestTest, TheHeadersOfWhatCameInCannotBeChangedNorThoseOfItsClones) {
  Worker worker(Worker::Handler(R"(
    const made = new Request(request);
    made.headers.set("x-a", "1");
    const tells = [made.headers.get("x-a"), made.clone().headers.has("x-a")];
    for (const one of [request, request.clone(), request.clone().clone()]) {
      try {
        one.headers.set("x-a", "1");
        tells.push("changed");
      } catch (error) {
        tells.push(error.name);
      }
    }
    return Response.json(tells);)"));
  EXPECT_EQ(Get(worker.url()).body, R"(["1",true,"TypeError","TypeError","TypeError"])");
}

TEST(FetchRequestTest, AChangeOfTheHeadersComesTooLateOnceTheFetchHasBegun) {
  LocalServer api([](const ServerRequest& request) -> ServerResponse {
    if (request.target == "/moved") return {.status = 302, .headers = {{"location", "/there"}}};
    return {.body = request.Header("x-a")};
  });
  Worker worker(Worker::Handler(R"(
    const made = new Request("http://api.test/moved", { headers: { "x-a": "early" } });
    const fetching = fetch(made);
    made.headers.set("x-a", "late");
    return fetching;)"),
                {"--map", MapTo("api.test", api)});
  EXPECT_EQ(Get(worker.url()).body, "early");
}

TEST(FetchRequestTest, ARequestThatIsPassedOnKeepsToWhatItsClientSaid) {
  LocalServer origin([](const ServerRequest& request) -> ServerResponse {
    return {.body = request.headers.contains("accept-language") ? "language" : "none"};
  });
  Worker worker(Worker::Handler("return fetch(request);"), {"--origin", origin.url()});
  EXPECT_EQ(Get(worker.url() + "/").body, "none");
}

TEST(FetchRequestTest, SendsTheReferrerThatAScriptNames) {
  LocalServer api([](const ServerRequest& request) -> ServerResponse {
    if (request.target == "/away") {
      return {.status = 302,
              .headers = {{"Location", "http://other.test/"}, {"Referrer-Policy", "odd, origin"}}};
    }
    return {.body = request.Header("referer")};
  });
  Worker worker(Worker::Handler(R"(
    const { to, ...init } = Object.fromEntries(url.searchParams);
    return fetch(to, init);)"),
                {"--map", MapTo("api.test", api), "--map", MapTo("other.test", api)});
  const auto referer = [&](const std::string& query) {
    return Get(worker.url() + "/?to=http://api.test" + query).body;
  };
  const std::string from = "&referrer=http://me:secret@api.test/page%23part";
  EXPECT_EQ(referer("/"), "");
  EXPECT_EQ(referer("/&referrer="), "");
  EXPECT_EQ(referer("/&referrer=about:client"), "");
  EXPECT_EQ(referer("/" + from), "http://api.test/page");
  EXPECT_EQ(referer("/" + from + "&referrerPolicy=origin"), "http://api.test/");
  EXPECT_EQ(referer("/" + from + "&referrerPolicy=no-referrer"), "");
  EXPECT_EQ(referer("/&referrer=https://api.test/page"), "");  // from https to http
  EXPECT_EQ(referer("/&referrer=https://api.test/page&referrerPolicy=unsafe-url"),
            "https://api.test/page");
  EXPECT_EQ(referer("/&referrer=http://else.test/page"), "http://else.test/");
  EXPECT_EQ(referer("/&referrer=http://else.test/page&referrerPolicy=same-origin"), "");
  EXPECT_EQ(referer("/away" + from + "&referrerPolicy=unsafe-url"), "http://api.test/");
  EXPECT_THAT(referer("/&referrer=/page"), HasSubstr("the referrer is not a valid URL"));
}

TEST(FetchRequestTest, GivesNothingAwayOfWhatFailsItsIntegrityMetadata) {
  LocalServer api([](const ServerRequest&) -> ServerResponse { return {.body = "hello"}; });
  Worker worker(
      TextOf("fetch(\"http://api.test/\", { integrity: decodeURIComponent(url.search.slice(1)), "
             "signal: new AbortController().signal })"),
      {"--map", MapTo("api.test", api)});
  const std::string sha256 = "sha256-LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=";
  const std::string sha384 =
      "sha384-WeF0h3dEjGnea4ANejO7-5_xtGPkQ1TDVTvNucZm-pASWjx5-QOXvfX2oT3oKGhP";
  const auto answer = [&](std::string metadata) {
    for (size_t at; (at = metadata.find(' ')) != std::string::npos;) metadata.replace(at, 1, "%20");
    return Get(worker.url() + "/?" + metadata).body;
  };
  const std::string whole = "200|http://api.test/|hello";
  EXPECT_EQ(answer(sha256), whole);
  EXPECT_EQ(answer(sha384), whole);
  EXPECT_EQ(answer(""), whole);
  EXPECT_EQ(answer("md5-abc nonsense"), whole);
  EXPECT_EQ(answer("sha256-AAAA " + sha256 + "?option"), whole);
  EXPECT_THAT(answer("sha256-AAAA"), HasSubstr("does not match the integrity metadata"));
  // The strongest one decides.
  EXPECT_THAT(answer(sha256 + " sha512-AAAA"), HasSubstr("TypeError: "));
}

TEST(FetchRequestTest, ChecksTheIntegrityOfWhatHasNoBody) {
  LocalServer api([](const ServerRequest&) -> ServerResponse { return {.status = 204}; });
  Worker worker(TextOf("fetch(\"http://api.test/\", { integrity: url.search.slice(1) })"),
                {"--map", MapTo("api.test", api)});
  EXPECT_EQ(Get(worker.url() + "/?sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=").body,
            "204|http://api.test/|");
  EXPECT_THAT(Get(worker.url() + "/?sha256-AAAA").body, HasSubstr("TypeError: "));
}

TEST(FetchRequestTest, TriesOnceMoreOverANewConnectionWhenItIsMisdirected) {
  LocalServer api([](const ServerRequest& request) -> ServerResponse {
    return {.status = request.target == "/always" || request.connection == 1 ? 421 : 200,
            .body = std::to_string(request.connection) + request.body};
  });
  Worker worker(
      TextOf("fetch(\"http://api.test\" + path, { method: \"POST\", body: path === \"/stream\" ? "
             "new Response(\"s\").body : \"b\" })"),
      {"--map", MapTo("api.test", api)});
  EXPECT_EQ(Get(worker.url() + "/once").body, "200|http://api.test/once|2b");
  EXPECT_EQ(Get(worker.url() + "/always").body.substr(0, 3), "421");
  EXPECT_EQ(api.requests().size(), 4u);
  EXPECT_EQ(Get(worker.url() + "/stream").body.substr(0, 4), "200|");
}

TEST(FetchRequestTest, ARedirectMayNotCarryCredentialsOrLeaveASameOriginRequest) {
  LocalServer api([](const ServerRequest& request) -> ServerResponse {
    if (request.target == "/credentials") {
      return {.status = 302, .headers = {{"Location", "http://me:secret@api.test/end"}}};
    }
    if (request.target == "/away") {
      return {.status = 302, .headers = {{"Location", "http://other.test/end"}}};
    }
    if (request.target == "/stay") return {.status = 302, .headers = {{"Location", "/end"}}};
    return Echo(request);
  });
  Worker worker(
      TextOf(
          "fetch(\"http://api.test\" + url.pathname, { mode: url.search.slice(1) || \"cors\" })"),
      {"--map", MapTo("api.test", api), "--map", MapTo("other.test", api)});
  EXPECT_THAT(Get(worker.url() + "/credentials").body,
              HasSubstr("a URL that includes credentials"));
  EXPECT_EQ(Get(worker.url() + "/away").body, "200|http://other.test/end|GET /end ");
  EXPECT_THAT(Get(worker.url() + "/away?same-origin").body,
              HasSubstr("it redirects to http://other.test, another origin"));
  EXPECT_EQ(Get(worker.url() + "/stay?same-origin").body, "200|http://api.test/end|GET /end ");
}

TEST(FetchRequestTest, NothingIsCached) {
  LocalServer api(Echo);
  Worker worker(
      TextOf("fetch(\"http://api.test/\", { mode: \"same-origin\", cache: url.search.slice(1) })"),
      {"--map", MapTo("api.test", api)});
  EXPECT_THAT(Get(worker.url() + "/?only-if-cached").body, HasSubstr("there is no cache"));
  EXPECT_EQ(Get(worker.url() + "/?force-cache").body.substr(0, 3), "200");
  EXPECT_EQ(Get(worker.url() + "/?no-store").body.substr(0, 3), "200");
  EXPECT_EQ(api.requests().back().Header("cache-control"), "no-cache");
}

TEST(FetchRequestTest, ValuesOfHeadersMayHaveAllBytesButThree) {
  LocalServer api([](const ServerRequest& request) -> ServerResponse {
    return {.headers = {{"X-Back", request.Header("x-odd")}}};
  });
  Worker worker(Worker::Handler(R"(
    const value = "a\x01\x0B\x1F\x7F\xFFz";
    const { headers } = await fetch("http://api.test/", { headers: { "x-odd": value } });
    return new Response(headers.get("x-back") === value ? "same" : "other", { headers });)"),
                {"--map", MapTo("api.test", api)});
  EXPECT_EQ(Get(worker.url()).body, "same");
  EXPECT_EQ(api.requests().back().Header("x-odd"), "a\x01\x0b\x1f\x7f\xffz");
}

// What is known of it here is enough.
TEST(FetchRequestTest, ARequestThatIsOverCanStillBeUsed) {
  LocalServer api(Echo);
  Worker worker("let kept;\n" + Worker::Handler(R"(
    if (url.pathname === "/keep") {
      kept = request;
      request.headers.get("x-a");
      return new Response(request.method);
    }
    const tells = [kept.bodyUsed, kept.body, kept.clone().url.endsWith("/keep"), await kept.text()];
    tells.push((await fetch(kept)).status, kept.headers.get("x-a"));
    return Response.json(tells);)"),
                {"--origin", api.url()});
  EXPECT_EQ(Get(worker.url() + "/keep", {{"x-a", "1"}}).body, "GET");
  EXPECT_EQ(Get(worker.url() + "/use").body, R"([false,null,true,"",200,"1"])");
  EXPECT_EQ(api.requests().back().Header("x-a"), "1");
}

TEST(FetchRequestTest, AGetThatCameWithABodyIsPassedOnWithoutItAlsoLate) {
  LocalServer api(Echo);
  Worker worker("let go, done;\n" + Worker::Handler(R"(
    if (url.pathname === "/go") {
      go();
      return new Response(await done);
    }
    done = new Promise((resolve) => { go = resolve; }).then(() => fetch(request)).then((got) => got.text());
    ctx.waitUntil(done);
    return new Response("early");)"),
                {"--origin", api.url()});
  EXPECT_EQ(Send("GET", worker.url() + "/late", "abc").body, "early");
  EXPECT_EQ(Get(worker.url() + "/go").body, "GET /late ");
}

}  // namespace
}  // namespace sedge::e2e
