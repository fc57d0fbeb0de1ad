// SPDX-License-Identifier: Apache-2.0
// mock.fetch: what answers in the network's place. A test's fetch() never leaves the process: what no mock answers
// fails, and says how to mock it. Requests come through dispatch(), as a worker's do: native code hands over those of
// all isolates of the test file.
"use strict";

const { createIncomingRequest, isRequest, Request } = require("fetch/request");
const { isResponse, Response } = require("fetch/response");
const { respond } = require("fetch/respond");
const { URL } = require("url/url");
const { URLPattern } = require("urlpattern/urlpattern");
const { AssertionError } = require("testing/assertion_error");
const { isFound } = require("testing/text_pattern");
const { console } = require("console/console");
const { inspect } = require("console/inspect");
const {
  ArrayPrototypePush, Error, JSONStringify, ObjectHasOwn, PromisePrototypeThen, RegExpPrototypeExec,
  StringPrototypeIncludes, StringPrototypeStartsWith, StringPrototypeToUpperCase, TypeError,
} = primordials;

let mocks = [];   // the youngest last: it answers first
let calls = [];   // what was answered, or would have been
let frames = [];  // how many of each there were when a suite or test began

class Mock {
  constructor(text, matches, answer, method, times) {
    this.text = text;       // as it was given
    this.matches = matches; // of a URL
    this.answer = answer;
    this.method = method;   // "" for any
    this.left = times;
    this.calls = [];
    this.fits = undefined;  // of { headers, body }, of those that ask for more than method and URL
    this.isQueued = false;  // the oldest of these answers first, as undici has it
  }
}

// A text is a URLPattern: a whole URL, or host and path without a scheme, or a path alone.
function matcherOf(pattern) {
  if (typeof pattern === "function") return pattern;
  if (typeof pattern === "object" && pattern !== null && RegExpPrototypeExec(/^\[object RegExp\]$/,
    primordials.ObjectPrototypeToString(pattern)) !== null) {
    return (url) => isFound(pattern, url);
  }
  if (pattern instanceof URLPattern) return (url) => pattern.test(url);
  const text = `${pattern}`;
  let whole = text;
  if (StringPrototypeStartsWith(text, "/")) whole = `*://*${text}`;
  else if (!StringPrototypeIncludes(text, "://")) whole = `http{s}?://${text}`;
  let compiled;
  try {
    compiled = new URLPattern(whole);
  } catch (error) {
    throw new TypeError(`mock.fetch(${inspect(pattern)}): this is no URL pattern: ${error.message}`);
  }
  return (url) => compiled.test(url);
}

function mockFetch(pattern, answer = {}, options = {}) {
  if (pattern === undefined) {
    throw new TypeError("mock.fetch(): the first argument says for which URLs it is, such as " +
      "\"https://api.example.com/users/:id\"");
  }
  const method = options.method === undefined ? "" : StringPrototypeToUpperCase(`${options.method}`);
  const mock = new Mock(`${pattern}`, matcherOf(pattern), answer, method, options.times ?? Infinity);
  ArrayPrototypePush(mocks, mock);
  return {
    calls: mock.calls,
    restore() {
      mock.left = 0;
    },
  };
}

// `content`: what the request has besides, { headers, body }; undefined where no mock asks for that.
function find(method, url, content) {
  let queued;
  for (let i = mocks.length - 1; i >= 0; --i) {
    const mock = mocks[i];
    if (mock.left <= 0 || (mock.method !== "" && mock.method !== method) || !mock.matches(url)) continue;
    if (mock.fits !== undefined && !mock.fits(content)) continue;
    if (!mock.isQueued) return queued ?? mock;
    queued = mock;
  }
  return queued;
}

function asksForContent() {
  for (let i = 0; i < mocks.length; ++i) {
    if (mocks[i].left > 0 && mocks[i].fits !== undefined) return true;
  }
  return false;
}

function exampleFor(method, url) {
  const options = method === "GET" ? "" : `, { method: ${JSONStringify(method)} }`;
  return `mock.fetch(${JSONStringify(url)}, { json: {} }${options});`;
}

