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
  Array, ArrayIsArray, ArrayPrototypeJoin, ArrayPrototypeSort, FunctionPrototypeCall, JSONStringify, ObjectKeys,
  RegExpPrototypeExec, SafeMap, StringPrototypeCharCodeAt, StringPrototypeIndexOf, StringPrototypeSlice,
  StringPrototypeStartsWith, StringPrototypeToLowerCase, SymbolIterator, TypeError,
} = primordials;
const { ByteString } = webidl.converters;
const { constructKey, illegalInvocation, isObject, requiredArguments } = webidl;

const kGuardNone = 0;
const kGuardImmutable = 1;
const kGuardNoCors = 2; // leaves out what it does not let in

// Names and content types that a worker uses are few; what was checked once is not checked again.
const kCacheMaxEntries = 256;
const kCacheMaxLength = 64;
const kMaxInserted = 64; // headers
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

// Of a pair, both are converted before either is judged, as Web IDL has it.
function convertName(name, context) {
  return typeof name === "string" ? name : ByteString(name, `${context}: the header name`);
}

function convertValue(name, value, context) {
  return typeof value === "string" ? value : ByteString(value, `${context}: the value of header '${name}'`);
}

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

function comparePairs(a, b) {
  return a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0;
}

// https://fetch.spec.whatwg.org/#concept-header-list-sort-and-combine, flat. Few headers are put where they belong one
// by one; many, of which that would be the square, go through a map and a sort.
function sortAndCombine(list) {
  const { length } = list;
  if (length > 2 * kMaxInserted) return sortMany(list);
  const sorted = [];
  for (let i = 0; i < length; i += 2) {
    const name = list[i];
    const end = sorted.length;
    let at = end;
    while (at > 0 && name < sorted[at - 2]) at -= 2;
    if (at > 0 && sorted[at - 2] === name && name !== "set-cookie") {
      sorted[at - 1] = `${sorted[at - 1]}, ${list[i + 1]}`;
      continue;
    }
    for (let to = end; to > at; to -= 2) {
      sorted[to] = sorted[to - 2];
      sorted[to + 1] = sorted[to - 1];
    }
    sorted[at] = name;
    sorted[at + 1] = list[i + 1];
  }
  return sorted;
}

function joinShape(values, names) {
  const count = names.length - 1;
  const list = new Array(2 * count);
  for (let i = 0; i < count; ++i) {
    list[2 * i] = names[i];
    list[2 * i + 1] = values[i];
  }
  return list;
}

// What sortAndCombine() gives. How names sort is behind them: for each, where in a list it is. Names and order are
// shared between requests and only read here: what a script does to prototypes meanwhile must not stay in them.
function sortByShape(list, names) {
  const count = names.length - 1;
  const order = names[count];
  const sorted = [];
  for (let i = 0; i < count; ++i) {
    const from = order[i];
    const name = list[from];
    const at = sorted.length;
    if (at > 0 && sorted[at - 2] === name && name !== "set-cookie") {
      sorted[at - 1] = `${sorted[at - 1]}, ${list[from + 1]}`;
    } else {
      sorted[at] = name;
      sorted[at + 1] = list[from + 1];
    }
  }
  return sorted;
}

function sortMany(list) {
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
  ArrayPrototypeSort(pairs, comparePairs);
  const sorted = [];
  for (let i = 0; i < pairs.length; ++i) {
    sorted[2 * i] = pairs[i][0];
    sorted[2 * i + 1] = pairs[i][1];
  }
  return sorted;
}

// The header block that native code takes: "name\0value\0" for each header.
function listToBlock(list) {
  if (list.length === 2) return `${list[0]}\0${list[1]}\0`;
  return list.length === 0 ? "" : `${ArrayPrototypeJoin(list, "\0")}\0`;
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
      return headers.#list = joinShape(values, headers.#shape);
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
      return headers.#sorted = headers.#shape !== null ? sortByShape(list, headers.#shape) : sortAndCombine(list);
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
exports.listFind = listFind;
exports.listGet = listGet;
exports.listDelete = listDelete;
exports.listToBlock = listToBlock;
exports.toHeaderBlock = blockOf;
exports.trimHttpWhitespace = trimHttpWhitespace;
