// SPDX-License-Identifier: Apache-2.0
// Coded bodies (gzip, deflate, br) through the real binary: what fetch() asks for, what a script
// reads, what the client gets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <future>

#include "tests/e2e/harness/http.h"
#include "tests/e2e/harness/local_server.h"
#include "tests/e2e/harness/worker.h"
#include "tests/web/compression/codec_util.h"

namespace sedge::e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using web::Compressed;
using web::Decompressed;
using web::Format;

const std::string kText = [] {
  std::string text;
  for (int i = 0; i < 2000; ++i) text += "line " + std::to_string(i * 7919 % 1000) + " of a text\n";
  return text;
}();
const std::string kGzip = Compressed(Format::kGzip, kText);
const std::string kBrotli = Compressed(Format::kBrotli, kText);

// An origin whose path says what it answers.
ServerResponse Answer(const ServerRequest& request) {
  const std::string& path = request.target;
  const auto coded = [](const std::string& coding, std::string body) -> ServerResponse {
    return {.headers = {{"Content-Encoding", coding},
                        {"Content-Type", "text/plain"},
                        {"ETag", "\"1\""}},
            .body = std::move(body)};
  };
  if (path == "/gzip") return coded("gzip", kGzip);
  if (path == "/x-gzip") return coded("X-GZip", kGzip);
  if (path == "/br") return coded("br", kBrotli);
  if (path == "/deflate") return coded("deflate", Compressed(Format::kDeflate, kText));
  if (path == "/deflate-raw") return coded("deflate", Compressed(Format::kDeflateRaw, kText));
  if (path == "/list") return coded("gzip, identity, br", Compressed(Format::kBrotli, kGzip));
  if (path == "/members") {
    return coded("gzip", Compressed(Format::kGzip, kText.substr(0, 100)) +
                             Compressed(Format::kGzip, kText.substr(100)));
  }
  if (path == "/json") return coded("gzip", Compressed(Format::kGzip, R"({"a":[1,2]})"));
  if (path == "/padded") return coded("gzip", kGzip + std::string(512, '\0'));
  if (path == "/no-transform" || path == "/two-etags") {
    ServerResponse response = coded("gzip", kGzip);
    if (path == "/two-etags") {
      response.headers.push_back({"ETag", "\"" + std::string(100, 'x') + "\""});
    } else {
      response.headers.push_back({"Cache-Control", "max-age=60, no-transform"});
    }
    return response;
  }
  if (path == "/unknown") return coded("zstd", "raw bytes");
  if (path == "/no-bytes") return coded("gzip", "");
  if (path == "/corrupt") return coded("gzip", "this is no gzip");
  if (path == "/cut") return coded("br", kBrotli.substr(0, kBrotli.size() / 2));
  if (path == "/trailing") return coded("gzip", kGzip + "junk");
  if (path == "/204") return {.status = 204, .headers = {{"Content-Encoding", "gzip"}}};
  if (path == "/304") return {.status = 304, .headers = {{"Content-Encoding", "gzip"}}};
  if (path == "/206") {
    ServerResponse part = coded("gzip", kGzip.substr(10, 10));
    part.status = 206;
    part.headers.push_back({"Content-Range", "bytes 10-19/" + std::to_string(kGzip.size())});
    return part;
  }
  return {.body = kText};
}

std::string MapTo(const std::string& host, const LocalServer& server) {
  return host + "=" + server.url();
}

// A worker that does `body` with `response`, what api.test answers to the request's path.
std::string WithResponse(const std::string& body) {
  return Worker::Handler(R"(
    const response = await fetch("http://api.test" + url.pathname, { method: request.method });
    )" + body);
}

const std::pair<std::string, std::string> kTakesAll{"Accept-Encoding", "gzip, deflate, br, zstd"};