// Tests follow no routes between the workers of the configuration.
function routeText(url) {
  const name = ops.testWorkerOfRoute(url);
  if (name === "") return "";
  return `\nThe worker ${JSONStringify(name)} has a route for it. To have it answered by that one:\n    ` +
    `mock.fetch(${JSONStringify(`${new URL(url).origin}/*`)}, ` +
    `(request) => worker(${JSONStringify(name)}).fetch(request));`;
}

function unmockedText(method, url) {
  let text = `fetch failed: ${method} ${url} is not mocked, and tests do not reach the network. ` +
    `To answer it, write in the test:\n    ${exampleFor(method, url)}` + routeText(url);
  if (mocks.length > 0) {
    text += "\nWhat is mocked:";
    for (let i = mocks.length - 1; i >= 0; --i) {
      const mock = mocks[i];
      text += `\n    ${mock.method === "" ? "any method" : mock.method} ${mock.text}` +
        (mock.left > 0 ? "" : " (used up)");
    }
  }
  return text;
}

const kInitMembers = ["status", "statusText", "headers", "body", "json"];

// A Response; or an init object, whose body is `body`, or `json` as JSON; or a text.
function responseOf(value) {
  if (isResponse(value)) return value.bodyUsed ? value : value.clone();
  if (typeof value === "string") return new Response(value);
  if (typeof value === "object" && value !== null) {
    for (const name in value) {
      if (!primordials.ArrayPrototypeIncludes(kInitMembers, name)) {
        throw new TypeError(`mock.fetch: the answer has a member "${name}"; there are ${kInitMembers.join(", ")}. ` +
          `For a JSON body write { json: ${inspect(value)} }`);
      }
    }
    const init = { status: value.status ?? 200, statusText: value.statusText ?? "", headers: value.headers ?? {} };
    return ObjectHasOwn(value, "json") ? Response.json(value.json, init) : new Response(value.body ?? null, init);
  }
  throw new TypeError("mock.fetch: an answer is a Response, a text, an object like { status, headers, body, json }, " +
    `or a function of the request that gives one; got ${inspect(value)}`);
}

// A request of its own, whose body can be read at any time.
async function keep(request) {
  const body = request.body === null ? undefined : await request.arrayBuffer();
  const init = { method: request.method, headers: request.headers, body };
  return () => new Request(request.url, init);
}

async function answerOf(mock, make) {
  const request = make();
  const call = { method: request.method, url: request.url, headers: request.headers, request };
  ArrayPrototypePush(mock.calls, call);
  ArrayPrototypePush(calls, call);
  const { answer } = mock;
  const value = typeof answer === "function" ? await answer(make()) : answer;
  if (value instanceof Error) throw value;
  return responseOf(value);
}

function fail(slot, text) {
  ops.testFailFetch(slot, text);
}

function send(slot, response) {
  const pumping = respond(slot, response);
  if (pumping !== undefined) PromisePrototypeThen(pumping, () => ops.waitEnd(slot), () => ops.waitEnd(slot));
}

function dispatch(slot) {
  const request = createIncomingRequest(slot);
  if (!asksForContent()) return dispatchTo(slot, undefined, () => keep(request));
  PromisePrototypeThen(keep(request), async (make) => {
    const content = { headers: request.headers, body: await make().text() };
    dispatchTo(slot, content, () => make);
  });
}

function choose(slot, method, url, content) {
  try {
    return find(method, url, content);
  } catch (error) { // of a function that the test gave as the pattern
    require("testing/runner").noteFailure(error);
    fail(slot, `mock.fetch: the pattern of a mock failed: ${error instanceof Error ? error.message : inspect(error)}`);
    return null;
  }
}

function dispatchTo(slot, content, makeKeeper) {
  const method = ops.requestMethod(slot);
  const url = ops.requestUrl(slot);
  const mock = choose(slot, method, url, content);
  if (mock === null) return;
  if (mock === undefined) {
    const text = unmockedText(method, url);
    const isOfWorker = ops.testIsOfWorker(slot);
    if (isOfWorker) console.warn(text); // it may catch the error
    fail(slot, isOfWorker ? `fetch failed: ${method} ${url} is not mocked` : text);
    return;
  }
  --mock.left;
  const answering = (async () => answerOf(mock, await makeKeeper()))();
  PromisePrototypeThen(answering, (response) => send(slot, response), (error) => {
    if (error instanceof AssertionError) require("testing/runner").noteFailure(error);
    const message = error instanceof Error ? error.message : inspect(error);
    fail(slot, StringPrototypeStartsWith(message, "mock.fetch") ? message : `fetch failed: ${message}`);
  });
}

function matchesCall(pattern, call) {
  return pattern === undefined || matcherOf(pattern)(call.url);
}

// What was answered since the test, or the suite around it, began: [{ method, url, headers, request } ...].
mockFetch.calls = (pattern = undefined) => {
  const found = [];
  for (let i = 0; i < calls.length; ++i) {
    if (matchesCall(pattern, calls[i])) ArrayPrototypePush(found, calls[i]);
  }
  return found;
};

mockFetch.reset = () => {
  mocks = [];
  calls = [];
};

function openMocks() {
  ArrayPrototypePush(frames, { __proto__: null, mocks: mocks.length, calls: calls.length });
}

function closeMocks() {
  const frame = primordials.ArrayPrototypePop(frames);
  if (frame === undefined) return;
  if (mocks.length > frame.mocks) mocks.length = frame.mocks;
  if (calls.length > frame.calls) calls.length = frame.calls;
}

exports.mockFetch = mockFetch;
// For fetchMock: a mock whose `left` its owner sets. fits({ headers, body }) may be undefined.
exports.addQueued = (text, matches, fits, answer, method) => {
  const mock = new Mock(text, matches, answer, method, 1);
  mock.fits = fits;
  mock.isQueued = true;
  ArrayPrototypePush(mocks, mock);
  return mock;
};
exports.dispatch = dispatch;
exports.openMocks = openMocks;
exports.closeMocks = closeMocks;
