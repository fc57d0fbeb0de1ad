// SPDX-License-Identifier: Apache-2.0
// Response: https://fetch.spec.whatwg.org/#response-class, with Workers' `webSocket`, `cf` and `encodeBody`.
// A response made from a string is one object and one Body record; its Headers are made when somebody asks.
"use strict";

const webidl = require("webidl/webidl");
const { copyList } = require("script/lists");
const { Body, cloneBody, extractBody, isBodyEmpty, kNative, kString, kTextType, mixinBody } =
  require("fetch/body");
const { listGet } = require("fetch/header_list");
const { createHeaders, headersFromInit, headersGuard, headersList, kGuardImmutable, kGuardNone, toHeaderBlock } =
  require("fetch/headers");
const { normalizeUrl } = require("fetch/request_url");
const { JSONStringify, RangeError, RegExpPrototypeExec, TypeError } = primordials;
const { constructKey, converters, illegalInvocation, isObject, requiredArguments } = webidl;

const kJsonType = "application/json";
// Header blocks that native code has by their numbers: kUsualBlocks in header_block.h.
const kNoBlock = 0;
const kTextBlock = 1;
const kJsonBlock = 2;
const notReasonPhrase = /[^\t\x20-\x7E\x80-\xFF]/;

// What few responses have, apart.
class Extras {
  constructor() {
    this.type = "default";
    this.url = "";
    this.redirected = false;
    this.webSocket = null;
    this.cf = undefined;
    this.encodeBody = "automatic";
  }
}
webidl.detachRecord(Extras);
const kDefaults = new Extras();

function convertStatus(given, webSocket, context) {
  if (typeof given === "number" && given >= 200 && given <= 599 && (given | 0) === given) return given;
  const status = converters["unsigned short"](given, `${context}: 'status'`);
  if (status >= 200 && status <= 599) return status;
  if (status === 101) {
    if (webSocket !== null) return status;
    throw new RangeError(`${context}: status 101 (Switching Protocols) needs a 'webSocket'.`);
  }
  throw new RangeError(`${context}: The status provided (${status}) is outside the range [200, 599].`);
}

function convertStatusText(given, context) {
  if (given === "") return given;
  const text = converters.ByteString(given, `${context}: 'statusText'`);
  if (RegExpPrototypeExec(notReasonPhrase, text) !== null) {
    throw new TypeError(`${context}: Invalid statusText: ${JSONStringify(text)}`);
  }
  return text;
}

function convertEncodeBody(given, context) {
  if (given === "automatic" || given === "manual") return given;
  throw new TypeError(`${context}: 'encodeBody' must be "automatic" or "manual", not '${given}'.`);
}

function isNullBodyStatus(status) {
  return status === 204 || status === 205 || status === 304 || status === 101 || status === 103;
}

let isResponse;
let statusOf;
let statusTextOf;
let bodyOf;
let listOf; // the flat header list
let headerBlockOf; // a string, or the number of one
let extrasOf;
let takeInit;
let create;

class Response {
  #status;
  #statusText;
  #headers; // null: none but what the body implies
  #body; // Body or null
  #extras;

  constructor(body = null, init = undefined) {
    this.#status = 200;
    this.#statusText = "";
    this.#headers = null;
    this.#body = null;
    this.#extras = kDefaults;
    if (body === constructKey) return; // the caller fills it in
    if (body !== null) this.#body = extractBody(body);
    if (init !== undefined && init !== null) takeInit(this, init, "Failed to construct 'Response'");
  }

  get status() { return statusOf(this); }
  get statusText() { return statusTextOf(this); }

  get ok() {
    const status = statusOf(this);
    return status >= 200 && status <= 299;
  }

