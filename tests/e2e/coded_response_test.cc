// SPDX-License-Identifier: Apache-2.0
// Coded responses through the real binary: what the client gets of a body that came compressed, and
// of one that its script wants compressed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <future>

#include "tests/e2e/coded_origin.h"
#include "tests/e2e/harness/http.h"

namespace sedge::e2e {
namespace {

using web::Decompressed;

TEST(CodedResponseTest, ABodyThatNobodyReadsStaysAsItIs) {
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
    for (const auto& [path, bytes] :
         {std::pair("/gzip", kGzip), std::pair("/br", kBrotli), std::pair("/zstd", kZstd)}) {
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
  EXPECT_EQ(Get(worker.url() + "/unknown").Header("content-encoding"), "compress");
}

TEST(CodedResponseTest, AClientThatDoesNotTakeTheCodingGetsTheTextItself) {
  LocalServer api(Answer);
  Worker worker(
      WithResponse("return url.search ? new Response(response.body, response) : response;"),
      {"--map", MapTo("api.test", api)});
  const std::vector<std::vector<std::pair<std::string, std::string>>> clients = {
      {}, {{"Accept-Encoding", "identity"}}, {{"Accept-Encoding", "*;q=0, gzip;q=0.0, br;q=0"}}};
  for (const auto& headers : clients) {
    for (const std::string path :
         {"/gzip", "/br", "/zstd", "/list", "/four", "/deflate-raw", "/gzip?new"}) {
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

TEST(CodedResponseTest, HeadSaysWhatGetSays) {
  LocalServer api(Answer);
  Worker worker(WithResponse(R"(
    return url.search === "" ? response : new Response(response.body, { headers: response.headers,
      encodeBody: "manual" });)"),
                {"--map", MapTo("api.test", api)});
  for (const std::string path : {"/gzip", "/list", "/deflate", "/zstd", "/unknown", "/no-transform",
                                 "/plain", "/gzip?manual"}) {
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

TEST(CodedResponseTest, AScriptsContentLengthIsNotThatOfTheCodedBody) {
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

TEST(CodedResponseTest, AServerMayForbidChanges) {
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

TEST(CodedResponseTest, EveryEtagIsMadeWeak) {
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

TEST(CodedResponseTest, ABodyThatAScriptMadeIsCompressedAsItsHeaderSays) {
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

TEST(CodedResponseTest, ManualMeansThatTheScriptHasDoneIt) {
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

TEST(CodedResponseTest, AChangedBodyIsCompressedAgain) {
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

TEST(CodedResponseTest, EventsGoOutWhenTheyHappen) {
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

}  // namespace
}  // namespace sedge::e2e
