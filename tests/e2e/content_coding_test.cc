// SPDX-License-Identifier: Apache-2.0
// Coded bodies (gzip, deflate, br, zstd) through the real binary: what fetch() asks for, and what a
// script reads.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/coded_origin.h"
#include "tests/e2e/harness/http.h"

namespace sedge::e2e {
namespace {

using ::testing::HasSubstr;

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
  for (const std::string path : {"gzip", "x-gzip", "br", "zstd", "deflate", "deflate-raw", "list",
                                 "four", "members", "padded", "no-transform", "plain"}) {
    const HttpResponse response = Get(text.url() + "/" + path);
    EXPECT_EQ(response.body, kText) << path;
    EXPECT_EQ(response.Header("content-encoding"), "") << path;
  }
  EXPECT_EQ(Get(text.url() + "/gzip").Header("x-coding"), "gzip");
  EXPECT_EQ(Get(text.url() + "/gzip").Header("x-length"), std::to_string(kGzip.size()));
  EXPECT_EQ(Get(text.url() + "/unknown").body, "raw bytes");
  EXPECT_EQ(Get(text.url() + "/five").body, "raw bytes");
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
    EXPECT_EQ(Get(worker.url() + "/corrupt-zstd" + how).body,
              "TypeError: the body cannot be decoded as its content-encoding \"zstd\" says: the "
              "zstd data is corrupt after 0 bytes: unknown frame descriptor");
    EXPECT_THAT(Get(worker.url() + "/cut-zstd" + how).body,
                HasSubstr("the zstd data is incomplete"));
    EXPECT_THAT(Get(worker.url() + "/trailing" + how).body,
                HasSubstr("the gzip data is corrupt after "));
  }
  // Decoded on its way to the client, it cannot be said any more but by cutting it short.
  const HttpResponse response = Get(worker.url() + "/cut?pass");
  EXPECT_NE(response.error, "");
  EXPECT_TRUE(worker.process().WaitForLog("the brotli data is incomplete"));
}

}  // namespace
}  // namespace sedge::e2e
