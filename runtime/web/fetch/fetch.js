// SPDX-License-Identifier: Apache-2.0
// fetch(): https://fetch.spec.whatwg.org/#fetch-method as far as a server has it: no CORS, cookies or cache.
// Native code makes one hop; redirects, aborting, integrity and data: URLs are here. redirect: "manual" gives the
// 3xx response itself, as on Workers. In the mode "same-origin" redirects stay at the origin of the first URL.
"use strict";

const webidl = require("webidl/webidl");
const { copyList } = require("script/lists");
const { abortReason, addAbortAlgorithm, isAborted, removeAbortAlgorithm } = require("dom/abort_signal");
const { Body, checkUsable, kBytes, kNative, kStream, streamOf, takeBytes, takeSendable } =
  require("fetch/body");
const { parseDataUrl } = require("fetch/data_url");
const { requestedCodings } = require("fetch/accept_encoding");
const { listDelete, listFind, listGet } = require("fetch/header_list");
const { matchesIntegrity } = require("fetch/integrity");
const { redirectedPolicy, referrerFor } = require("fetch/referrer");
const { parseLocation, urlOrigin, withoutFragment } = require("fetch/request_url");
const {
  Request, isRequest, requestBody, requestExtras, requestHeaderList, requestMethod, requestSignal, requestSlot,
  requestUrl,
} = require("fetch/request");
const { createResponse, responseBody } = require("fetch/response");
const streams = require("fetch/body_stream");
const { kUserAgent } = require("html/navigator");
const { ErrorCaptureStackTrace, JSONStringify, Promise, PromisePrototypeThen, PromiseReject, PromiseResolve, SafeSet,
  StringPrototypeStartsWith, TypeError, Uint8Array } = primordials;

const kMaxRedirects = 20;
const kTooMany = "Too many subrequests."; // which is an Error, as on Workers

// Those of one connection, and what the HTTP client decides itself.
const kConnectionHeaders = new SafeSet();
const connectionHeaders = [
  "connection", "content-length", "expect", "host", "keep-alive", "proxy-connection", "te", "trailer",
  "transfer-encoding", "upgrade",
];
for (let i = 0; i < connectionHeaders.length; ++i) kConnectionHeaders.add(connectionHeaders[i]);
// Those that describe the body: gone when a redirect drops it.
const bodyHeaders = ["content-encoding", "content-language", "content-location", "content-type"];
// What a request says that says nothing of it, name by name: see the standard's "HTTP-network-or-cache fetch".
const kDefaultHeaders = ["accept", "*/*", "accept-language", "*", "user-agent", kUserAgent];
// Those that are meant for one origin only.
const originHeaders = ["authorization", "cookie", "proxy-authorization"];

let nextRequestId = 1;

// What aborts a fetch: while the request is under way, and later while its body is.
class FetchWatch {
  constructor(signal) {
    this.signal = signal;
    this.reason = undefined; // set when aborted
    this.requestId = 0;
    this.reject = null; // of the promise that somebody waits for
    this.upload = null; // the request's stream
    this.handle = 0; // of the response's body
    this.body = null; // the Body that holds it
    this.stream = null; // the stream that was made from it
    this.over = undefined; // a promise: of its end, wherever it was handed on to
    this.algorithm = (reason) => this.abort(reason);
    addAbortAlgorithm(signal, this.algorithm);
  }

  abort(reason) {
    this.reason = reason;
    ops.fetchAbort(this.requestId);
    if (this.upload !== null) streams.dropStream(this.upload, reason);
    if (this.stream !== null) {
      streams.errorStream(this.stream, reason);
    } else if (this.body !== null && this.body.kind === kNative && !this.body.used) {
      this.body.kind = kStream;
      this.body.source = streams.createErroredStream(reason);
    }
    if (this.handle !== 0) streams.failHandle(this.handle, reason);
    if (this.reject !== null) this.reject(reason);
  }

  stop() {
    removeAbortAlgorithm(this.signal, this.algorithm);
    this.reject = null;
  }
}

webidl.detachRecord(FetchWatch);