TEST(ContentCodingTest, FetchAsksForWhatItCanDecode) {
  LocalServer api(Answer);
  Worker worker(Worker::Handler(R"(
    const set = url.searchParams.get("set");
    const headers = set === null ? {} : { "Accept-Encoding": set };
    if (url.searchParams.has("range")) headers.Range = "bytes=0-1";
    const init = url.pathname === "/pass" ? request : { headers };
    await (await fetch("http://api.test/", init)).text();
    return new Response();)"),
                {"--map", MapTo("api.test", api)});
  const auto asked = [&](const std::string& path,
                         std::vector<std::pair<std::string, std::string>> headers = {}) {
    EXPECT_EQ(Get(worker.url() + path, std::move(headers)).status, 200) << path;
    return api.requests().back().Header("accept-encoding");
  };
  EXPECT_EQ(asked("/"), "gzip, br");
  EXPECT_EQ(asked("/pass"), "gzip, br");
  EXPECT_EQ(asked("/?range"), "identity");
  EXPECT_EQ(asked("/?set=identity"), "identity");
  EXPECT_EQ(asked("/?set=gzip;q=0.5,%20br"), "gzip;q=0.5, br");
  EXPECT_EQ(asked("/?set=zstd"), "zstd");
  EXPECT_EQ(asked("/pass", {kTakesAll}), "gzip, br");
  EXPECT_EQ(asked("/pass", {{"Accept-Encoding", "deflate, GZIP;q=0.8, *;q=0"}}),
            "GZIP;q=0.8, *;q=0");
}

TEST(ContentCodingTest, AScriptReadsDecodedBytes) {
  LocalServer api(Answer);
  Worker text(WithResponse(R"(
    const read = await response.text();
    return new Response(read, { headers: { "x-coding": response.headers.get("content-encoding"),
      "x-length": response.headers.get("content-length") } });)"),
              {"--map", MapTo("api.test", api)});
  for (const std::string path : {"gzip", "x-gzip", "br", "deflate", "deflate-raw", "list",
                                 "members", "padded", "no-transform", "plain"}) {
    const HttpResponse response = Get(text.url() + "/" + path);
    EXPECT_EQ(response.body, kText) << path;
    EXPECT_EQ(response.Header("content-encoding"), "") << path;
  }
  EXPECT_EQ(Get(text.url() + "/gzip").Header("x-coding"), "gzip");
  EXPECT_EQ(Get(text.url() + "/gzip").Header("x-length"), std::to_string(kGzip.size()));
  EXPECT_EQ(Get(text.url() + "/unknown").body, "raw bytes");
  EXPECT_EQ(Get(text.url() + "/no-bytes").body, "");

  Worker ways(WithResponse(R"(
    const out = {};
    out.json = await response.clone().json();
    out.bytes = (await response.clone().bytes()).length;
    out.blob = (await response.clone().blob()).size;
    let streamed = "";
    for await (const piece of response.body.pipeThrough(new TextDecoderStream())) streamed += piece;
    out.streamed = streamed;
    return Response.json(out);)"),
              {"--map", MapTo("api.test", api)});
  EXPECT_EQ(Get(ways.url() + "/json").body,
            R"({"json":{"a":[1,2]},"bytes":11,"blob":11,"streamed":"{\"a\":[1,2]}"})");
}

TEST(ContentCodingTest, ABodyThatNobodyReadsStaysAsItIs) {
  LocalServer api(Answer);
  Worker worker(WithResponse(R"(
    switch (url.searchParams.get("how")) {
      case "new": return new Response(response.body, response);
      case "headers": {
        const changed = new Response(response.body, response);
        changed.headers.set("x-more", "1");
        return changed;
      }
      case "manual": return new Response(response.body, { headers: response.headers, encodeBody: "manual" });
      default: return response;
    })"),
                {"--map", MapTo("api.test", api)});
  for (const std::string how : {"pass", "new", "headers", "manual"}) {
    for (const auto& [path, bytes] : {std::pair("/gzip", kGzip), std::pair("/br", kBrotli)}) {
      const HttpResponse response = Get(worker.url() + path + "?how=" + how, {kTakesAll});
      EXPECT_EQ(response.body, bytes) << how;
      EXPECT_EQ(response.Header("content-encoding"), path + 1);
      EXPECT_EQ(response.Header("content-length"), std::to_string(bytes.size()));
      EXPECT_EQ(response.Header("etag"), "\"1\"");
      // Other clients get it decoded, unless the script says that nobody does.
      EXPECT_EQ(response.Header("vary"), how == "manual" ? "" : "accept-encoding");
    }
  }
  EXPECT_EQ(Get(worker.url() + "/corrupt", {kTakesAll}).body, "this is no gzip");
  EXPECT_EQ(Get(worker.url() + "/unknown").body, "raw bytes");
  EXPECT_EQ(Get(worker.url() + "/unknown").Header("content-encoding"), "zstd");
}

