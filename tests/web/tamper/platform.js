// SPDX-License-Identifier: Apache-2.0
// Exercises of events, clones, timers, the console and the rest of the platform: [name, function, what it must give].
import { captureConsole } from "sedge:test";
import { byteLengthOf, bytesOf, bytesText, errorOf, lengthOf, method, readText, seq, textStream } from "./support.js";

const { queueMicrotask, setInterval, clearInterval, setTimeout, clearTimeout, structuredClone } = globalThis;
const mapSet = method(Map.prototype, "set");
const { hasOwn } = Object;
const mapSize = method(Map.prototype, "size");
const getTime = method(Date.prototype, "getTime");
const regexpSource = method(RegExp.prototype, "source");
const viewLength = method(DataView.prototype, "byteLength");
const valueOf = method(String.prototype, "valueOf");

async function events() {
  const target = new EventTarget();
  let log = "";
  const controller = new AbortController();
  const listener = (event) => { log += `${event.type} ${event.isTrusted};`; };
  target.addEventListener("a", listener, { __proto__: null, signal: controller.signal });
  const object = { __proto__: null, handleEvent() { log += "object;"; } };
  target.addEventListener("a", object, { __proto__: null, once: true });
  target.addEventListener("a", (event) => { event.stopImmediatePropagation(); event.preventDefault(); }, true);
  const event = new CustomEvent("a", { __proto__: null, detail: 1, cancelable: true });
  const first = target.dispatchEvent(event);
  target.removeEventListener("a", listener);
  target.addEventListener("b", listener);
  target.addEventListener("b", () => { log += "second;"; });
  target.dispatchEvent(new Event("b"));
  controller.abort();
  const message = new MessageEvent("m", { __proto__: null, data: "d", ports: seq() });
  return `${log}|${first} ${event.defaultPrevented} ${event.target === target} ${event.composedPath().length}|` +
    `${message.data} ${message.ports.length}|${await errorOf(() => target.dispatchEvent({}))}`;
}

async function signals() {
  const first = new AbortController();
  const second = new AbortController();
  const any = AbortSignal.any(seq(first.signal, second.signal));
  const nested = AbortSignal.any(seq(any));
  const waiting = scheduler.wait(1, { __proto__: null, signal: first.signal });
  await waiting;
  let log = "";
  any.onabort = (event) => { log += `${event.type} ${any.reason.name};`; };
  nested.addEventListener("abort", () => { log += "nested;"; });
  second.abort();
  const timeout = AbortSignal.timeout(1);
  await new Promise((resolve) => { timeout.onabort = resolve; });
  return `${log}|${await errorOf(() => nested.throwIfAborted())}|${first.signal.aborted}|${timeout.reason.name}|` +
    `${AbortSignal.abort("x").reason}`;
}

async function globalEvents() {
  let log = "";
  const onError = (event) => { log += `${event.message} ${event.error.name};`; event.preventDefault(); };
  const onRejection = (event) => { log += `${event.reason};`; event.preventDefault(); };
  addEventListener("error", onError);
  addEventListener("unhandledrejection", onRejection);
  reportError(new RangeError("reported"));
  setTimeout(() => { throw new TypeError("thrown"); }, 0);
  queueMicrotask(() => { throw new TypeError("micro"); });
  await new Promise((resolve) => { setTimeout(resolve, 2); (async () => { throw "rejected"; })(); });
  removeEventListener("error", onError);
  removeEventListener("unhandledrejection", onRejection);
  return log;
}

function exceptions() {
  const exception = new DOMException("what", "AbortError");
  return `${exception.name} ${exception.message} ${exception.code} ${typeof exception.stack}|` +
    `${exception instanceof DOMException}|${DOMException.ABORT_ERR}`;
}

async function clones() {
  const map = new Map();
  mapSet(map, "k", new Set());
  const cycle = { __proto__: null, list: [1, , "x"], map, date: new Date(5), regexp: /a/gi, big: 5n,
    bytes: bytesOf(1, 2),
    error: new RangeError("e"), view: new DataView(new ArrayBuffer(2)), boxed: Object("s") };
  cycle.self = cycle;
  const copy = structuredClone(cycle);
  const buffer = new ArrayBuffer(3);
  const moved = structuredClone(buffer, { __proto__: null, transfer: seq(buffer) });
  const exception = structuredClone(new DOMException("m", "AbortError"));
  const quota = structuredClone(new QuotaExceededError("q", { __proto__: null, quota: 1, requested: 2 }));
  const file = structuredClone(new File(seq("content"), "f", { __proto__: null, lastModified: 1, type: "a/b" }));
  return `${copy.self === copy} ${copy.list.length} ${hasOwn(copy.list, 1)} ${copy.list[2]} ${getTime(copy.date)} ` +
    `${regexpSource(copy.regexp)}` +
    `${copy.big} ${bytesText(copy.bytes)} ${copy.error.message} ${copy.error.name} ${viewLength(copy.view)} ` +
    `${valueOf(copy.boxed)} ${mapSize(copy.map)}|${byteLengthOf(buffer)} ${byteLengthOf(moved)}|${file.name} ` +
    `${file.type} ${await file.text()}|` +
    `${exception.name} ${exception.message} ${quota.quota} ${quota.requested} ${quota.name}|` +
    `${await errorOf(() => structuredClone(() => {}))}|${(await errorOf(() => structuredClone(new Response())))[0]}`;
}