// One fetch() on its way through redirects.
class FetchState {
  // Nobody changes `list` while the fetch is under way. `slot` of a request that is sent as it came, whose method, URL
  // and list native code knows; else 0.
  constructor(request, slot, method, url, list, body, watch) {
    const extras = requestExtras(request);
    this.slot = slot;
    this.method = method;
    this.url = url;
    this.list = list;
    this.cache = extras.cache;
    this.redirect = extras.redirect;
    this.isDecoded = extras.encodeResponseBody !== "manual";
    this.origin = extras.mode === "same-origin" ? urlOrigin(url) : ""; // that redirects may not leave
    this.referrer = extras.referrer;
    this.referrerPolicy = extras.referrerPolicy;
    this.integrity = extras.integrity;
    this.fresh = false; // wants a connection of its own
    this.body = body;
    this.watch = watch;
    this.redirects = 0;
    this.uploadFailed = false;
    this.uploadError = undefined;
    this.uploadWatch = null; // of the fetch whose response is sent on
  }
}

webidl.detachRecord(FetchState);

function requestBlock(state) {
  const { list } = state;
  let block = "";
  for (let i = 0; i < list.length; i += 2) {
    const name = list[i];
    if (name !== "accept-encoding" && !kConnectionHeaders.has(name)) block += `${name}\0${list[i + 1]}\0`;
  }
  block += `accept-encoding\0${requestedCodings(list)}\0`;
  switch (state.cache) {
    case "no-store": case "reload":
      if (listFind(list, "pragma") < 0) block += "pragma\0no-cache\0";
      if (listFind(list, "cache-control") < 0) block += "cache-control\0no-cache\0";
      break;
    case "no-cache":
      if (listFind(list, "cache-control") < 0) block += "cache-control\0max-age=0\0";
  }
  const referer = referrerFor(state.referrer, state.referrerPolicy, state.url);
  if (referer !== "" && listFind(list, "referer") < 0) block += `referer\0${referer}\0`;
  for (let i = 0; i < kDefaultHeaders.length; i += 2) {
    const name = kDefaultHeaders[i];
    if (listFind(list, name) < 0) block += `${name}\0${kDefaultHeaders[i + 1]}\0`;
  }
  return block;
}

// The body for one hop. A source that can be sent again stays in the record until the fetch is over.
function sendableBody(state) {
  const { body, watch } = state;
  if (body === null) return null;
  const { kind, source } = body;
  const sendable = takeSendable(body);
  if (kind < kNative) {
    state.body = new Body(kind, source, body.type);
  } else if (body.pump !== undefined) {
    if (watch !== null) watch.upload = source;
    PromisePrototypeThen(body.pump, undefined, (error) => {
      state.uploadFailed = true;
      state.uploadError = error;
    });
  } else {
    state.uploadWatch = body.watch;
  }
  return sendable;
}

function startRequest(state, requestId) {
  const sendable = sendableBody(state);
  if (state.slot !== 0) return ops.fetchIncoming(state.slot, sendable, requestId, state.fresh);
  return ops.fetchStart(
    state.method, withoutFragment(state.url), requestBlock(state), sendable, requestId, state.fresh);
}

function startHop(state) {
  const { watch } = state;
  const requestId = nextRequestId++;
  if (watch === null) return startRequest(state, requestId);
  watch.requestId = requestId;
  return new Promise((resolve, reject) => {
    watch.reject = reject;
    PromisePrototypeThen(startRequest(state, requestId), (result) => {
      if (watch.reason === undefined) resolve(result);
      else if (result[3] !== 0) streams.dropHandle(result[3]);
    }, reject);
  });
}

// What a redirect names that may be followed; null: nothing, and it is a response like any other.
function redirectLocation(state, result) {
  const location = listGet(result[2], "location");
  if (state.redirect !== "error") return location;
  if (state.watch !== null) state.watch.stop();
  if (result[3] !== 0) streams.dropHandle(result[3]);
  throw new TypeError(`Failed to fetch ${state.url}: it redirects (${result[0]})` +
    `${location === null ? "" : ` to ${location}`}, and the request's redirect mode is "error".`);
}

