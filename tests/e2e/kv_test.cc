// SPDX-License-Identifier: Apache-2.0
// KV through a worker and the real binary: every form of value, list, expiry, and what survives.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/harness/http.h"
#include "tests/e2e/harness/local_server.h"
#include "tests/e2e/harness/project.h"
#include "tests/e2e/harness/worker.h"

namespace sedge::e2e {
namespace {

using ::testing::HasSubstr;

const std::vector<std::string> kWithStore = {"--kv", "KV"};

// What a handler with this body answers.
std::string AnswerOf(const std::string& body) {
  Worker worker(Worker::Handler("const { KV } = env;\n" + body), kWithStore);
  const HttpResponse response = Get(worker.url());
  EXPECT_EQ(response.status, 200) << response.body << worker.process().err();
  return response.body;
}

// A worker that a test tells what to do: PUT, GET and DELETE of /key; GET / lists.
const std::string kRest = R"(export default { async fetch(request, { KV }) {
  const url = new URL(request.url);
  const key = url.pathname.slice(1);
  if (request.method === "PUT") { await KV.put(key, request.body); return new Response("stored"); }
  if (request.method === "DELETE") { await KV.delete(key); return new Response("deleted"); }
  if (key === "") return Response.json((await KV.list()).keys.map(({ name }) => name));
  const value = await KV.get(key, "stream");
  return value === null ? new Response("none", { status: 404 }) : new Response(value);
} };)";

TEST(KvTest, GivesAValueInEveryType) {
  EXPECT_EQ(AnswerOf(R"(
    await KV.put("k", '{"a":"\u00fc"}');
    const text = await KV.get("k");
    const json = await KV.get("k", "json");
    const buffer = await KV.get("k", { type: "arrayBuffer" });
    const stream = await KV.get("k", "stream");
    return Response.json([text, (await KV.get("k", "text")) === text, json.a, buffer instanceof ArrayBuffer,
      buffer.byteLength, stream instanceof ReadableStream, await new Response(stream).text(),
      await KV.get("none"), await KV.get("none", "stream")]);)"),
            "[\"{\\\"a\\\":\\\"\xc3\xbc\\\"}\",true,\"\xc3\xbc\",true,10,true,\"{\\\"a\\\":"
            "\\\"\xc3\xbc\\\"}\",null,null]");
}

TEST(KvTest, TakesAValueInEveryForm) {
  EXPECT_EQ(
      AnswerOf(R"(
    const bytes = new Uint8Array([0, 104, 105, 255]);
    await KV.put("string", "hi");
    await KV.put("buffer", bytes.buffer);
    await KV.put("view", bytes.subarray(1, 3));
    await KV.put("dataview", new DataView(bytes.buffer, 2, 1));
    await KV.put("native", new Response("from a body").body);
    await KV.put("script", new ReadableStream({
      start(controller) { controller.enqueue(bytes.subarray(1, 2)); controller.enqueue(bytes.subarray(2, 3)); controller.close(); },
    }));
    await KV.put("empty", "");
    await KV.put("number", 1.5);
    const out = [];
    for (const name of ["string", "view", "dataview", "native", "script", "empty", "number"]) out.push(await KV.get(name));
    out.push([...new Uint8Array(await KV.get("buffer", "arrayBuffer"))]);
    for (const wrong of [{}, new Date()]) await KV.put("x", wrong).catch((error) => out.push(error.name));
    return Response.json(out);)"),
      R"(["hi","hi","i","from a body","hi","","1.5",[0,104,105,255],"TypeError","TypeError"])");
}

TEST(KvTest, KeepsMetadataAndExpiration) {
  EXPECT_EQ(
      AnswerOf(R"(
    const now = Math.floor(Date.now() / 1000);
    await KV.put("a", "1", { metadata: { tag: ["x"] }, expirationTtl: 100 });
    await KV.put("b", "2", { expiration: now + 1000 });
    const { value, metadata } = await KV.getWithMetadata("a");
    const { keys } = await KV.list();
    const ttl = keys[0].expiration - now;
    const failures = [];
    for (const options of [{ expirationTtl: 59 }, { expiration: now - 1 }, { metadata: "x".repeat(2000) }]) {
      await KV.put("c", "3", options).catch((error) => failures.push(error.message.slice(0, 18)));
    }
    return Response.json([value, metadata, ttl >= 100 && ttl <= 101, keys[0].metadata, keys[1].name,
      keys[1].expiration === now + 1000, "metadata" in keys[1], failures]);)"),
      R"(["1",{"tag":["x"]},true,{"tag":["x"]},"b",true,false,["KV PUT failed: 400","KV PUT failed: 400","KV PUT failed: 413"]])");
}

