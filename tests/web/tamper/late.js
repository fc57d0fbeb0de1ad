// SPDX-License-Identifier: Apache-2.0
// Exercises of interfaces that are evaluated when their name is first read, and of WebAssembly: [name, function, what
// it must give]. The names are read in the functions alone, so that a vandal comes first.
import { errorOf, join, lengthOf, method, readText, seq, textStream, turn } from "./support.js";

const { WebAssembly, performance, structuredClone } = globalThis;
const { compileStreaming, instantiateStreaming } = WebAssembly;
const exportsOf = method(WebAssembly.Instance.prototype, "exports");

async function compression() {
  const formats = ["gzip", "deflate", "deflate-raw", "brotli"];
  let text = "";
  for (let i = 0; i < 4; ++i) {
    const packed = textStream("hello ", "world").pipeThrough(new CompressionStream(formats[i]));
    text += `${await readText(packed.pipeThrough(new DecompressionStream(formats[i])))} `;
  }
  // A chunk that becomes many.
  const packing = new CompressionStream("gzip");
  const writer = packing.writable.getWriter();
  writer.write(new Uint8Array(1_000_000));
  writer.close();
  const reader = packing.readable.pipeThrough(new DecompressionStream("gzip")).getReader();
  let bytes = 0;
  for (let step = await reader.read(); !step.done; step = await reader.read()) bytes += lengthOf(step.value);
  const unpack = (pieces, format) => readText(pieces.pipeThrough(new DecompressionStream(format)));
  return `${text}${bytes}|${await errorOf(() => new CompressionStream("zip"))}|` +
    `${await errorOf(() => unpack(textStream("nonsense"), "gzip"))}|` +
    `${await errorOf(() => unpack(textStream(), "deflate"))}`;
}

async function patterns() {
  const pattern = new URLPattern("http{s}?://*.example.com/:kind/:name([[a-z]--[0-9]]+)/{:rest.html}?*\\?q=:q");
  const result = pattern.exec("https://www.example.com/book/title/index.html?q=1");
  const simple = new URLPattern({ __proto__: null, pathname: "/A/:value/*", baseURL: "https://h:8443/" },
    { __proto__: null, ignoreCase: true });
  const match = simple.exec({ __proto__: null, protocol: "https", hostname: "h", port: "8443", pathname: "/a/x/y z" });
  const { groups } = result.pathname;
  return `${pattern.protocol} ${pattern.hostname} ${pattern.pathname} ${pattern.search} ${pattern.hasRegExpGroups}|` +
    `${groups.kind} ${groups.name} ${groups.rest} ${groups[0]} ${result.search.groups.q} ${result.inputs.length} ` +
    `${result.hostname.input}|${match.pathname.groups.value} ${match.pathname.groups[0]} ${match.inputs[0].port}|` +
    `${simple.exec("/b", "https://h")} ${simple.test("/a/b/c", "https://h:8443")}|` +
    `${new URLPattern("c/:x", "https://h/a/b/").pathname}|${await errorOf(() => new URLPattern("/x"))}|` +
    `${await errorOf(() => new URLPattern({ __proto__: null, pathname: "/:a/:a" }))}`;
}

async function observers() {
  let log = "";
  performance.mark("early", { __proto__: null, startTime: 5 });
  const all = new PerformanceObserver((list, observer, options) => {
    const entries = list.getEntries();
    for (let i = 0; i < entries.length; ++i) log += `${entries[i].name} ${entries[i].entryType} ${entries[i].detail},`;
    log += `${list.getEntriesByType("measure").length} ${list.getEntriesByName("late").length} ` +
      `${observer === all} ${options.droppedEntriesCount};`;
  });
  all.observe({ __proto__: null, entryTypes: seq("mark", "measure", "unknown") });
  const marks = new PerformanceObserver((list) => { log += `buffered ${list.getEntries()[0].name};`; });
  marks.observe({ __proto__: null, type: "mark", buffered: true });
  performance.mark("late", { __proto__: null, startTime: 9, detail: "d" });
  performance.mark("first", { __proto__: null, startTime: 1 });
  performance.measure("between", { __proto__: null, start: 5, end: 7, detail: "m" });
  await turn(2);
  performance.mark("again", { __proto__: null, startTime: 2 });
  const records = all.takeRecords();
  all.disconnect();
  marks.disconnect();
  performance.clearMarks();
  performance.clearMeasures();
  return `${log}|${records.length} ${records[0].name}|${join(PerformanceObserver.supportedEntryTypes)}|` +
    `${await errorOf(() => all.observe({ __proto__: null }))}`;
}