// Where it leads, as a URL that may be fetched.
function redirectTarget(state, location) {
  const target = parseLocation(location, state.url);
  if (target === null || !target.isHttp) {
    throw new TypeError(
      `Failed to fetch ${state.url}: it redirects to ${JSONStringify(location)}, which is no http(s) URL.`);
  }
  if (target.hasCredentials) {
    throw new TypeError(
      `Failed to fetch ${state.url}: it redirects to ${JSONStringify(location)}, a URL that includes credentials.`);
  }
  if (state.origin !== "" && target.origin !== state.origin) {
    throw new TypeError(`Failed to fetch ${state.url}: it redirects to ${target.origin}, another origin, and the ` +
      "request's mode is \"same-origin\".");
  }
  if (++state.redirects > kMaxRedirects) {
    throw new TypeError(`Too many redirects: more than ${kMaxRedirects}, the last one to ${target.url}`);
  }
  return target;
}

// https://fetch.spec.whatwg.org/#concept-http-redirect-fetch; `status` is one of a redirect.
function followRedirect(state, status, location, headers) {
  const target = redirectTarget(state, location);
  const { body, method } = state;
  if (status !== 303 && body !== null && body.kind >= kNative) {
    throw new TypeError(`Failed to fetch ${state.url}: it redirects (${status}), and a body that is a ` +
      "stream cannot be sent a second time. Send a string or bytes, or use redirect: \"manual\".");
  }
  const list = copyList(state.list);
  if (((status === 301 || status === 302) && method === "POST") ||
      (status === 303 && method !== "GET" && method !== "HEAD")) {
    state.method = "GET";
    state.body = null;
    for (let i = 0; i < bodyHeaders.length; ++i) listDelete(list, bodyHeaders[i], 0);
  }
  if (target.origin !== urlOrigin(state.url)) {
    for (let i = 0; i < originHeaders.length; ++i) listDelete(list, originHeaders[i], 0);
  }
  state.list = list;
  state.url = target.url;
  state.referrerPolicy = redirectedPolicy(state.referrerPolicy, listGet(headers, "referrer-policy"));
}

// RFC 9110 section 15.5.20: the server does not want the request over this connection.
function wantsFreshConnection(state, status) {
  if (status !== 421 || state.fresh) return false;
  return state.fresh = state.body === null || state.body.kind < kNative;
}

function checkIntegrity(url, metadata, bytes) {
  if (matchesIntegrity(metadata, bytes)) return;
  throw new TypeError(
    `Failed to fetch ${url}: what came does not match the integrity metadata ${JSONStringify(metadata)}.`);
}

function isRedirectStatus(status) {
  return status === 301 || status === 302 || status === 303 || status === 307 || status === 308;
}

function finish(state, result) {
  const status = result[0];
  const handle = result[3];
  const { watch } = state;
  let body = null;
  if (handle !== 0) {
    body = new Body(kNative, handle, null);
    // Whoever reads it gets it decoded, but for parts of a coded body (206), which nobody can decode.
    const coding = state.isDecoded && status !== 206 ? listGet(result[2], "content-encoding") : null;
    if (coding !== null) ops.bodyCoded(handle, coding);
  }
  if (watch !== null) {
    watch.reject = null;
    if (body === null) {
      watch.stop();
    } else {
      watch.handle = handle;
      watch.body = body;
      body.watch = watch;
      // Read, cancelled, sent on, or never read by a request that is over. text() and the like end it themselves.
      watch.over = PromisePrototypeThen(ops.bodyWatch(handle), () => {
        if (watch.reject === null) watch.stop();
      });
    }
  }
  const url = state.slot !== 0 ? result[4] : withoutFragment(state.url);
  return createResponse(status, result[1], result[2], body, url, state.redirects > 0,
    state.isDecoded ? "automatic" : "manual");
}

// https://fetch.spec.whatwg.org/#concept-main-fetch: nothing of a response is given away before all of it is checked.
async function finishChecked(state, result) {
  const body = responseBody(finish(state, result));
  const bytes = body === null ? new Uint8Array(0) : (await takeBytes(body)).bytes;
  checkIntegrity(state.url, state.integrity, bytes);
  return createResponse(result[0], result[1], result[2], body === null ? null : new Body(kBytes, bytes, null),
    withoutFragment(state.url), state.redirects > 0, state.isDecoded ? "automatic" : "manual");
}