async function ports() {
  const { port1, port2 } = new MessageChannel();
  const inner = new MessageChannel();
  const got = new Promise((resolve) => { port2.onmessage = resolve; });
  port1.postMessage({ __proto__: null, a: [1], port: inner.port2 }, seq(inner.port2));
  const event = await got;
  const answer = new Promise((resolve) => { inner.port1.onmessage = resolve; });
  event.ports[0].postMessage("back");
  const { data } = await answer;
  inner.port1.close();
  port1.close();
  return `${event.data.a[0]} ${event.ports.length} ${event.data.port === event.ports[0]} ${data}`;
}

async function timers() {
  let log = "";
  const stopped = setTimeout(() => { log += "never"; }, 0);
  clearTimeout(stopped);
  await new Promise((resolve) => {
    setTimeout((a, b) => { log += `${a}${b};`; }, 1, "x", "y");
    let count = 0;
    const interval = setInterval(() => {
      log += `${++count};`;
      if (count < 2) return;
      clearInterval(interval);
      setTimeout(resolve, 2);
    }, 2);
    queueMicrotask(() => { log += "micro;"; });
  });
  await scheduler.wait(1);
  const controller = new AbortController();
  const waiting = scheduler.wait(1000, { __proto__: null, signal: controller.signal });
  controller.abort();
  return `${log}|${await errorOf(() => waiting)}`;
}

async function logs() {
  const map = new Map();
  mapSet(map, "k", [1, "two"]);
  const lines = await captureConsole(() => {
    console.log("%s %d %i %j %o %O %c%%", "s", "4.5", 4.5, { a: [1] }, [1], { b: 2 }, "css", "rest");
    console.log([1, "a", , null], map, new Set(), bytesOf(1, 2), { x: { y: { z: {} } } }, Symbol("s"), 5n, -0,
      () => {},
      class A {}, /re/g, new Date(0), new ArrayBuffer(2), new WeakMap(), (function* () {})());
    console.error(new Headers({ __proto__: null, a: "1" }), new URL("http://x/"), new Event("e").type,
      new URLSearchParams("q=1"));
    console.log({ get a() { return 1; }, set b(value) {}, c: new Proxy({}, {}), "odd key": [[[[1]]]] },
      map.constructor);
    console.log(new RangeError("outer", { __proto__: null, cause: "inner" }).cause, new SharedArrayBuffer(1),
      [1.5, -1, 2, 3, 4, 5, 6, 7]);
    console.table([{ a: 1, b: "x" }, { a: 2 }]);
    console.table(map);
    console.group("g");
    console.warn("a\nb");
    console.groupEnd();
    console.count();
    console.count();
    console.countReset();
    console.time("t");
    console.timeEnd("t");
    console.assert(false, "%s", "why");
    console.dir({ a: { b: { c: {} } } }, { __proto__: null, depth: 0 });
    console.trace("here");
    console.info(new RangeError("r"), new DOMException("d", "AbortError"),
      new AggregateError(seq(new Error("i")), "agg"));
  });
  let text = "";
  for (let i = 0; i < lines.length; ++i) {
    const { level, text: line } = lines[i];
    let shown = "";
    for (let k = 0; k < line.length && line[k] !== "\n"; ++k) {
      shown += line[k] >= "0" && line[k] <= "9" ? "#" : line[k];
    }
    text += i >= 10 && i <= 12 ? "" : `${level} ${shown}\n`;
  }
  return text;
}

async function performances() {
  performance.mark("a", { __proto__: null, startTime: 1, detail: "d" });
  performance.mark("b", { __proto__: null, startTime: 3 });
  performance.mark("between", { __proto__: null, startTime: 2 });
  const measure = performance.measure("m", "a", "b");
  const entries = performance.getEntries();
  const text = `${measure.duration} ${entries.length} ${entries[2].name} ` +
    `${performance.getEntriesByName("a")[0].detail} ` +
    `${performance.getEntriesByType("measure").length} ${performance.timeOrigin} ${typeof performance.now()}`;
  const json = measure.toJSON();
  performance.clearMarks();
  performance.clearMeasures();
  return `${text} ${performance.getEntries().length} ${json.name} ${json.detail} ` +
    `${performance.toJSON().timeOrigin}|${await errorOf(() => performance.measure("x", "nothing"))}`;
}

