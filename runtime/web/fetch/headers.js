// SPDX-License-Identifier: Apache-2.0
// Headers: https://fetch.spec.whatwg.org/#headers-class, with what Workers add (getAll) and without the
// browser's forbidden names, that is, without the guards "request" and "response". Its list is a flat one
// (fetch/header_list.js); as a response comes from native code, it is still a header block. Departure from Web IDL, for
// speed: a record's own enumerable keys are listed once, before the values are read.
"use strict";

const webidl = require("webidl/webidl");
const { copyList } = require("script/lists");
const { blockToList, listDelete, listFind, listGet, listOfShape, listToBlock, sortAndCombine } =
  require("fetch/header_list");
const { convertName, convertValue, normalizeName, normalizeValue } = require("fetch/header_text");
const { isSafelisted, isSafelistedName, mayAppend } = require("fetch/no_cors");
const { ArrayIsArray, FunctionPrototypeCall, ObjectKeys, SymbolIterator, TypeError } = primordials;
const { constructKey, illegalInvocation, isObject, requiredArguments } = webidl;

const kGuardNone = 0;
const kGuardImmutable = 1;
const kGuardNoCors = 2; // leaves out what it does not let in

function appendPair(list, name, value, context) {
  const convertedName = convertName(name, context);
  const convertedValue = convertValue(convertedName, value, context);
  const lower = normalizeName(convertedName, context);
  const { length } = list;
  list[length] = lower;
  list[length + 1] = normalizeValue(lower, convertedValue, context);
}

const toPair = webidl.sequence((value) => value);
function fillFromIterable(list, init, method, context) {
  const iterator = FunctionPrototypeCall(method, init);
  if (!isObject(iterator)) throw new TypeError(`${context}: the headers' iterator is not an object.`);
  const { next } = iterator;
  for (let index = 0; ; ++index) {
    const step = FunctionPrototypeCall(next, iterator);
    if (!isObject(step)) throw new TypeError(`${context}: the headers' iterator gave no object.`);
    if (step.done) return;
    const given = step.value;
    const pair =
      ArrayIsArray(given) && given.length === 2 ? given : toPair(given, `${context}: header ${index}`);
    if (pair.length !== 2) {
      throw new TypeError(
        `${context}: header ${index} is not a [name, value] pair: it has ${pair.length} items.`);
    }
    appendPair(list, pair[0], pair[1], context);
  }
}

function fillFromRecord(list, init, context) {
  const keys = ObjectKeys(init);
  for (let i = 0; i < keys.length; ++i) {
    const key = keys[i];
    const name = normalizeName(key, context);
    const at = list.length;
    const value = normalizeValue(name, init[key], context);
    list[at] = name;
    list[at + 1] = value;
  }
}

// Appends what a HeadersInit holds to `list` and returns it.
function fillList(list, init, context) {
  if (!isObject(init)) {
    throw new TypeError(
      `${context}: The provided value is not of type '(record<ByteString, ByteString> or ` +
      "sequence<sequence<ByteString>>)'.");
  }
  const method = init[SymbolIterator];
  if (method === undefined || method === null) {
    fillFromRecord(list, init, context);
  } else if (method === headersEntries && isHeaders(init)) {
    const source = listOf(init);
    if (list.length === 0) return copyList(source);
    for (let i = 0; i < source.length; ++i) list[list.length] = source[i];
  } else if (typeof method !== "function") {
    throw new TypeError(`${context}: the headers' Symbol.iterator is not a function.`);
  } else {
    fillFromIterable(list, init, method, context);
  }
  return list;
}

// -------------------------------------------------------------------------------------------- the class

function checkGuard(guard) {
  if (guard === kGuardImmutable) throw new TypeError("Can't modify immutable headers.");
}

function setCookies(list) {
  const values = [];
  for (let i = 0; i < list.length; i += 2) {
    if (list[i] === "set-cookie") values[values.length] = list[i + 1];
  }
  return values;
}

let isHeaders;
let listOf;
let sortedOf; // sorted and combined, flat
let headersGuard;
let blockOf;
let share;
let ownListOf; // for one that is about to change

class Headers {
  #list; // null: still with the request of #slot, or as a header block in its place
  #slot;
  #guard;
  #sorted = null; // sorted and combined; null when #list changed since
  #shape = null; // of an incoming request's: its names, as native code gave them
  #isShared = false; // #list is that of another Headers too: it is copied before it changes

  // Internal code passes (constructKey, list, guard, slot).
  constructor(init = undefined, list = null, guard = kGuardNone, slot = 0) {
    if (init === constructKey) {
      this.#list = list;
      this.#slot = slot;
      this.#guard = guard;
      return;
    }
    this.#list = init === undefined ? [] : fillList([], init, "Failed to construct 'Headers'");
    this.#slot = 0;
    this.#guard = kGuardNone;
  }

