// SPDX-License-Identifier: Apache-2.0
// EventSource: https://html.spec.whatwg.org/#the-eventsource-interface, with Workers' `fetcher` and
// EventSource.from(stream). It lives as long as the request that made it: when that is over, the connection
// ends in silence. As on Workers, what goes wrong comes as an ErrorEvent that says what it was.
"use strict";

const webidl = require("webidl/webidl");
const { createAbortSignal, signalAbort } = require("dom/abort_signal");
const { DOMException } = require("dom/dom_exception");
const { ErrorEvent } = require("dom/error_event");
const { Event, trusted } = require("dom/event");
const { EventTarget, defineEventHandler, dispatch, hasListeners } = require("dom/event_target");
const { createMessageEvent } = require("dom/message_event");
const { streamOf } = require("fetch/body");
const { dropStream } = require("fetch/body_stream");
const { fetch } = require("fetch/fetch");
const { listGet } = require("fetch/header_list");
const { extractMimeType } = require("fetch/mime_type");
const { Request } = require("fetch/request");
const { normalizeUrl, urlOrigin } = require("fetch/request_url");
const { isResponse, responseBody, responseExtras, responseHeaderList, responseStatus } =
  require("fetch/response");
const { EventStreamParser } = require("html/event_stream_parser");
const { cancelTimer, queueTask, startTimer } = require("html/timers");
const { Drain } = require("streams/native_source");
const { markHandled } = require("streams/promises");
const { isLocked, isReadableStream, isDisturbed } = require("streams/readable_stream");
const {
  FunctionPrototypeCall, JSONStringify, PromisePrototypeThen, PromiseResolve, StringFromCharCode,
  StringPrototypeStartsWith, TypeError, TypedArrayPrototypeGetByteLength,
} = primordials;

const CONNECTING = 0;
const OPEN = 1;
const CLOSED = 2;

const kReconnectMs = 3000; // until the server says another time
const kMaxBackoffMs = 60_000; // a server that cannot be reached is asked twice as late each time, up to this
const kWarn = 3; // the level of ops.consoleWrite
const kType = "text/event-stream";
const kEnded = "the stream has ended";

const convertInit = webidl.dictionary("EventSourceInit", [
  { key: "fetcher", converter: webidl.converters.object },
  { key: "withCredentials", converter: webidl.converters.boolean, defaultValue: () => false },
]);

// A header's characters are bytes.
function utf8Bytes(text) {
  const bytes = ops.utf8Encode(text);
  const length = TypedArrayPrototypeGetByteLength(bytes);
  let result = "";
  for (let i = 0; i < length; ++i) result += StringFromCharCode(bytes[i]);
  return result;
}

// fetch() itself says no to other URLs, and would again.
function isFetchable(url) {
  return StringPrototypeStartsWith(url, "http:") || StringPrototypeStartsWith(url, "https:") ||
    StringPrototypeStartsWith(url, "data:");
}

function dropBody(response) {
  const body = responseBody(response);
  if (body !== null) dropStream(streamOf(body), undefined);
}

// Reads one stream to its end.
class EventReader extends Drain {
  constructor(stream, connection) {
    super(stream);
    this.connection = connection;
    this.isTooLong = false;
    this.parser = new EventStreamParser(connection, connection.lastEventId, ops.maxEventBytes());
    markHandled(this.promise);
  }

  take(bytes) {
    try {
      this.parser.push(bytes);
    } catch (error) {
      this.isTooLong = true;
      throw error;
    }
    return undefined;
  }

  finish() { this.connection.ended(null); }

  fail(reason) {
    if (this.isTooLong) this.connection.fail(reason.message, reason);
    else this.connection.ended(reason);
  }
}

// What is behind an EventSource, from one connection to the next.
class Connection {
  constructor(source, url, withCredentials, fetcher) {
    this.source = source;
    this.url = url;
    this.withCredentials = withCredentials;
    this.fetcher = fetcher;
    this.readyState = CONNECTING;
    this.origin = "";
    this.lastEventId = "";
    this.reconnectMs = kReconnectMs;
    this.failures = 0; // attempts in a row that met no server
    this.signal = null; // of the running fetch
    this.reader = null;
    this.timer = 0; // of the next attempt
    this.request = ops.currentRequest(); // the one that made it
  }