async function randoms() {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  const uuid = crypto.randomUUID();
  return `${lengthOf(bytes)} ${uuid.length} ${uuid[14]}|` +
    `${(await errorOf(() => crypto.getRandomValues(new Float32Array(1))))[0]}|` +
    `${navigator.userAgent} ${navigator.languages[0]}`;
}

function kvOf(KV) {
  return async function kv() {
    await KV.put("one", "1", { __proto__: null, metadata: { __proto__: null, m: [1] }, expirationTtl: 600 });
    await KV.put("two", bytesOf(0x62, 0x63));
    await KV.put("three", textStream("s", "t"));
    await KV.put("json", "{\"a\":1}");
    const { value, metadata } = await KV.getWithMetadata("one");
    const withDetails = (await KV.list({ __proto__: null, prefix: "one" })).keys[0];
    const list = await KV.list({ __proto__: null, prefix: "t", limit: 1 });
    const rest = await KV.list({ __proto__: null, prefix: "t", cursor: list.cursor });
    const many = await KV.get(["one", "nothing"]);
    await KV.delete("one");
    return `${value} ${metadata.m[0]} ${hasOwn(withDetails, "expiration")} ${withDetails.metadata.m[0]}|` +
      `${await KV.get("two")} ${byteLengthOf(await KV.get("two", "arrayBuffer"))}|` +
      `${await readText(await KV.get("three", { __proto__: null, type: "stream" }))} ` +
      `${(await KV.get("json", "json")).a}|` +
      `${list.keys[0].name} ${list.list_complete} ${rest.keys[0].name} ${rest.list_complete}|${mapSize(many)} ` +
      `${await KV.get("one")}|${(await errorOf(() => KV.get("")))[0]}|${(await errorOf(() => KV.put("x", { })))[0]}`;
  };
}

export const exercisesOf = (KV) => [
  ["events", events, "b false;second;|false true true 0|d 0|TypeError: Failed to execute 'dispatchEvent' on " +
    "'EventTarget': parameter 1 is not of type 'Event'."],
  ["AbortSignal", signals, "abort AbortError;nested;|AbortError: The operation was aborted|false|TimeoutError|x"],
  ["what nobody catches", globalEvents,
    "Uncaught RangeError: reported RangeError;Uncaught TypeError: micro TypeError;rejected;Uncaught " +
    "TypeError: thrown TypeError;"],
  ["DOMException", exceptions, "AbortError what 20 string|true|20"],
  ["structuredClone", clones, "true 3 false x 5 a5 1,2 e RangeError 2 s 1|0 3|f a/b content|AbortError m 1 2 " +
    "QuotaExceededError|DataCloneError: The function '(anonymous)' could not be cloned.|D"],
  ["MessageChannel", ports, "1 1 true back"],
  ["timers", timers, "micro;xy;1;2;|AbortError: The operation was aborted"],
  ["console", logs,
    "log s # # {\"a\":[#]} [ # ] { b: # } % rest\nlog [ #, 'a', <# empty item>, null ] Map(#) { 'k' => " +
    "[ #, 'two' ] } Set(#) {} Uint#Array(#) [ #, # ] { x: { y: { z: [Object] } } } Symbol(s) #n -# " +
    "[Function (anonymous)] [class A] /re/g ####-##-##T##:##:##.###Z ArrayBuffer { [Uint#Contents]: " +
    "<## ##>, byteLength: # } WeakMap { <items unknown> } Object [Generator] {}\nerror Headers { 'a' " +
    "=> '#' } URL {\nlog { a: [Getter], b: [Setter], c: {}, 'odd key': [ [ [Array] ] ] } [Function: " +
    "Map]\nlog inner SharedArrayBuffer { [Uint#Contents]: <##>, byteLength: # } [ #.#, -#, #, #, #, " +
    "#, #, # ]\nlog ┌─────────┬───┬─────┐\nlog ┌───────────────────┬─────┬───┬───────┐\nlog g\nwarn   " +
    "a\ninfo default: #\nlog { a: [Object] }\nlog Trace: here\ninfo RangeError: r\n"],
  ["performance", performances,
    "2 4 between d 1 0 number 0 m null 0|SyntaxError: Failed to execute 'measure' on 'Performance': " +
    "there is no mark 'nothing'."],
  ["crypto and navigator", randoms, "8 36 4|T|Cloudflare-Workers en"],
  ["KV", kvOf(KV), "1 1 true 1|bc 2|st 1|three false two true|2 null|T|T"],
];
