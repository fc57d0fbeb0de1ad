// SPDX-License-Identifier: Apache-2.0
// startWorker under node:test: how workers are named, requests, logs, the end. Needs the package as node_modules/sedge
// of a folder above, and SEDGE_BINARY.
import assert from "node:assert/strict";
import fs from "node:fs";
import http from "node:http";
import os from "node:os";
import path from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { startWorker, StartError } from "sedge";

const kEcho = `
export default { async fetch(request, env) {
  const url = new URL(request.url);
  switch (url.pathname) {
    case "/env": return Response.json({ ...env, CACHE: undefined, OTHER: undefined });
    case "/cf": return Response.json(request.cf);
    case "/log": console.log("logged", url.search); console.error("bad"); return new Response();
    case "/moved": return Response.redirect(new URL("/to", url), 302);
    case "/out": return fetch(url.searchParams.get("url"));
    case "/origin": return fetch(request);
    case "/hang": return new Promise(() => {});
    default: return Response.json({ method: request.method, url: request.url, body: await request.text(),
      header: request.headers.get("x-header") });
  }
} };`;

function folder(files) {
  const made = fs.mkdtempSync(path.join(os.tmpdir(), "sedge-npm-test-"));
  for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(made, name), text);
  return made;
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function withWorker(options, use) {
  const worker = await startWorker(options);
  try {
    return await use(worker);
  } finally {
    await worker.stop();
  }
}

const json = async (response) => (await response).json();

test("a script as text, a path, a file: URL; a folder; a configuration", async () => {
  const at = folder({
    "index.js": kEcho,
    "wrangler.toml": 'name = "named"\nmain = "index.js"\n[vars]\nFROM = "toml"\n',
  });
  const script = path.join(at, "index.js");
  const url = pathToFileURL(script);
  const forms = [{ script: kEcho }, { script }, { script: url }, { script: url.href }, { dir: at },
    { config: path.join(at, "wrangler.toml") }, { cwd: at }, { cwd: at, script: "index.js" }];
  await Promise.all(forms.map((form) => withWorker(form, async (w) => {
    assert.equal((await json(w.fetch("/a?b"))).url, `${w.url}/a?b`);
    const { FROM } = await json(w.fetch("/env"));
    assert.equal(FROM, form.script && !form.cwd ? undefined : form.script ? undefined : "toml");
  })));
  fs.rmSync(at, { recursive: true });
});

test("an environment of the configuration", async () => {
  const config = 'main = "index.js"\n[vars]\nA = "top"\n[env.staging.vars]\nA = "staging"\n';
  const at = folder({ "index.js": kEcho, "wrangler.toml": config });
  await withWorker({ dir: at, env: "staging" }, async (w) => {
    assert.deepEqual(await json(w.fetch("/env")), { A: "staging" });
  });
  await assert.rejects(startWorker({ dir: at, env: "none" }), /none/);
  fs.rmSync(at, { recursive: true });
});

test("several workers of one server, told apart by their routes, on several threads", async () => {
  const worker = (name) => folder({
    "index.js": `export default { async fetch(r, env) { return new Response("${name} " + await env.KV.get("k")); } };`,
    "wrangler.toml": `name = "${name}"\nmain = "index.js"\nroute = "${name}.example/*"\n` +
      `[[kv_namespaces]]\nbinding = "KV"\nid = "id-${name}"\n`,
  });
  const dirs = [worker("one"), worker("two")];
  await withWorker({ dir: dirs, threads: 3, seed: { "id-one": { k: "1" }, "id-two": { k: "2" } } }, async (w) => {
    assert.throws(() => w.kv("KV"), /another namespace in each worker; take one of the ids id-one, id-two/);
    for (let i = 0; i < 20; ++i) {
      assert.equal(await (await w.fetch("http://one.example/")).text(), "one 1");
      assert.equal(await (await w.fetch("http://two.example/")).text(), "two 2");
    }
    await w.kv("id-one").put("k", "changed");
    await w.reset();
    assert.equal(await (await w.fetch("http://one.example/")).text(), "one 1");
  });
  for (const dir of dirs) fs.rmSync(dir, { recursive: true });
});

test("requests: paths, URLs, Request objects, bodies", async () => {
  await withWorker({ script: kEcho }, async (w) => {
    assert.match(w.url, /^http:\/\/127\.0\.0\.1:\d+$/);
    assert.equal((await json(w.fetch("a"))).url, `${w.url}/a`);
    assert.equal((await json(w.fetch(new URL("/u", w.url)))).url, `${w.url}/u`);
    assert.deepEqual(await json(w.fetch("/p", { method: "POST", body: "text", headers: { "x-header": "1" } })),
      { method: "POST", url: `${w.url}/p`, body: "text", header: "1" });
    const put = new Request(`${w.url}/r`, { method: "PUT", body: "r", headers: { "x-header": "2" } });
    assert.deepEqual(await json(w.fetch(put)),
      { method: "PUT", url: `${w.url}/r`, body: "r", header: "2" });
    const stream = new Blob(["stre", "am"]).stream();
    assert.equal((await json(w.fetch("/s", { method: "POST", body: stream, duplex: "half" }))).body, "stream");
    const signal = AbortSignal.timeout(20);
    await assert.rejects(w.fetch("/hang", { signal }), { name: "TimeoutError" });
    await assert.rejects(w.fetch("http://["), TypeError);
  });
});

