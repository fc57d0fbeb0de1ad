// SPDX-License-Identifier: Apache-2.0
// What tests reach of the world around a worker: the workers themselves (SELF, worker), env, seeds, the clock, and
// contexts for handlers that are called directly. Part of "sedge:test" and "cloudflare:test".
"use strict";

const { Headers } = require("fetch/headers");
const { Request } = require("fetch/request");
const { fetch } = require("fetch/fetch");
const { kStream, streamOf } = require("fetch/body");
const { dropStream } = require("fetch/body_stream");
const { responseBody } = require("fetch/response");
const { env, namespaceBindings, namespaceIdOf } = require("worker/environment");
const { createCollectingContext } = require("worker/execution_context");
const { inspect } = require("console/inspect");
const {
  ArrayIsArray, ArrayPrototypePush, ArrayPrototypeSlice, DatePrototypeGetTime, Error, JSONStringify,
  NumberPrototypeToString, ObjectKeys, Promise, PromisePrototypeThen, SafeSet, SafeWeakMap,
  StringPrototypeCharCodeAt, StringPrototypePadStart, StringPrototypeSplit, StringPrototypeStartsWith, TypeError,
  uncurryThis,
} = primordials;

const append = uncurryThis(Headers.prototype.append);

const kWorkerHeader = "sedge-test-worker"; // native code takes it out
const kCfHeader = "sedge-test-cf";         // likewise
const kOrigin = "http://localhost";        // of a path alone

let answers = []; // whose bodies may be unread
const refused = new SafeSet(); // workers that cannot be loaded, and have said why

// JSON as a header can carry it.
function toAscii(json) {
  let text = "";
  for (let i = 0; i < json.length; ++i) {
    const code = StringPrototypeCharCodeAt(json, i);
    text += code < 0x7F ? json[i] : `\\u${StringPrototypePadStart(NumberPrototypeToString(code, 16), 4, "0")}`;
  }
  return text;
}

// Why a worker cannot be loaded, in full once: each test that asks for it fails with it.
function refusal(index, why) {
  if (!refused.has(index)) {
    refused.add(index);
    return new Error(why);
  }
  return new Error(`${StringPrototypeSplit(why, "\n")[0]}\n(The first test of this file that asked for the worker ` +
    "has all of this error.)");
}

async function fetchFrom(index, input, init) {
  const why = ops.testStartWorker(index);
  if (why !== null) throw refusal(index, why);
  const isPath = typeof input === "string" && StringPrototypeStartsWith(input, "/");
  const request = new Request(isPath ? kOrigin + input : input, init);
  append(request.headers, kWorkerHeader, `${index}`);
  const { cf } = request;
  if (cf !== undefined) append(request.headers, kCfHeader, toAscii(JSONStringify(cf) ?? "null"));
  const response = await fetch(request);
  if (responseBody(response) !== null) ArrayPrototypePush(answers, response);
  return response;
}

// Cancels what nobody has read of the answers that came since there were `count`.
function dropAnswers(count) {
  const late = ArrayPrototypeSlice(answers, count);
  if (answers.length > count) answers.length = count;
  for (let i = 0; i < late.length; ++i) {
    const body = responseBody(late[i]);
    if (body !== null && (body.kind === kStream || !body.used)) dropStream(streamOf(body), undefined);
  }
}

class Fetcher {
  #index;
  constructor(index) {
    this.#index = index;
  }

