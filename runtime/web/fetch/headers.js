// SPDX-License-Identifier: Apache-2.0
// Headers: https://fetch.spec.whatwg.org/#headers-class, with what Workers add (getAll) and without the
// browser's forbidden names, that is, without the guards "request" and "response". A header list is one flat
// array [name, value, name, value ...] whose names are lower-case; as a response comes from native code, it is
// still a header block. Departure from Web IDL, for speed: a record's own enumerable keys are listed once,
// before the values are read.
"use strict";

const webidl = require("webidl/webidl");
const { copyList } = require("script/lists");
const { isSafelisted, isSafelistedName, mayAppend } = require("fetch/no_cors");
const {
  ArrayIsArray, ArrayPrototypeSort, FunctionPrototypeCall, JSONStringify, ObjectKeys,
  RegExpPrototypeExec, SafeMap, StringPrototypeCharCodeAt, StringPrototypeIndexOf, StringPrototypeSlice,
  StringPrototypeStartsWith, StringPrototypeToLowerCase, SymbolIterator, TypeError,
} = primordials;
const { ByteString } = webidl.converters;
const { constructKey } = webidl;

const kGuardNone = 0;
const kGuardImmutable = 1;
const kGuardNoCors = 2; // leaves out what it does not let in

// Names and content types that a worker uses are few; what was checked once is not checked again.
const kCacheMaxEntries = 256;
const kCacheMaxLength = 64;
const knownNames = new SafeMap(); // as given -> lower-case
const knownTypes = new SafeMap(); // content-type values: as given -> without outer white space