test("a URL of another host goes to the worker, with that host", async () => {
  await withWorker({ script: kEcho }, async (w) => {
    assert.equal((await json(w.fetch("http://example.com/a?b"))).url, "http://example.com/a?b");
    const secure = await w.fetch("https://example.com:8443/a");
    assert.equal(secure.url, "https://example.com:8443/a");
    assert.equal((await secure.json()).url, "http://example.com:8443/a");
    // Redirects stay with the worker, too.
    const moved = await w.fetch("http://example.com/moved");
    assert.deepEqual([moved.url, (await moved.json()).url], ["http://example.com/to", "http://example.com/to"]);
    const request = new Request("http://example.com/r", { method: "POST", body: "b", headers: { "x-header": "3" } });
    assert.deepEqual(await json(w.fetch(request)),
      { method: "POST", url: "http://example.com/r", body: "b", header: "3" });
    assert.equal((await json(w.fetch("http://example.com/i", { headers: { "x-header": "4" } }))).header, "4");
  });
});

test("redirects are followed or not as fetch() is told", async () => {
  await withWorker({ script: kEcho }, async (w) => {
    assert.equal((await json(w.fetch("/moved"))).url, `${w.url}/to`);
    const moved = await w.fetch("/moved", { redirect: "manual" });
    assert.deepEqual([moved.status, moved.headers.get("location")], [302, `${w.url}/to`]);
    await assert.rejects(w.fetch("/moved", { redirect: "error" }), TypeError);
  });
});

test("vars, cf, map, origin and further arguments", async (t) => {
  const upstream = http.createServer((request, response) => response.end(`${request.headers.host} ${request.url}`));
  await new Promise((resolve) => upstream.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    upstream.close();
    upstream.closeAllConnections();
  });
  const address = `http://127.0.0.1:${upstream.address().port}`;
  const vars = { TEXT: "a=b \u20ac", NUMBER: 3, OBJECT: { list: [1, null] }, NONE: undefined };
  const options = { script: kEcho, vars, cf: { country: "CH" }, map: { "api.example.com": address }, origin: address,
    args: ["--var", "MORE=1"] };
  await withWorker(options, async (w) => {
    assert.deepEqual(await json(w.fetch("/env")),
      { TEXT: "a=b \u20ac", NUMBER: 3, OBJECT: { list: [1, null] }, MORE: "1" });
    assert.deepEqual(await json(w.fetch("/cf")), { country: "CH" });
    assert.equal(await (await w.fetch("/out?url=https://api.example.com/x")).text(), "api.example.com /x");
    assert.match(await (await w.fetch("/origin")).text(), / \/origin$/);
  });
});

test("logs: an array of records, waited for, and iterated until the end", async () => {
  await withWorker({ script: kEcho }, async (w) => {
    await w.fetch("/log?1");
    const record = await w.logs.waitFor("logged ?1");
    assert.deepEqual([record.level, record.message], ["info", "logged ?1"]);
    assert.ok(!Number.isNaN(Date.parse(record.time)));
    assert.equal((await w.logs.waitFor(/^bad$/)).level, "error");
    assert.ok(Array.isArray(w.logs) && w.logs.length >= 2);
    assert.deepEqual(w.logs.map((entry) => entry.message).filter((text) => text === "bad"), ["bad"]);
    w.logs.clear();
    assert.equal(w.logs.length, 0);
    const later = w.logs.waitFor((entry) => entry.message.endsWith("?2"));
    await w.fetch("/log?2");
    assert.equal((await later).message, "logged ?2");
    await assert.rejects(w.logs.waitFor("never", { timeout: 10 }), /had no never within 10 ms[^]*logged \?2/);
    const seen = [];
    const all = (async () => {
      for await (const entry of w.logs) seen.push(entry.message);
    })();
    await w.stop();
    await all;
    assert.ok(seen.includes("logged ?2") && seen.includes("stopping"), seen.join());
    await assert.rejects(w.logs.waitFor("never"), /until the worker stopped/);
  });
});