  // Like the global one, but the worker answers, whatever the URL's host. A path alone is one of http://localhost.
  fetch(input, init = undefined) {
    return fetchFrom(this.#index, input, init);
  }
}

function worker(name) {
  const index = ops.testFindWorker(`${name}`);
  if (index >= 0) return new Fetcher(index);
  const known = listOf(ops.testWorkerNames());
  throw new Error(`worker(${inspect(name)}): there is no such worker; ` +
    (known === "" ? "no configuration was found" : `there are ${known}`));
}

function listOf(names) {
  let text = "";
  for (let i = 0; i < names.length; ++i) text += `${i === 0 ? "" : ", "}${inspect(names[i])}`;
  return text;
}

function valueText(value) {
  return typeof value === "string" ? value : JSONStringify(value);
}

// { key: value } or [{ key, value, metadata ... }]; values that are no texts are stored as JSON.
function entriesText(entries) {
  const list = [];
  if (ArrayIsArray(entries)) {
    for (let i = 0; i < entries.length; ++i) {
      ArrayPrototypePush(list, { ...entries[i], value: valueText(entries[i].value) });
    }
  } else {
    const keys = ObjectKeys(entries);
    for (let i = 0; i < keys.length; ++i) {
      ArrayPrototypePush(list, { key: keys[i], value: valueText(entries[keys[i]]) });
    }
  }
  return JSONStringify(list);
}

// Writes to the namespace of a binding: what a file says in wrangler's bulk format (its path is relative to the test
// file), or entries. Gives their number.
async function seed(binding, entries) {
  const ns = namespaceIdOf(`${binding}`);
  if (ns === undefined) {
    const known = listOf(namespaceBindings());
    throw new Error(`seed(${inspect(binding)}): the configuration has no KV namespace with that binding; ` +
      (known === "" ? "it has none at all (kv_namespaces)" : `there are ${known}`));
  }
  if (typeof entries === "string") return ops.testSeedFile(ns, entries);
  if (typeof entries !== "object" || entries === null) {
    throw new TypeError(`seed("${binding}"): the second argument is the path of a JSON file, an array of ` +
      `{ key, value }, or an object of keys and values; got ${inspect(entries)}`);
  }
  return ops.testSeedText(ns, entriesText(entries));
}

function timeOf(value) {
  const time = typeof value === "number" ? value
    : DatePrototypeGetTime(typeof value === "string" ? new primordials.Date(value) : value);
  if (time === time) return time;
  throw new TypeError(`clock.set(${inspect(value)}): this is no date; give a Date, milliseconds, or a text such as ` +
    "\"2030-01-01T00:00:00Z\"");
}

// Date, performance.now(), timers and the expiry of KV entries. It goes as the machine's until it is set or moved;
// then it stands still until the end of the test.
const clock = {
  now: () => ops.wallNow(),
  set(value) {
    ops.testSetClock(timeOf(value));
  },
  // Moves it on, and runs every timer on the way, each with what it sets going.
  tick(ms) {
    if (typeof ms !== "number" || !(ms >= 0)) {
      throw new TypeError(`clock.tick(${inspect(ms)}): how many milliseconds is a number, and not negative`);
    }
    return ops.testTickClock(ms);
  },
  reset() {
    ops.testResetClock();
  },
};

const promisesOf = new SafeWeakMap(); // context -> what its waitUntil() was given

// The `ctx` of a handler that a test calls itself.
function createExecutionContext() {
  const promises = [];
  const context = createCollectingContext(promises);
  promisesOf.set(context, promises);
  return context;
}

// Resolves once everything that waitUntil() was given is done; rejects with the first that failed.
async function waitOnExecutionContext(context) {
  const promises = promisesOf.get(context);
  if (promises === undefined) {
    throw new TypeError("waitOnExecutionContext(): this is no context of createExecutionContext()");
  }
  let failed;
  for (let i = 0; i < promises.length; ++i) {
    await new Promise((resolve) => {
      PromisePrototypeThen(promises[i], resolve, (error) => {
        failed ??= { error };
        resolve();
      });
    });
  }
  if (failed !== undefined) throw failed.error;
}

// Resolves once what the test has set going is over: requests, what waitUntil() was given, and KV.
async function settled() {
  if (!ops.testIsIdle()) await ops.testWhenIdle();
}

exports.countAnswers = () => answers.length;
exports.dropAnswers = dropAnswers;
exports.exports = {
  SELF: new Fetcher(0),
  settled,
  worker,
  env,
  seed,
  clock,
  createExecutionContext,
  waitOnExecutionContext,
};