  connect() {
    const headers = { __proto__: null, accept: kType };
    const signal = this.signal = createAbortSignal();
    let promise;
    try {
      if (this.fetcher === null && !isFetchable(this.url)) {
        throw new TypeError("only http:, https: and data: URLs can be fetched.");
      }
      if (this.lastEventId !== "") headers["last-event-id"] = utf8Bytes(this.lastEventId);
      const request = new Request(this.url, { __proto__: null, cache: "no-store", headers, signal });
      promise = this.fetcher === null ? fetch(request) : this.callFetcher(request);
    } catch (error) {
      queueTask(() => this.fail(describe(error), error));
      return;
    }
    PromisePrototypeThen(promise, (response) => {
      if (this.signal === signal) this.answered(response);
      else if (isResponse(response)) dropBody(response); // of a fetcher that does not mind the signal
    }, (error) => {
      if (this.signal === signal) this.unreachable(error);
    });
  }

  callFetcher(request) {
    const { fetch: method } = this.fetcher;
    if (typeof method !== "function") throw new TypeError("its 'fetcher' has no method fetch().");
    return PromiseResolve(FunctionPrototypeCall(method, this.fetcher, request));
  }

  answered(response) {
    if (!isResponse(response)) {
      this.fail("its 'fetcher' did not give a Response");
      return;
    }
    const problem = this.problemOf(response);
    if (problem !== null || this.isOver()) {
      dropBody(response);
      if (problem !== null) this.fail(problem);
      else this.close();
      return;
    }
    const { url } = responseExtras(response);
    this.failures = 0;
    this.origin = urlOrigin(url === "" ? this.url : url);
    const body = responseBody(response);
    try {
      if (body !== null) this.reader = new EventReader(streamOf(body), this);
    } catch (error) { // a fetcher's Response whose body somebody else reads
      this.fail(describe(error), error);
      return;
    }
    this.open();
    if (body === null) this.ended(null);
  }

  problemOf(response) {
    const status = responseStatus(response);
    if (status !== 200) {
      return status === 204 ? "the server answered 204: there will be no more events"
        : `the server answered ${status}; a stream of events begins with 200`;
    }
    const value = listGet(responseHeaderList(response), "content-type");
    const type = extractMimeType(value);
    if (type !== null && type.essence === kType) return null;
    return value === null ? `the response has no Content-Type; it must be ${kType}`
      : `the response's Content-Type is ${JSONStringify(value)}; it must be ${kType}`;
  }

  open() {
    this.readyState = OPEN;
    if (hasListeners(this.source, "open")) dispatch(this.source, trusted(new Event("open")));
    if (this.reader !== null) this.reader.next(); // no more when a listener closed it
  }

  // The parser's: the event stream gave something.
  onId(id) { this.lastEventId = id; }
  onRetry(milliseconds) { this.reconnectMs = milliseconds; }

  onEvent(type, data, lastEventId) {
    if (this.readyState === CLOSED) return false;
    if (hasListeners(this.source, type)) {
      dispatch(this.source, trusted(createMessageEvent(type, data, this.origin, lastEventId)));
    }
    return this.readyState !== CLOSED;
  }

  unreachable(error) {
    const delay = this.reconnectMs * 2 ** this.failures;
    ++this.failures;
    const longest = this.reconnectMs < kMaxBackoffMs ? kMaxBackoffMs : this.reconnectMs;
    this.reconnect(error, delay < longest ? delay : longest);
  }

  // The stream is over: null for its end, or what it failed with.
  ended(reason) {
    this.reader = null;
    if (this.url !== "") this.reconnect(reason, this.reconnectMs);
    else if (reason !== null) this.fail(describe(reason), reason);
    else if (hasListeners(this.source, "error")) this.fail(kEnded);
    else this.close(); // the end is no failure that a log should have
  }