async function fetchHttp(state) {
  for (;;) {
    let result;
    try {
      result = await startHop(state);
    } catch (error) {
      const { watch } = state;
      if (watch !== null) {
        watch.stop();
        if (watch.reason !== undefined) throw watch.reason;
      }
      if (state.uploadFailed) throw state.uploadError;
      if (state.uploadWatch !== null && state.uploadWatch.reason !== undefined) throw state.uploadWatch.reason;
      const asItIs = error instanceof TypeError || StringPrototypeStartsWith(error.message, kTooMany);
      const failure = asItIs ? error : new TypeError(error.message);
      ErrorCaptureStackTrace(failure); // native code knows no stack; here V8 knows who awaits this
      throw failure;
    }
    const status = result[0];
    const follow = state.redirect !== "manual" && isRedirectStatus(status);
    const location = follow ? redirectLocation(state, result) : null;
    const again = wantsFreshConnection(state, status);
    if (location === null && !again) {
      return state.integrity === "" ? finish(state, result) : await finishChecked(state, result);
    }
    if (result[3] !== 0) streams.dropHandle(result[3]);
    if (again) continue;
    try {
      followRedirect(state, status, location, result[2]);
    } catch (error) {
      if (state.watch !== null) state.watch.stop();
      throw error;
    }
  }
}

function fetchData(url, method, integrity) {
  const data = parseDataUrl(url);
  if (data === null) throw new TypeError(`Failed to fetch: invalid data URL: ${url}`);
  if (integrity !== "") checkIntegrity(url, integrity, data.bytes);
  const body = method === "HEAD" ? null : new Body(kBytes, data.bytes, null);
  return createResponse(200, "OK", ["content-type", data.type], body, url, false, "automatic");
}

// Before anything is sent: what a signal or a used body says to it.
function checkSendable(body, signal) {
  if (body !== null) checkUsable(body);
  if (signal === null || !isAborted(signal)) return;
  const reason = abortReason(signal);
  if (body !== null) streams.dropStream(streamOf(body), reason);
  throw reason;
}

function fetchMade(request, input) {
  const url = requestUrl(request);
  const body = requestBody(request);
  const signal = requestSignal(request);
  checkSendable(body, signal);
  if (!StringPrototypeStartsWith(url, "https:") && !StringPrototypeStartsWith(url, "http:")) {
    if (StringPrototypeStartsWith(url, "data:")) {
      return PromiseResolve(fetchData(url, requestMethod(request), requestExtras(request).integrity));
    }
    throw new TypeError(`Fetch API cannot load: ${url}: only http:, https: and data: URLs can be fetched.`);
  }
  if (requestExtras(request).cache === "only-if-cached") {
    throw new TypeError(`Failed to fetch ${url}: the cache mode is "only-if-cached", and there is no cache.`);
  }
  const list = requestHeaderList(request);
  return fetchHttp(new FetchState(request, 0, requestMethod(request), url,
    request !== input ? list : copyList(list), body, signal === null ? null : new FetchWatch(signal)));
}

// As it came: no more of it is read here than is needed.
function fetchIncoming(request, slot) {
  const body = requestBody(request);
  const signal = requestSignal(request);
  checkSendable(body, signal);
  return fetchHttp(new FetchState(request, slot, "", "", null, body,
    signal === null ? null : new FetchWatch(signal)));
}

// A method, which cannot be constructed; not async, so that a fetch costs one promise less.
const { fetch } = {
  fetch(input, init = undefined) {
    try {
      webidl.checkGlobal(this);
      webidl.requiredArguments(arguments.length, 1, "Failed to execute 'fetch'");
      if (init !== undefined || !isRequest(input)) return fetchMade(new Request(input, init), input);
      const slot = requestSlot(input);
      // The parts of one that is over may still be known here.
      return slot === 0 || ops.requestIsDone(slot) ? fetchMade(input, input) : fetchIncoming(input, slot);
    } catch (error) {
      return PromiseReject(error);
    }
  },
};

exports.fetch = fetch;