const notToken = /[^!#$%&'*+\-.^_`|~0-9A-Za-z]/;
const notFieldValue = /[^\x01-\t\x0B\x0C\x0E-\xFF]/;

function learnName(name, context) {
  const given = ByteString(name, `${context}: the header name`);
  if (given === "" || RegExpPrototypeExec(notToken, given) !== null) {
    throw new TypeError(`${context}: ${JSONStringify(given)} is not a legal HTTP header name.`);
  }
  const lower = StringPrototypeToLowerCase(given);
  if (given.length <= kCacheMaxLength && knownNames.size < kCacheMaxEntries) knownNames.set(given, lower);
  return lower;
}

function normalizeName(name, context) {
  const known = knownNames.get(name);
  return known !== undefined ? known : learnName(name, context);
}

function isHttpWhitespace(code) {
  return code === 0x20 || code === 0x09 || code === 0x0A || code === 0x0D;
}

function trimHttpWhitespace(value) {
  let from = 0;
  let to = value.length;
  while (from < to && isHttpWhitespace(StringPrototypeCharCodeAt(value, from))) ++from;
  while (to > from && isHttpWhitespace(StringPrototypeCharCodeAt(value, to - 1))) --to;
  return from === 0 && to === value.length ? value : StringPrototypeSlice(value, from, to);
}

function checkValue(name, given, context) {
  let value = given;
  if (typeof value !== "string") value = ByteString(given, `${context}: the value of header '${name}'`);
  const { length } = value;
  if (length === 0) return value;
  if (StringPrototypeCharCodeAt(value, 0) <= 0x20 || StringPrototypeCharCodeAt(value, length - 1) <= 0x20) {
    value = trimHttpWhitespace(value);
  }
  const bad = RegExpPrototypeExec(notFieldValue, value);
  if (bad !== null) {
    throw new TypeError(StringPrototypeCharCodeAt(bad[0], 0) > 0xFF
      ? `${context}: the value of header '${name}' is not a byte string: it has a character above U+00FF ` +
        "(encodeURIComponent makes one that fits)."
      : `${context}: the value of header '${name}' has a NUL, CR or LF character: ${JSONStringify(value)}`);
  }
  return value;
}

function normalizeValue(name, given, context) {
  if (name !== "content-type") return checkValue(name, given, context);
  const known = knownTypes.get(given);
  if (known !== undefined) return known;
  const value = checkValue(name, given, context);
  if (typeof given === "string" && given.length <= kCacheMaxLength && knownTypes.size < kCacheMaxEntries) {
    knownTypes.set(given, value);
  }
  return value;
}

// ------------------------------------------------------------------------------------- flat header lists

function listFind(list, name) {
  for (let i = 0; i < list.length; i += 2) {
    if (list[i] === name) return i;
  }
  return -1;
}

// The combined value of `name` (lower-case), or null. `given` may be a header block.
function listGet(given, name) {
  let list = given;
  if (typeof given === "string") {
    const isThere =
      StringPrototypeIndexOf(given, `\0${name}\0`) >= 0 || StringPrototypeStartsWith(given, `${name}\0`);
    if (!isThere) return null;
    list = blockToList(given);
  }
  const { length } = list;
  for (let i = 0; i < length; i += 2) {
    if (list[i] !== name) continue;
    let value = list[i + 1];
    for (i += 2; i < length; i += 2) {
      if (list[i] === name) value = `${value}, ${list[i + 1]}`;
    }
    return value;
  }
  return null;
}

function listDelete(list, name, from) {
  let to = from;
  for (let i = from; i < list.length; i += 2) {
    if (list[i] === name) continue;
    list[to] = list[i];
    list[to + 1] = list[i + 1];
    to += 2;
  }
  list.length = to;
}

function appendPair(list, name, value, context) {
  // Both are converted before either is judged, as Web IDL has it.
  const convertedName = typeof name === "string" ? name : ByteString(name, `${context}: the header name`);
  const convertedValue = typeof value === "string" ? value
    : ByteString(value, `${context}: the value of header '${convertedName}'`);
  const lower = normalizeName(convertedName, context);
  const { length } = list;
  list[length] = lower;
  list[length + 1] = normalizeValue(lower, convertedValue, context);
}

const toPair = webidl.sequence((value) => value);
function fillFromIterable(list, init, method, context) {
  const iterator = FunctionPrototypeCall(method, init);
  if (!webidl.isObject(iterator)) throw new TypeError(`${context}: the headers' iterator is not an object.`);
  const { next } = iterator;
  for (let index = 0; ; ++index) {
    const step = FunctionPrototypeCall(next, iterator);
    if (!webidl.isObject(step)) throw new TypeError(`${context}: the headers' iterator gave no object.`);
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
  if (!webidl.isObject(init)) {
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

function comparePairs(a, b) {
  return a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0;
}

// https://fetch.spec.whatwg.org/#concept-header-list-sort-and-combine
function sortAndCombine(list) {
  const pairs = [];
  const byName = new SafeMap();
  for (let i = 0; i < list.length; i += 2) {
    const name = list[i];
    const value = list[i + 1];
    const first = name === "set-cookie" ? undefined : byName.get(name);
    if (first !== undefined) {
      first[1] = `${first[1]}, ${value}`;
      continue;
    }
    const pair = [name, value];
    if (name !== "set-cookie") byName.set(name, pair);
    pairs[pairs.length] = pair;
  }
  return ArrayPrototypeSort(pairs, comparePairs);
}

// The header block that native code takes: "name\0value\0" for each header.
function listToBlock(list) {
  let block = "";
  for (let i = 0; i < list.length; i += 2) block += `${list[i]}\0${list[i + 1]}\0`;
  return block;
}

function blockToList(block) {
  const list = [];
  for (let at = 0; at < block.length;) {
    const end = StringPrototypeIndexOf(block, "\0", at);
    list[list.length] = StringPrototypeSlice(block, at, end);
    at = end + 1;
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
let pairsOf;
let headersGuard;
let blockOf;

class Headers {
  #list; // null: still with the request of #slot, or as a header block in its place
  #slot;
  #guard;
  #pairs = null; // sorted and combined; null when #list changed since

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
    const list = listOf(this);
    const context = "Failed to execute 'append' on 'Headers'";
    webidl.requiredArguments(arguments.length, 2, context);
    // The pair is checked before the guard is, as the standard has it.
    const pair = [];
    appendPair(pair, name, value, context);
    checkGuard(this.#guard);
    if (this.#guard === kGuardNoCors && !mayAppend(list, pair[0], pair[1])) return;
    list[list.length] = pair[0];
    list[list.length] = pair[1];
    this.#pairs = null;
  }

  delete(name) {
    const list = listOf(this);
    webidl.requiredArguments(arguments.length, 1, "Failed to execute 'delete' on 'Headers'");
    const lower = normalizeName(name, "Failed to execute 'delete' on 'Headers'");
    checkGuard(this.#guard);
    if (this.#guard === kGuardNoCors && !isSafelistedName(lower)) return;
    listDelete(list, lower, 0);
    this.#pairs = null;
  }

  get(name) {
    const list = listOf(this);
    webidl.requiredArguments(arguments.length, 1, "Failed to execute 'get' on 'Headers'");
    return listGet(list, normalizeName(name, "Failed to execute 'get' on 'Headers'"));
  }

  getSetCookie() {
    return setCookies(listOf(this));
  }

  getAll(name) {
    const list = listOf(this);
    webidl.requiredArguments(arguments.length, 1, "Failed to execute 'getAll' on 'Headers'");
    if (normalizeName(name, "Failed to execute 'getAll' on 'Headers'") !== "set-cookie") {
      throw new TypeError("getAll() can only be used with the header name \"Set-Cookie\".");
    }
    return setCookies(list);
  }

  has(name) {
    const list = listOf(this);
    webidl.requiredArguments(arguments.length, 1, "Failed to execute 'has' on 'Headers'");
    return listFind(list, normalizeName(name, "Failed to execute 'has' on 'Headers'")) >= 0;
  }

  set(name, value) {
    const list = listOf(this);
    const context = "Failed to execute 'set' on 'Headers'";
    webidl.requiredArguments(arguments.length, 2, context);
    const pair = [];
    appendPair(pair, name, value, context);
    checkGuard(this.#guard);
    if (this.#guard === kGuardNoCors && !isSafelisted(pair[0], pair[1])) return;
    const at = listFind(list, pair[0]);
    if (at < 0) {
      list[list.length] = pair[0];
      list[list.length] = pair[1];
    } else {
      list[at + 1] = pair[1];
      listDelete(list, pair[0], at + 2);
    }
    this.#pairs = null;
  }

  static {
    isHeaders = (value) => typeof value === "object" && value !== null && #list in value;
    listOf = (headers) => {
      if (typeof headers !== "object" || headers === null || !(#list in headers)) webidl.illegalInvocation();
      const list = headers.#list;
      if (list !== null) return list;
      const slot = headers.#slot;
      return headers.#list = typeof slot === "string" ? blockToList(slot) : ops.requestHeaders(slot);
    };
    blockOf = (headers) => {
      const slot = headers.#slot;
      return headers.#list === null && typeof slot === "string" ? slot : listToBlock(listOf(headers));
    };
    headersGuard = (headers) => headers.#guard;
    pairsOf = (headers) => {
      const list = listOf(headers);
      return headers.#pairs ??= sortAndCombine(list);
    };
  }
}
webidl.pairIterable(Headers, "Headers", pairsOf);
webidl.defineInterface(Headers);
const headersEntries = Headers.prototype.entries;

// Takes `list`, which may be a header block, over. Its names must be lower-case, its values checked.
function createHeaders(list, guard) {
  return typeof list === "string" ? new Headers(constructKey, null, guard, list)
    : new Headers(constructKey, list, guard, 0);
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
exports.headersPairs = pairsOf;
exports.fillList = fillList;
exports.listFind = listFind;
exports.listGet = listGet;
exports.listDelete = listDelete;
exports.listToBlock = listToBlock;
exports.toHeaderBlock = blockOf;
exports.trimHttpWhitespace = trimHttpWhitespace;