  // https://html.spec.whatwg.org/#reestablish-the-connection
  reconnect(error, delay) {
    if (this.readyState === CLOSED) return;
    if (this.isOver()) {
      this.close();
      return;
    }
    this.signal = null;
    this.readyState = CONNECTING;
    this.tell(error === null ? kEnded : describe(error), error);
    if (this.readyState === CLOSED) return;
    this.timer = startTimer(delay, () => {
      this.timer = 0;
      if (this.isOver()) this.close();
      else this.connect();
    });
  }

  // https://html.spec.whatwg.org/#fail-the-connection
  fail(problem, error = null) {
    if (this.readyState === CLOSED) return;
    if (this.isOver()) {
      this.close();
      return;
    }
    this.close();
    if (hasListeners(this.source, "error")) this.tell(problem, error);
    else ops.consoleWrite(kWarn, this.messageOf(problem));
  }

  tell(problem, error) {
    if (!hasListeners(this.source, "error")) return;
    const message = this.messageOf(problem);
    const init = { __proto__: null, message, error: error === null ? new TypeError(message) : error };
    dispatch(this.source, trusted(new ErrorEvent("error", init)));
  }

  messageOf(problem) {
    return `EventSource${this.url === "" ? "" : ` ${this.url}`}: ${problem}`;
  }

  isOver() { return ops.requestIsOver(this.request); }

  close() {
    if (this.readyState === CLOSED) return;
    this.readyState = CLOSED;
    const { reader, signal } = this;
    this.reader = null;
    this.signal = null;
    if (this.timer !== 0) cancelTimer(this.timer);
    this.timer = 0;
    if (reader !== null) reader.abandon(undefined);
    else if (signal !== null) signalAbort(signal, undefined);
  }
}

webidl.detachRecord(Connection);

function describe(error) {
  try {
    return webidl.isObject(error) && error.message !== undefined ? `${error.message}` : `${error}`;
  } catch {
    return "it failed";
  }
}

let connectionOf;

class EventSource extends EventTarget {
  #connection;

  constructor(url, eventSourceInitDict = undefined) {
    super();
    if (url === webidl.constructKey) {
      this.#connection = new Connection(this, "", false, null);
      return;
    }
    const context = "Failed to construct 'EventSource'";
    webidl.requiredArguments(arguments.length, 1, context);
    const given = webidl.converters.USVString(url, `${context}: parameter 1`);
    const init = convertInit(eventSourceInitDict, `${context}: parameter 2`);
    const absolute = normalizeUrl(given);
    if (absolute === null) {
      throw new DOMException(`${context}: ${JSONStringify(given)} is not an absolute URL.`, "SyntaxError");
    }
    this.#connection = new Connection(this, absolute, init.withCredentials, init.fetcher ?? null);
    this.#connection.connect();
  }

  get url() { return connectionOf(this).url; }
  get withCredentials() { return connectionOf(this).withCredentials; }
  get readyState() { return connectionOf(this).readyState; }

  close() { connectionOf(this).close(); }

  // The events of a stream of bytes that is there already. Nothing is connected, now or later.
  static from(stream) {
    const context = "Failed to execute 'from' on 'EventSource'";
    webidl.requiredArguments(arguments.length, 1, context);
    if (!isReadableStream(stream)) webidl.fail(`${context}: parameter 1`, "is not of type 'ReadableStream'.");
    if (isLocked(stream)) throw new TypeError(`${context}: the stream is locked to a reader already.`);
    if (isDisturbed(stream)) throw new TypeError(`${context}: the stream has been read from already.`);
    const source = new EventSource(webidl.constructKey);
    const connection = connectionOf(source);
    connection.reader = new EventReader(stream, connection);
    queueTask(() => {
      if (connection.readyState !== CLOSED) connection.open();
    });
    return source;
  }

  static {
    connectionOf = (source) =>
      webidl.isObject(source) && #connection in source ? source.#connection : webidl.illegalInvocation();
  }
}

webidl.defineInterface(EventSource);
webidl.defineConstants(EventSource, { CONNECTING, OPEN, CLOSED });
defineEventHandler(EventSource.prototype, "open");
defineEventHandler(EventSource.prototype, "message");
defineEventHandler(EventSource.prototype, "error");

exports.EventSource = EventSource;