  append(name, value) {
    if (!isHeaders(this)) illegalInvocation();
    const context = "Failed to execute 'append' on 'Headers'";
    requiredArguments(arguments.length, 2, context);
    // The pair is checked before the guard is, as the standard has it.
    const given = convertName(name, context);
    const converted = convertValue(given, value, context);
    const lower = normalizeName(given, context);
    const normalized = normalizeValue(lower, converted, context);
    checkGuard(this.#guard);
    const list = ownListOf(this);
    if (this.#guard === kGuardNoCors && !mayAppend(list, lower, normalized)) return;
    const at = list.length;
    list[at] = lower;
    list[at + 1] = normalized;
  }

  delete(name) {
    if (!isHeaders(this)) illegalInvocation();
    requiredArguments(arguments.length, 1, "Failed to execute 'delete' on 'Headers'");
    const lower = normalizeName(name, "Failed to execute 'delete' on 'Headers'");
    checkGuard(this.#guard);
    if (this.#guard === kGuardNoCors && !isSafelistedName(lower)) return;
    listDelete(ownListOf(this), lower, 0);
  }

  get(name) {
    const list = listOf(this);
    requiredArguments(arguments.length, 1, "Failed to execute 'get' on 'Headers'");
    return listGet(list, normalizeName(name, "Failed to execute 'get' on 'Headers'"));
  }

  getSetCookie() {
    return setCookies(listOf(this));
  }

  getAll(name) {
    const list = listOf(this);
    requiredArguments(arguments.length, 1, "Failed to execute 'getAll' on 'Headers'");
    if (normalizeName(name, "Failed to execute 'getAll' on 'Headers'") !== "set-cookie") {
      throw new TypeError("getAll() can only be used with the header name \"Set-Cookie\".");
    }
    return setCookies(list);
  }

  has(name) {
    const list = listOf(this);
    requiredArguments(arguments.length, 1, "Failed to execute 'has' on 'Headers'");
    return listFind(list, normalizeName(name, "Failed to execute 'has' on 'Headers'")) >= 0;
  }

  set(name, value) {
    if (!isHeaders(this)) illegalInvocation();
    const context = "Failed to execute 'set' on 'Headers'";
    requiredArguments(arguments.length, 2, context);
    const given = convertName(name, context);
    const converted = convertValue(given, value, context);
    const lower = normalizeName(given, context);
    const normalized = normalizeValue(lower, converted, context);
    checkGuard(this.#guard);
    if (this.#guard === kGuardNoCors && !isSafelisted(lower, normalized)) return;
    const list = ownListOf(this);
    const at = listFind(list, lower);
    if (at < 0) {
      const { length } = list;
      list[length] = lower;
      list[length + 1] = normalized;
    } else {
      list[at + 1] = normalized;
      listDelete(list, lower, at + 2);
    }
  }

  static {
    isHeaders = (value) => typeof value === "object" && value !== null && #list in value;
    listOf = (headers) => {
      if (typeof headers !== "object" || headers === null || !(#list in headers)) illegalInvocation();
      const list = headers.#list;
      if (list !== null) return list;
      const slot = headers.#slot;
      if (typeof slot === "string") return headers.#list = blockToList(slot);
      const values = ops.requestHeaders(slot);
      headers.#shape = values[values.length - 1];
      return headers.#list = listOfShape(values, headers.#shape);
    };
    blockOf = (headers) => {
      const slot = headers.#slot;
      return headers.#list === null && typeof slot === "string" ? slot : listToBlock(listOf(headers));
    };
    headersGuard = (headers) => headers.#guard;
    ownListOf = (headers) => {
      let list = listOf(headers);
      headers.#sorted = null;
      if (headers.#isShared) {
        list = headers.#list = copyList(list);
        headers.#isShared = false;
      }
      return list;
    };
    share = (headers) => {
      const other = new Headers(constructKey, listOf(headers), kGuardNone, 0);
      other.#isShared = headers.#isShared = true;
      return other;
    };
    sortedOf = (headers) => {
      const list = listOf(headers);
      if (headers.#sorted !== null) return headers.#sorted;
      return headers.#sorted = sortAndCombine(list, headers.#shape);
    };
  }
}
webidl.pairIterable(Headers, "Headers", sortedOf);
webidl.defineInterface(Headers);
const headersEntries = Headers.prototype.entries;

// Takes `list`, which may be a header block, over. Its names must be lower-case, its values checked.
function createHeaders(list, guard) {
  return typeof list === "string" ? new Headers(constructKey, null, guard, list)
    : new Headers(constructKey, list, guard, 0);
}

// The Headers of a response made with a HeadersInit, and the content type that its body implies or null.
function headersFromInit(init, type, context) {
  if (isHeaders(init) && init[SymbolIterator] === headersEntries) {
    const list = listOf(init);
    if (type === null || listFind(list, "content-type") >= 0) return share(init);
    return createHeaders(withType(copyList(list), type), kGuardNone);
  }
  const list = fillList([], init, context);
  if (type !== null && listFind(list, "content-type") < 0) withType(list, type);
  return createHeaders(list, kGuardNone);
}

function withType(list, type) {
  const { length } = list;
  list[length] = "content-type";
  list[length + 1] = type;
  return list;
}

// The headers of an incoming request, fetched from native code when somebody asks.
function createIncomingHeaders(slot) {
  return new Headers(constructKey, null, kGuardImmutable, slot);
}

exports.Headers = Headers;
exports.kGuardNone = kGuardNone;
exports.kGuardImmutable = kGuardImmutable;
exports.kGuardNoCors = kGuardNoCors;
exports.createHeaders = createHeaders;
exports.createIncomingHeaders = createIncomingHeaders;
exports.isHeaders = isHeaders;
exports.headersList = listOf;
exports.headersGuard = headersGuard;
exports.fillList = fillList;
exports.headersFromInit = headersFromInit;
exports.toHeaderBlock = blockOf;