async function eventSources() {
  let log = "";
  const told = (event) => { log += `${event.type} ${event.data} ${event.lastEventId} ${event.ports.length};`; };
  const source = EventSource.from(textStream("id: 1\ndata: one\n", "data: two\n\nevent: x\r\ndata: three\r\n\r\n"));
  source.onopen = () => { log += `open ${source.readyState};`; };
  source.onmessage = told;
  source.addEventListener("x", told);
  await new Promise((resolve) => {
    source.onerror = (event) => {
      log += `${event.message} ${source.readyState};`;
      resolve();
    };
  });
  const fetched = new EventSource("data:text/event-stream,retry:1%0Adata:a%0A%0A");
  let count = 0;
  await new Promise((resolve) => {
    fetched.onmessage = (event) => {
      log += `${event.data} ${event.origin};`;
      if (++count === 2) resolve();
    };
  });
  fetched.close();
  const init = { __proto__: null, headers: { __proto__: null, "content-type": "text/event-stream" } };
  const fetcher = { __proto__: null,
    fetch: async (request) => new Response(`data: ${request.headers.get("accept")}\n\n`, init) };
  const given = new EventSource("http://example.com/", { __proto__: null, fetcher });
  await new Promise((resolve) => {
    given.onmessage = (event) => {
      told(event);
      resolve();
    };
  });
  given.close();
  return `${log}${fetched.readyState} ${EventSource.CLOSED}|${await errorOf(() => new EventSource("relative"))}`;
}

// (module (import "m" "n" (global i32)) (func (export "n") (result i32) global.get 0))
const code = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 127, 2, 8, 1, 1, 109, 1, 110, 3, 127, 0,
  3, 2, 1, 0, 7, 5, 1, 1, 110, 0, 0, 10, 6, 1, 4, 0, 35, 0, 11]);

async function wasm() {
  const init = { __proto__: null, headers: { __proto__: null, "content-type": " Application/WASM" } };
  const imports = { __proto__: null, m: { __proto__: null, n: 7 } };
  const compiled = await compileStreaming(new Response(code, init));
  const { module, instance } = await instantiateStreaming(new Response(new Blob(seq(code)), init), imports);
  return `${exportsOf(instance).n()} ${typeof module}|${await errorOf(() => structuredClone(compiled))}|` +
    `${await errorOf(() => compileStreaming(new Response(code)))}|` +
    `${(await errorOf(() => compileStreaming(new Response("text", init))))[0]}`;
}

export const exercises = [
  ["CompressionStream", compression,
    "hello world hello world hello world hello world 1000000|TypeError: Failed to construct 'CompressionStream': " +
    "parameter 1 'zip' is not a valid value of CompressionFormat.|TypeError: DecompressionStream: the gzip data " +
    "is corrupt after 0 bytes: incorrect header check|TypeError: DecompressionStream: the deflate data is " +
    "incomplete: it ends after 0 bytes"],
  ["URLPattern", patterns,
    "http{s}? *.example.com /:kind/:name([[a-z]--[0-9]]+)/{:rest.html}?* q=:q true|book title index  1 1 " +
    "www.example.com|x y%20z 8443|null true|/a/b/c/:x|TypeError: Failed to construct 'URLPattern': '/x' has no " +
    "protocol: give it a base URL|TypeError: Failed to construct 'URLPattern': Invalid pathname pattern " +
    "'/:a/:a': there is more than one group 'a'"],
  ["PerformanceObserver", observers,
    "first mark null,between measure m,late mark d,1 1 true 0;buffered first;|1 again|mark,measure|TypeError: " +
    "Failed to execute 'observe' on 'PerformanceObserver': the options have neither 'entryTypes' nor 'type'."],
  ["EventSource", eventSources,
    "open 1;message one\ntwo 1 0;x three 1 0;EventSource: the stream has ended 2;a null;a null;message " +
    "text/event-stream  0;2 2|SyntaxError: Failed to construct 'EventSource': \"relative\" is not an absolute " +
    "URL."],
  ["WebAssembly", wasm,
    "7 object|DataCloneError: A Module object could not be cloned.|TypeError: Failed to execute " +
    "'compileStreaming' on 'WebAssembly': the response's Content-Type is absent, and not 'application/wasm'.|C"],
];