test("stop ends the process, removes the data, and can be called again", async () => {
  const w = await startWorker({ script: kEcho, kv: "CACHE" });
  assert.ok(fs.existsSync(w.dataDir) && isAlive(w.pid));
  await Promise.all([w.stop(), w.stop(), w[Symbol.asyncDispose]()]);
  assert.deepEqual(await w.closed, { code: 0, signal: null });
  assert.ok(!fs.existsSync(w.dataDir) && !isAlive(w.pid));
  await assert.rejects(w.fetch("/"), /has been stopped/);
  await assert.rejects(w.kv("CACHE").get("k"), /has been stopped/);
  await assert.rejects(w.reset(), /has been stopped/);
});

test("stop does not wait longer than it is told, and leaves nothing then", async () => {
  const w = await startWorker({ script: kEcho, kv: "CACHE", stopTimeout: 50 });
  const hanging = w.fetch("/hang").catch((error) => error);
  await w.stop();
  assert.ok((await hanging) instanceof Error);
  assert.ok(!fs.existsSync(w.dataDir) && !isAlive(w.pid));
});

test("a server that is killed leaves no data once it is stopped", async () => {
  const w = await startWorker({ script: kEcho, kv: "CACHE" });
  process.kill(w.pid, "SIGKILL");
  assert.deepEqual(await w.closed, { code: null, signal: "SIGKILL" });
  await w.stop();
  assert.ok(!fs.existsSync(w.dataDir));
});

test("a start that fails says why, in the server's words, and leaves nothing", async () => {
  const before = fs.readdirSync(os.tmpdir()).filter((name) => name.startsWith("sedge-start-"));
  await assert.rejects(startWorker({ script: "export default {\n  fetch() { return } }\nlet let = 1;" }), (error) => {
    assert.ok(error instanceof StartError);
    assert.match(error.message, /worker\.js:3:\d+/);
    assert.equal(error.exitCode, 1);
    assert.ok(error.stderr.includes(error.message));
    return true;
  });
  await assert.rejects(startWorker({ script: "/no/such/file.js" }), /file\.js/);
  await assert.rejects(startWorker({ script: kEcho, args: ["--no-such-flag"] }), /--no-such-flag/);
  await assert.rejects(startWorker({ script: kEcho, map: { "a b": "x" } }), /--map/);
  await assert.rejects(startWorker({ script: kEcho, seed: { NONE: { a: "1" } } }), /no KV namespace NONE/);
  await assert.rejects(startWorker({ script: kEcho, seed: { NONE: 3 } }), /seeds are/);
  await assert.rejects(startWorker({ scrpt: kEcho }), /no option scrpt; allowed are args/);
  await assert.rejects(startWorker({ script: kEcho, timeout: 1 }), /not ready within 1 ms/);
  assert.deepEqual(fs.readdirSync(os.tmpdir()).filter((name) => name.startsWith("sedge-start-")), before);
});

test("workers that start at the same time share nothing", async () => {
  const start = (_, i) => startWorker({ script: kEcho, kv: "CACHE", vars: { I: i } });
  const workers = await Promise.all(Array.from({ length: 4 }, start));
  assert.equal(new Set(workers.map((w) => w.url)).size, 4);
  assert.equal(new Set(workers.map((w) => w.dataDir)).size, 4);
  await Promise.all(workers.map((w, i) => w.kv("CACHE").put("key", `${i}`)));
  assert.deepEqual(await Promise.all(workers.map((w) => w.kv("CACHE").get("key"))), ["0", "1", "2", "3"]);
  await Promise.all(workers.map((w) => w.stop()));
});

test("the program is found by option, SEDGE_BINARY, node_modules, PATH; else it is said what to do", async () => {
  const { SEDGE_BINARY: real, PATH } = process.env;
  const at = folder({});
  const bin = path.join(at, "node_modules", ".bin");
  fs.mkdirSync(bin, { recursive: true });
  const cwd = path.join(at, "deep");
  fs.mkdirSync(cwd);
  try {
    process.env.SEDGE_BINARY = "/no/sedge";
    await assert.rejects(startWorker({ script: kEcho }), /SEDGE_BINARY is \/no\/sedge, but/);
    await assert.rejects(startWorker({ script: kEcho, binary: at }), /the option binary is .*no program/);
    await withWorker({ script: kEcho, binary: real }, async () => {});
    delete process.env.SEDGE_BINARY;
    process.env.PATH = "";
    await assert.rejects(startWorker({ script: kEcho, cwd }), /was not found: .*tools\/build\.sh.*SEDGE_BINARY=/s);
    process.env.PATH = bin;
    fs.symlinkSync(real, path.join(bin, "sedge"));
    await withWorker({ script: kEcho }, async () => {});
    process.env.PATH = "";
    await withWorker({ script: kEcho, cwd }, async () => {});
  } finally {
    Object.assign(process.env, { SEDGE_BINARY: real, PATH });
    fs.rmSync(at, { recursive: true });
  }
});