  get headers() {
    if (!isObject(this) || !(#status in this)) illegalInvocation();
    const headers = this.#headers;
    return headers !== null ? headers : this.#headers = createHeaders(impliedList(this.#body), kGuardNone);
  }

  get type() { return extrasOf(this).type; }
  get url() { return extrasOf(this).url; }
  get redirected() { return extrasOf(this).redirected; }
  get webSocket() { return extrasOf(this).webSocket; }
  get cf() { return extrasOf(this).cf; }

  clone() {
    const extras = extrasOf(this);
    if (extras.webSocket !== null) throw new TypeError("Cannot clone a response to a WebSocket handshake.");
    const body = bodyOf(this);
    const copy = body === null ? null : cloneBody(body);
    const headers = this.#headers;
    const response = new Response(constructKey);
    response.#status = this.#status;
    response.#statusText = this.#statusText;
    response.#headers = headers === null ? null
      : createHeaders(copyList(headersList(headers)), headersGuard(headers));
    response.#body = copy;
    response.#extras = extras;
    return response;
  }

  static error() {
    return create(0, "", createHeaders([], kGuardImmutable), null, kErrorExtras);
  }

  static json(data, init = undefined) {
    const context = "Failed to execute 'json' on 'Response'";
    requiredArguments(arguments.length, 1, context);
    const text = JSONStringify(data);
    if (text === undefined) throw new TypeError(`${context}: The data is not JSON serializable.`);
    const response = new Response(constructKey);
    response.#body = new Body(kString, text, kJsonType);
    if (init !== undefined && init !== null) takeInit(response, init, context);
    return response;
  }

  static redirect(url, status = 302) {
    const context = "Failed to execute 'redirect' on 'Response'";
    requiredArguments(arguments.length, 1, context);
    const given = converters.USVString(url, `${context}: parameter 1`);
    const code = converters["unsigned short"](status, `${context}: parameter 2`);
    const location = normalizeUrl(given);
    if (location === null) throw new TypeError(`${context}: Unable to parse URL: ${given}`);
    if (code !== 301 && code !== 302 && code !== 303 && code !== 307 && code !== 308) {
      throw new RangeError(`${context}: Invalid status code ${code}: it must be 301, 302, 303, 307 or 308.`);
    }
    return create(code, "", createHeaders(["location", location], kGuardImmutable), null, kDefaults);
  }

  static {
    isResponse = (value) => typeof value === "object" && value !== null && #status in value;
    statusOf = (response) =>
      isObject(response) && #status in response ? response.#status : illegalInvocation();
    statusTextOf = (response) =>
      isObject(response) && #status in response ? response.#statusText : illegalInvocation();
    bodyOf = (response) =>
      isObject(response) && #status in response ? response.#body : illegalInvocation();
    extrasOf = (response) =>
      isObject(response) && #status in response ? response.#extras : illegalInvocation();
    listOf = (response) => {
      const headers = response.#headers;
      return headers !== null ? headersList(headers) : impliedList(response.#body);
    };
    headerBlockOf = (response) => {
      const headers = response.#headers;
      if (headers !== null) return toHeaderBlock(headers);
      const body = response.#body;
      if (body === null || body.type === null) return kNoBlock;
      const { type } = body;
      return type === kTextType ? kTextBlock : type === kJsonType ? kJsonBlock : `content-type\0${type}\0`;
    };
    create = (status, statusText, headers, body, extras) => {
      const response = new Response(constructKey);
      response.#status = status;
      response.#statusText = statusText;
      response.#headers = headers;
      response.#body = body;
      response.#extras = extras;
      return response;
    };
    takeInit = (self, init, context) => {
      if (!isObject(init)) throw new TypeError(`${context}: parameter 2 is not an object.`);
      const { headers, status, statusText } = init;
      let webSocket = null;
      const cf = init.cf;
      // Not an attribute of a Response, but new Response(body, response) keeps it.
      const encodeBody = isResponse(init) ? init.#extras.encodeBody : init.encodeBody;
      if (init.webSocket !== undefined && init.webSocket !== null) webSocket = init.webSocket;
      if (webSocket !== null || cf !== undefined || (encodeBody !== undefined && encodeBody !== "automatic")) {
        const extras = self.#extras = new Extras();
        extras.webSocket = webSocket;
        extras.cf = cf;
        if (encodeBody !== undefined) extras.encodeBody = convertEncodeBody(encodeBody, context);
      }
      if (status !== undefined) self.#status = convertStatus(status, webSocket, context);
      if (statusText !== undefined) self.#statusText = convertStatusText(statusText, context);
      const body = self.#body;
      if (headers !== undefined) {
        const type = body === null || isNullBodyStatus(self.#status) ? null : body.type;
        self.#headers = headersFromInit(headers, type, context);
      }
      if (body !== null && isNullBodyStatus(self.#status)) {
        // Workers let an empty body pass for none, and scripts rely on it.
        if (!isBodyEmpty(body)) {
          throw new TypeError("Response with null body status (101, 204, 205, or 304) cannot have a body.");
        }
        self.#body = null;
      }
    };
  }
}

const kErrorExtras = new Extras();
kErrorExtras.type = "error";

function impliedList(body) {
  return body === null || body.type === null ? [] : ["content-type", body.type];
}

mixinBody(Response, bodyOf, (response) => listGet(listOf(response), "content-type"));
webidl.defineInterface(Response);

// A result of fetch(): takes over the header list (flat, or a block) and the body (a Body or null).
function createResponse(status, statusText, list, body, url, redirected, encodeBody) {
  const extras = new Extras();
  extras.type = "basic";
  extras.url = url;
  extras.redirected = redirected;
  extras.encodeBody = encodeBody;
  return create(status, statusText, createHeaders(list, kGuardImmutable),
    isNullBodyStatus(status) ? null : body, extras);
}

exports.Response = Response;
exports.isResponse = isResponse;
exports.createResponse = createResponse;
// The same from native code's answer: `handle` 0 is no body.
exports.createNativeResponse = (status, statusText, list, handle, url, redirected) => createResponse(
  status, statusText, list, handle === 0 ? null : new Body(kNative, handle, null), url, redirected,
  "automatic");
exports.isNullBodyStatus = isNullBodyStatus;
exports.responseStatus = statusOf;
exports.responseStatusText = statusTextOf;
exports.responseHeaderBlock = headerBlockOf;
exports.responseHeaderList = listOf;
exports.responseBody = bodyOf;
exports.responseExtras = extrasOf;