TEST(ContentCodingTest, AClientThatDoesNotTakeTheCodingGetsTheTextItself) {
  LocalServer api(Answer);
  Worker worker(
      WithResponse("return url.search ? new Response(response.body, response) : response;"),
      {"--map", MapTo("api.test", api)});
  const std::vector<std::vector<std::pair<std::string, std::string>>> clients = {
      {}, {{"Accept-Encoding", "identity"}}, {{"Accept-Encoding", "*;q=0, gzip;q=0.0, br;q=0"}}};
  for (const auto& headers : clients) {
    for (const std::string path : {"/gzip", "/br", "/list", "/deflate-raw", "/gzip?new"}) {
      const HttpResponse response = Get(worker.url() + path, headers);
      EXPECT_EQ(response.body, kText) << path;
      EXPECT_EQ(response.Header("content-encoding"), "");
      EXPECT_EQ(response.Header("content-length"), "");
      EXPECT_EQ(response.Header("vary"), "accept-encoding");
      EXPECT_EQ(response.Header("etag"), "W/\"1\"");
      EXPECT_EQ(response.Header("content-type"), "text/plain");
    }
  }
  EXPECT_EQ(Get(worker.url() + "/br", {{"Accept-Encoding", "gzip"}}).body, kText);
  EXPECT_EQ(Get(worker.url() + "/br", {{"Accept-Encoding", "gzip;q=0, *"}}).body, kBrotli);
  EXPECT_EQ(
      Get(worker.url() + "/list", {{"Accept-Encoding", "gzip, br"}}).Header("content-encoding"),
      "gzip, identity, br");
}

TEST(ContentCodingTest, NoBodyIsNotDecoded) {
  LocalServer api(Answer);
  Worker worker(
      WithResponse("return url.search ? new Response(await response.text(), response) : response;"),
      {"--map", MapTo("api.test", api)});
  HttpRequest head;
  head.method = "HEAD";
  head.url = worker.url() + "/gzip";
  head.headers = {kTakesAll};
  const HttpResponse response = Fetch(head);
  EXPECT_EQ(response.status, 200) << response.error;
  EXPECT_EQ(response.Header("content-encoding"), "gzip");
  EXPECT_EQ(response.Header("content-length"), std::to_string(kGzip.size()));
  EXPECT_EQ(response.Header("vary"), "accept-encoding");
  EXPECT_EQ(response.Header("etag"), "\"1\"");
  EXPECT_EQ(Get(worker.url() + "/204").status, 204);
  EXPECT_EQ(Get(worker.url() + "/304").status, 304);
  EXPECT_EQ(Get(worker.url() + "/304").Header("content-encoding"), "gzip");
  // A part of a coded body is no coded body.
  for (const std::string path : {"/206", "/206?read"}) {
    const HttpResponse part = Get(worker.url() + "/206");
    EXPECT_EQ(part.status, 206);
    EXPECT_EQ(part.body, kGzip.substr(10, 10));
    EXPECT_EQ(part.Header("content-encoding"), "gzip");
  }
}

TEST(ContentCodingTest, HeadSaysWhatGetSays) {
  LocalServer api(Answer);
  Worker worker(WithResponse(R"(
    return url.search === "" ? response : new Response(response.body, { headers: response.headers,
      encodeBody: "manual" });)"),
                {"--map", MapTo("api.test", api)});
  for (const std::string path :
       {"/gzip", "/list", "/deflate", "/unknown", "/no-transform", "/plain", "/gzip?manual"}) {
    for (const auto& accepted : {kTakesAll, std::pair<std::string, std::string>("X", "y")}) {
      HttpRequest request;
      request.url = worker.url() + path;
      request.headers = {accepted};
      const HttpResponse get = Fetch(request);
      request.method = "HEAD";
      const HttpResponse head = Fetch(request);
      for (const std::string name : {"content-encoding", "content-length", "vary", "etag"}) {
        EXPECT_EQ(head.Header(name), get.Header(name)) << path << " " << name;
      }
    }
  }
}