TEST(KvTest, ListsByPrefixLimitAndCursor) {
  EXPECT_EQ(AnswerOf(R"(
    await Promise.all(Array.from({ length: 25 }, (_, i) => KV.put(`p/${String(i).padStart(2, "0")}`, "x")));
    await KV.put("other", "y");
    const pages = [];
    for (let cursor, done = false; !done;) {
      const page = await KV.list({ prefix: "p/", limit: 10, cursor });
      pages.push(page.keys.length, page.keys[0].name, page.list_complete);
      ({ cursor, list_complete: done } = page);
    }
    await KV.delete("p/00");
    await KV.delete("never there");
    const all = await KV.list();
    return Response.json([pages, all.keys.length, all.keys[0].name, await KV.get("p/00"),
      (await KV.list({ prefix: "q" })).keys]);)"),
            R"([[10,"p/00",false,10,"p/10",false,5,"p/20",true],25,"other",null,[]])");
}

TEST(KvTest, A25MebibyteValueGoesThroughStreams) {
  Worker worker(kRest, kWithStore);
  std::string value(25 << 20, 'v');
  for (size_t i = 0; i < value.size(); i += 1001) value[i] = static_cast<char>(i);
  EXPECT_EQ(Send("PUT", worker.url() + "/big", value).body, "stored") << worker.process().err();
  EXPECT_TRUE(Get(worker.url() + "/big").body == value);
  EXPECT_EQ(Send("PUT", worker.url() + "/too-big", value + "+").status, 500);
  EXPECT_TRUE(worker.process().WaitForLog("exceeds limit of 26214400"));
  EXPECT_EQ(Get(worker.url() + "/too-big").status, 404);
}

TEST(KvTest, StreamsOnTheirWayToTheStoreCountAsMemory) {
  LocalServer api([](const ServerRequest&) { return ServerResponse{.stream_bytes = 20u << 20}; });
  Worker worker(Worker::Handler(R"(
    const put = async (_, i) => env.KV.put("key" + i, (await fetch("http://api.test/")).body);
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, put));
    await put(undefined, 8);
    return new Response(outcomes.map(({ reason }) => `${reason}`).join("\n"));)"),
                {"--kv", "KV", "--map", "api.test=" + api.url()}, "[limits]\nmemory_mb = 64");
  for (int round = 0; round < 3; ++round) {
    const HttpResponse response = Get(worker.url());
    EXPECT_EQ(response.status, 200) << response.body << worker.process().err();
    EXPECT_THAT(response.body, HasSubstr("RangeError: the body does not fit into what is left of "
                                         "the memory limit of 64 MB (limits.memory_mb)"));
    EXPECT_THAT(response.body, HasSubstr("undefined"));  // some did fit
  }
}

TEST(KvTest, ValuesSurviveARestartAndAKill) {
  Project project({{"index.js", kRest}});
  std::string url = project.Serve({".", "--kv", "KV=ns"});
  for (const std::string key : {"a", "b", "c"}) {
    EXPECT_EQ(Send("PUT", url + "/" + key, "value of " + key).body, "stored");
  }
  EXPECT_EQ(Send("DELETE", url + "/b", "").body, "deleted");
  project.process().Signal(SIGTERM);
  EXPECT_EQ(project.process().WaitForExit(), 0);

  url = project.Serve({".", "--kv", "OTHER=ns", "--kv", "KV=ns"});
  EXPECT_EQ(Get(url + "/a").body, "value of a");
  EXPECT_EQ(Get(url + "/").body, R"(["a","c"])");
  EXPECT_EQ(Send("PUT", url + "/d", "acknowledged").body, "stored");
  project.process().Signal(SIGKILL);
  EXPECT_EQ(project.process().WaitForExit(), 128 + SIGKILL);

  url = project.Serve({".", "--kv", "KV=ns"});
  EXPECT_EQ(Get(url + "/d").body, "acknowledged");
  EXPECT_EQ(Get(url + "/").body, R"(["a","c","d"])");
}

TEST(KvTest, FourThreadsSeeOneStore) {
  Worker worker(kRest, {"--kv", "KV", "--threads", "4"});
  for (int i = 0; i < 20; ++i) {
    const std::string value = "value " + std::to_string(i);
    ASSERT_EQ(Send("PUT", worker.url() + "/key", value).body, "stored");
    for (int reader = 0; reader < 4; ++reader) ASSERT_EQ(Get(worker.url() + "/key").body, value);
  }
}

// As a test of a worker wants it: what is written through EDGE, on whichever thread, is seen later.
TEST(KvTest, ANamespaceMayBeEventuallyConsistent) {
  Project project({{"index.js", R"(export default { async fetch(request, { EDGE, HOME }) {
  if (request.method === "PUT") await EDGE.put("key", await request.text());
  const many = await EDGE.get(["key"], { cacheTtl: 30 });
  return Response.json([await EDGE.get("key"), many.get("key"), await HOME.get("key")]);
} };)"},
                   {"wrangler.toml", R"(main = "index.js"
[[kv_namespaces]]
binding = "HOME"
id = "shared"
[[kv_namespaces]]
binding = "EDGE"
id = "shared"
consistency = "eventual"
consistency_seed = 1
)"}});
  const std::string url = project.Serve({".", "--threads", "2"});
  EXPECT_EQ(Get(url).body, "[null,null,null]");
  EXPECT_EQ(Send("PUT", url, "new").body, R"([null,null,"new"])");
  EXPECT_EQ(Get(url).body, R"([null,null,"new"])");
}

}  // namespace
}  // namespace sedge::e2e