TEST(ContentCodingTest, AScriptsContentLengthIsNotThatOfTheCodedBody) {
  Worker worker(Worker::Handler(R"(
    return new Response("some text", { headers: { "Content-Encoding": "gzip", "Content-Length": "5" } });)"));
  for (const auto& accepted : {kTakesAll, std::pair<std::string, std::string>("X", "y")}) {
    HttpRequest head;
    head.method = "HEAD";
    head.url = worker.url();
    head.headers = {accepted};
    const std::string length = Fetch(head).Header("content-length");
    EXPECT_EQ(length, accepted == kTakesAll ? "" : "9");
  }
}

TEST(ContentCodingTest, AServerMayForbidChanges) {
  LocalServer api(Answer);
  Worker worker(WithResponse("return response;"), {"--map", MapTo("api.test", api)});
  for (const auto& accepted : {kTakesAll, std::pair<std::string, std::string>("X", "y")}) {
    const HttpResponse response = Get(worker.url() + "/no-transform", {accepted});
    EXPECT_EQ(response.body, kGzip);
    EXPECT_EQ(response.Header("content-encoding"), "gzip");
    EXPECT_EQ(response.Header("content-length"), std::to_string(kGzip.size()));
    EXPECT_EQ(response.Header("etag"), "\"1\"");
  }
}

TEST(ContentCodingTest, EveryEtagIsMadeWeak) {
  LocalServer api(Answer);
  const std::string long_tag = "\"" + std::string(100, 'x') + "\"";
  Worker passes(WithResponse("return response;"), {"--map", MapTo("api.test", api)});
  Worker makes(Worker::Handler(R"(
    const headers = new Headers({ "Content-Encoding": "gzip" });
    headers.append("ETag", '"1"');
    headers.append("ETag", `"${"x".repeat(100)}"`);
    return new Response("text", { headers });)"));
  for (const std::string& url : {passes.url() + "/two-etags", makes.url()}) {
    const HttpResponse response = Get(url);
    std::vector<std::string> tags;
    for (const auto& [name, value] : response.headers) {
      if (name == "etag") tags.push_back(value);
    }
    EXPECT_THAT(tags, testing::UnorderedElementsAre("W/\"1\"", "W/" + long_tag)) << url;
  }
}

TEST(ContentCodingTest, ABodyThatAScriptMadeIsCompressedAsItsHeaderSays) {
  Worker worker(Worker::Handler(R"(
    const coding = url.searchParams.get("coding");
    const text = "some text ".repeat(Number(url.searchParams.get("count")));
    const bytes = new TextEncoder().encode(text);
    const bodies = { text, bytes, blob: new Blob([bytes]), stream: new Blob([bytes]).stream(),
      script: new Blob([bytes]).stream().pipeThrough(new TransformStream()), empty: "" };
    return new Response(bodies[url.pathname.slice(1)],
      { headers: { "Content-Encoding": coding, "ETag": '"x"', Vary: "Origin" } });)"));
  const auto text_of = [](int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += "some text ";
    return text;
  };
  for (const auto& [coding, format] :
       {std::pair("gzip", Format::kGzip), std::pair("br", Format::kBrotli)}) {
    for (const int count : {1, 1000, 200'000}) {
      for (const std::string path : {"text", "bytes", "blob", "stream", "script"}) {
        const std::string url =
            worker.url() + "/" + path + "?coding=" + coding + "&count=" + std::to_string(count);
        const HttpResponse coded = Get(url, {kTakesAll});
        EXPECT_EQ(Decompressed(format, coded.body), text_of(count)) << url;
        EXPECT_LT(coded.body.size(), count > 1 ? 20'000u : 40u);
        EXPECT_EQ(coded.Header("content-encoding"), coding);
        EXPECT_EQ(coded.Header("etag"), "W/\"x\"");
        EXPECT_EQ(coded.headers.count("vary"), 2u);
        const HttpResponse plain = Get(url);
        EXPECT_EQ(plain.body, text_of(count)) << url;
        EXPECT_EQ(plain.Header("content-encoding"), "");
      }
    }
    const HttpResponse empty = Get(worker.url() + "/empty?count=0&coding=" + coding, {kTakesAll});
    EXPECT_EQ(Decompressed(format, empty.body), "");
    EXPECT_EQ(empty.status, 200);
  }
  // What Workers do not compress stays as the script made it.
  for (const std::string coding : {"deflate", "zstd", "identity", "gzip,%20br"}) {
    EXPECT_EQ(Get(worker.url() + "/text?count=3&coding=" + coding, {kTakesAll}).body, text_of(3))
        << coding;
  }
  HttpRequest head;
  head.method = "HEAD";
  head.url = worker.url() + "/text?count=1000&coding=gzip";
  head.headers = {kTakesAll};
  const HttpResponse response = Fetch(head);
  EXPECT_EQ(response.Header("content-encoding"), "gzip");
  EXPECT_EQ(response.Header("content-length"), "");
}

TEST(ContentCodingTest, ManualMeansThatTheScriptHasDoneIt) {
  Worker worker(Worker::Handler(R"(
    const zip = (text) => new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
    const init = { headers: { "Content-Encoding": "gzip" }, encodeBody: "manual" };
    if (url.pathname === "/clone") return new Response(zip("hello"), init).clone();
    if (url.pathname === "/copy") {
      const first = new Response(zip("hello"), init);
      return new Response(first.body, first);
    }
    if (url.pathname === "/bytes") return new Response(await new Response(zip("hello")).bytes(), init);
    return new Response(zip("hello"), init);)"));
  for (const std::string path : {"/", "/clone", "/copy", "/bytes"}) {
    for (const auto& accepted : {kTakesAll, std::pair<std::string, std::string>("X", "y")}) {
      const HttpResponse response = Get(worker.url() + path, {accepted});
      EXPECT_EQ(Decompressed(Format::kGzip, response.body), "hello") << path;
      EXPECT_EQ(response.Header("content-encoding"), "gzip");
    }
  }
}

TEST(ContentCodingTest, AChangedBodyIsCompressedAgain) {
  LocalServer api(Answer);
  Worker worker(WithResponse(R"(
    if (url.search === "?stream") {
      return new Response(response.body.pipeThrough(new TransformStream()), response);
    }
    if (url.search === "?clone") {
      const copy = response.clone();
      ctx.waitUntil(copy.arrayBuffer());
      return response;
    }
    if (url.search === "?plain") return new Response(response.body, { headers: { "x-mine": "1" } });
    return new Response("changed " + await response.text(), response);)"),
                {"--map", MapTo("api.test", api)});
  const HttpResponse changed = Get(worker.url() + "/gzip", {kTakesAll});
  EXPECT_EQ(changed.Header("content-encoding"), "gzip");
  EXPECT_EQ(Decompressed(Format::kGzip, changed.body), "changed " + kText);
  EXPECT_EQ(Get(worker.url() + "/gzip").body, "changed " + kText);
  EXPECT_EQ(Decompressed(Format::kBrotli, Get(worker.url() + "/br?stream", {kTakesAll}).body),
            kText);
  EXPECT_EQ(Decompressed(Format::kBrotli, Get(worker.url() + "/br?clone", {kTakesAll}).body),
            kText);
  // Without the header there is no coding.
  const HttpResponse plain = Get(worker.url() + "/gzip?plain", {kTakesAll});
  EXPECT_EQ(plain.body, kText);
  EXPECT_EQ(plain.Header("content-encoding"), "");
}

TEST(ContentCodingTest, EncodeResponseBodyManualLeavesTheBytesAlone) {
  LocalServer api(Answer);
  Worker worker(Worker::Handler(R"(
    const response = await fetch("http://api.test/gzip", { encodeResponseBody: "manual" });
    if (url.pathname === "/pass") return response;
    if (url.pathname === "/new") return new Response(response.body, response);
    return new Response(await response.bytes());)"),
                {"--map", MapTo("api.test", api)});
  for (const std::string path : {"/read", "/pass", "/new"}) {
    EXPECT_EQ(Get(worker.url() + path).body, kGzip) << path;
  }
  EXPECT_EQ(Get(worker.url() + "/new").Header("content-encoding"), "gzip");
}

TEST(ContentCodingTest, WhatIsSentElsewhereIsDecoded) {
  LocalServer api([](const ServerRequest& request) -> ServerResponse {
    return request.method == "POST" ? ServerResponse{.body = request.body} : Answer(request);
  });
  Worker worker(Worker::Handler(R"(
    const { body } = await fetch("http://api.test/br");
    if (url.pathname === "/kv") {
      await env.STORE.put("key", body);
      return new Response(await env.STORE.get("key"));
    }
    return fetch("http://api.test/", { method: "POST", body });)"),
                {"--map", MapTo("api.test", api), "--kv", "STORE"});
  EXPECT_EQ(Get(worker.url() + "/kv").body, kText);
  EXPECT_EQ(Get(worker.url() + "/post").body, kText);
}

TEST(ContentCodingTest, ACodedRequestBodyStaysAsItIs) {
  Worker worker(Worker::Handler("return new Response(await request.bytes());"));
  EXPECT_EQ(Send("POST", worker.url(), kGzip, {{"Content-Encoding", "gzip"}}).body, kGzip);
}

TEST(ContentCodingTest, SaysWhatIsWrongWithABody) {
  LocalServer api(Answer);
  Worker worker(WithResponse(R"(
    if (url.search === "?pass") return response;
    try {
      if (url.search === "?stream") for await (const piece of response.body);
      else await response.text();
      return new Response("it worked");
    } catch (error) {
      return new Response(`${error.name}: ${error.message}`);
    })"),
                {"--map", MapTo("api.test", api)});
  for (const std::string how : {"?text", "?stream"}) {
    EXPECT_EQ(Get(worker.url() + "/corrupt" + how).body,
              "TypeError: the body cannot be decoded as its content-encoding \"gzip\" says: the "
              "gzip data is "
              "corrupt after 0 bytes: incorrect header check");
    EXPECT_EQ(Get(worker.url() + "/cut" + how).body,
              "TypeError: the body cannot be decoded as its content-encoding \"br\" says: the "
              "brotli data is "
              "incomplete: it ends after " +
                  std::to_string(kBrotli.size() / 2) + " bytes");
    EXPECT_THAT(Get(worker.url() + "/trailing" + how).body,
                HasSubstr("the gzip data is corrupt after "));
  }
  // Decoded on its way to the client, it cannot be said any more but by cutting it short.
  const HttpResponse response = Get(worker.url() + "/cut?pass");
  EXPECT_NE(response.error, "");
  EXPECT_TRUE(worker.process().WaitForLog("the brotli data is incomplete"));
}

#ifdef __SANITIZE_ADDRESS__
constexpr size_t kAllowedGrowthBytes = 300u << 20;  // what is freed stays in quarantine
#else
constexpr size_t kAllowedGrowthBytes = 32u << 20;
#endif

TEST(ContentCodingTest, ABombIsStoppedAtTheLimitOfABody) {
  const std::string bomb = Compressed(Format::kGzip, std::string(200 << 20, '\0'));
  LocalServer api([&](const ServerRequest&) -> ServerResponse {
    return {.headers = {{"Content-Encoding", "gzip"}}, .body = bomb};
  });
  Worker worker(Worker::Handler(R"(
    if (url.pathname === "/ping") return new Response("pong");
    const response = await fetch("http://api.test/");
    if (url.pathname === "/pass") return response;
    try {
      return new Response((await response.arrayBuffer()).byteLength);
    } catch (error) {
      return new Response(`${error.name}: ${error.message}`);
    })"),
                {"--map", MapTo("api.test", api)}, "[limits]\nmemory_mb = 512");
  EXPECT_THAT(Get(worker.url() + "/read").body, HasSubstr("longer than 134217728 bytes"));
  HttpRequest pass;
  pass.url = worker.url() + "/pass";
  pass.discard_body = true;
  const size_t before = worker.process().PeakResidentBytes();
  EXPECT_EQ(Fetch(pass).body_bytes, 200u << 20);
  EXPECT_LT(worker.process().PeakResidentBytes(), before + kAllowedGrowthBytes);
  EXPECT_EQ(Get(worker.url() + "/ping").body, "pong");
}

TEST(ContentCodingTest, BombsTogetherAreStoppedAtTheMemoryLimit) {
  const std::string bomb = Compressed(Format::kGzip, std::string(120 << 20, '\0'));
  LocalServer api([&](const ServerRequest& request) -> ServerResponse {
    if (request.target == "/small") return {.body = "small"};
    return {.headers = {{"Content-Encoding", "gzip"}}, .body = bomb};
  });
  Worker worker(Worker::Handler(R"(
    if (url.pathname === "/ping") return new Response("pong");
    const read = async () => (await fetch("http://api.test/")).arrayBuffer();
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, read));
    const small = await (await fetch("http://api.test/small")).text();
    return new Response([small, ...outcomes.map(({ reason }) => `${reason?.name}: ${reason?.message}`)].join("\n"));)"),
                {"--map", MapTo("api.test", api)}, "[limits]\nmemory_mb = 64");
  EXPECT_EQ(Get(worker.url() + "/ping").body, "pong");
  const size_t before = worker.process().PeakResidentBytes();
  for (int round = 0; round < 3; ++round) {
    const HttpResponse response = Get(worker.url());
    EXPECT_EQ(response.status, 200) << response.body;
    EXPECT_TRUE(response.body.starts_with("small\n")) << response.body;
    EXPECT_THAT(response.body, HasSubstr("RangeError: the body does not fit into what is left of "
                                         "the memory limit of 64 MB (limits.memory_mb)"));
    EXPECT_THAT(response.body, Not(HasSubstr("undefined")));
  }
  EXPECT_LT(worker.process().PeakResidentBytes(), before + (96u << 20) + kAllowedGrowthBytes);
}

// The chunks of a response, joined; the last may be missing.
std::string Unchunked(const std::string& received) {
  std::string body;
  size_t at = received.find("\r\n\r\n") + 4;
  for (size_t line = received.find("\r\n", at); line != std::string::npos;
       line = received.find("\r\n", at)) {
    const size_t size = std::stoul(received.substr(at, line - at), nullptr, 16);
    body += received.substr(line + 2, size);
    at = line + 2 + size + 2;
  }
  return body;
}

TEST(ContentCodingTest, EventsGoOutWhenTheyHappen) {
  std::promise<void> first_came;
  LocalServer api([&](const ServerRequest&) -> ServerResponse {
    EXPECT_EQ(first_came.get_future().wait_for(std::chrono::seconds(20)),
              std::future_status::ready);
    return {.body = "ok"};
  });
  Worker worker(Worker::Handler(R"(
    const { readable, writable } = new TransformStream();
    ctx.waitUntil((async () => {
      const writer = writable.getWriter();
      const encoder = new TextEncoder();
      for (const word of ["data: ", "first", "\n\n"]) await writer.write(encoder.encode(word));
      await fetch("http://api.test/go");
      await writer.write(encoder.encode("data: second\n\n"));
      await writer.close();
    })());
    return new Response(readable, { headers: { "Content-Encoding": "gzip" } });)"),
                {"--map", MapTo("api.test", api)});
  RawConnection client(worker.url());
  ASSERT_TRUE(client.Send(
      "GET / HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n"));
  // A flush of zlib ends with an empty stored block, and the chunk with it.
  const std::string flushed = Unchunked(client.ReadUntil(std::string("\0\0\xff\xff\r\n", 6)));
  web::CodecStream gunzip(web::CodecStream::Direction::kDecompress, Format::kGzip);
  const auto text = gunzip.Push(AsBytes(flushed));
  ASSERT_TRUE(text.ok()) << text.status().ToString();
  EXPECT_EQ(text->text(), "data: first\n\n");
  first_came.set_value();
  EXPECT_EQ(Decompressed(Format::kGzip, Unchunked(client.ReadToEnd())),
            "data: first\n\ndata: second\n\n");
}

TEST(ContentCodingTest, CompressorsThatAScriptHoldsCountAgainstItsMemory) {
  Worker worker(Worker::Handler(R"(
    if (url.pathname === "/ping") return new Response("pong");
    const kept = [];
    for (let i = 0; i < 1000; ++i) {
      const stream = new CompressionStream("gzip");
      stream.readable.getReader().read();
      await stream.writable.getWriter().write(new Uint8Array(1000));
      kept.push(stream);
    }
    return new Response(String(kept.length));)"),
                {}, "[limits]\nmemory_mb = 64");
  const HttpResponse response = Get(worker.url());
  EXPECT_EQ(response.status, 503);
  EXPECT_THAT(response.body, HasSubstr("memory limit of 64 MB"));
  EXPECT_EQ(Get(worker.url() + "/ping").body, "pong");
}

}  // namespace
}  // namespace sedge::e2e
