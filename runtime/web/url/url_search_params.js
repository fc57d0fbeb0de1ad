// SPDX-License-Identifier: Apache-2.0
// URLSearchParams: https://url.spec.whatwg.org/#interface-urlsearchparams
"use strict";

const webidl = require("webidl/webidl");
const { parseUrlencoded, serializeUrlencoded } = require("url/urlencoded");
const {
  ArrayPrototypeSort, ReflectOwnKeys, StringPrototypeSlice, TypeError,
} = primordials;

const { USVString } = webidl.converters;
const { constructKey, illegalInvocation, isObject, requiredArguments, toUSVString } = webidl;
const sequenceOfPairs = webidl.sequence(webidl.sequence(USVString));
const recordOfStrings = webidl.record(USVString, USVString);

// Sets a URL's query; url.js gives it.
let updateUrl;

function entriesFromInit(init, context) {
  if (isObject(init)) {
    const entries = [];
    if (!webidl.isIterable(init)) {
      const record = recordOfStrings(init, context);
      const names = ReflectOwnKeys(record);
      for (let i = 0; i < names.length; ++i) {
        entries[2 * i] = names[i];
        entries[2 * i + 1] = record[names[i]];
      }
      return entries;
    }
    const pairs = sequenceOfPairs(init, context);
    for (let i = 0; i < pairs.length; ++i) {
      if (pairs[i].length !== 2) {
        throw new TypeError(`${context}, index ${i} has ${pairs[i].length} elements: give [name, value].`);
      }
      entries[2 * i] = pairs[i][0];
      entries[2 * i + 1] = pairs[i][1];
    }
    return entries;
  }
  const text = USVString(init, context);
  return parseUrlencoded(text[0] === "?" ? StringPrototypeSlice(text, 1) : text);
}

function context(method, parameter) {
  return `Failed to execute '${method}' on 'URLSearchParams': parameter ${parameter}`;
}

// Most are strings already; then no context is put together.
function textOf(value, method, parameter) {
  return typeof value === "string" ? toUSVString(value) : USVString(value, context(method, parameter));
}

function indexOfName(list, name) {
  for (let i = 0; i < list.length; i += 2) {
    if (list[i] === name) return i;
  }
  return -1;
}

// Where the first entry of that name is, or -1. No name in a list has lone surrogates: only one that is not found may.
function findName(list, name, method) {
  if (typeof name !== "string") return indexOfName(list, USVString(name, context(method, 1)));
  const at = indexOfName(list, name);
  if (at >= 0) return at;
  const text = toUSVString(name);
  return text === name ? -1 : indexOfName(list, text);
}

function compareNames(a, b) {
  return a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0;
}

// Stable, as the standard has it.
function sortEntries(list) {
  const pairs = [];
  for (let i = 0; i < list.length; i += 2) pairs[pairs.length] = [list[i], list[i + 1]];
  ArrayPrototypeSort(pairs, compareNames);
  for (let i = 0; i < pairs.length; ++i) {
    list[2 * i] = pairs[i][0];
    list[2 * i + 1] = pairs[i][1];
  }
}

class URLSearchParams {
  #list; // flat: [name, value, name, value ...]
  #url = null;

  constructor(init = "") {
    if (init === constructKey) return;
    this.#list = init === "" ? []
      : entriesFromInit(init, "Failed to construct 'URLSearchParams': parameter 1");
  }

  get size() {
    return URLSearchParams.#listOf(this).length / 2;
  }

  append(name, value) {
    const list = URLSearchParams.#listOf(this);
    requiredArguments(arguments.length, 2, "Failed to execute 'append' on 'URLSearchParams'");
    name = textOf(name, "append", 1);
    value = textOf(value, "append", 2);
    const at = list.length;
    list[at] = name;
    list[at + 1] = value;
    this.#update();
  }

  delete(name, value = undefined) {
    const list = URLSearchParams.#listOf(this);
    requiredArguments(arguments.length, 1, "Failed to execute 'delete' on 'URLSearchParams'");
    name = textOf(name, "delete", 1);
    if (value !== undefined) value = textOf(value, "delete", 2);
    let kept = 0;
    for (let i = 0; i < list.length; i += 2) {
      if (list[i] === name && (value === undefined || list[i + 1] === value)) continue;
      list[kept] = list[i];
      list[kept + 1] = list[i + 1];
      kept += 2;
    }
    list.length = kept;
    this.#update();
  }

  get(name) {
    const list = URLSearchParams.#listOf(this);
    requiredArguments(arguments.length, 1, "Failed to execute 'get' on 'URLSearchParams'");
    const at = findName(list, name, "get");
    return at < 0 ? null : list[at + 1];
  }

  getAll(name) {
    const list = URLSearchParams.#listOf(this);
    requiredArguments(arguments.length, 1, "Failed to execute 'getAll' on 'URLSearchParams'");
    const values = [];
    const first = findName(list, name, "getAll");
    if (first < 0) return values;
    const found = list[first];
    for (let i = first; i < list.length; i += 2) {
      if (list[i] === found) values[values.length] = list[i + 1];
    }
    return values;
  }

  has(name, value = undefined) {
    const list = URLSearchParams.#listOf(this);
    requiredArguments(arguments.length, 1, "Failed to execute 'has' on 'URLSearchParams'");
    if (value === undefined) return findName(list, name, "has") >= 0;
    name = textOf(name, "has", 1);
    value = textOf(value, "has", 2);
    for (let i = 0; i < list.length; i += 2) {
      if (list[i] === name && list[i + 1] === value) return true;
    }
    return false;
  }

  set(name, value) {
    const list = URLSearchParams.#listOf(this);
    requiredArguments(arguments.length, 2, "Failed to execute 'set' on 'URLSearchParams'");
    name = textOf(name, "set", 1);
    value = textOf(value, "set", 2);
    let kept = 0;
    let found = false;
    for (let i = 0; i < list.length; i += 2) {
      const isIt = list[i] === name;
      if (isIt && found) continue;
      list[kept] = list[i];
      list[kept + 1] = isIt ? value : list[i + 1];
      kept += 2;
      found ||= isIt;
    }
    list.length = kept;
    if (!found) {
      list[kept] = name;
      list[kept + 1] = value;
    }
    this.#update();
  }

  sort() {
    sortEntries(URLSearchParams.#listOf(this));
    this.#update();
  }

  toString() {
    return serializeUrlencoded(URLSearchParams.#listOf(this));
  }

  #update() {
    if (this.#url !== null) updateUrl(this.#url, serializeUrlencoded(this.#list));
  }

  static #listOf(params) {
    return isObject(params) && #list in params ? params.#list : illegalInvocation();
  }

  static {
    webidl.defineInterface(URLSearchParams);
    webidl.pairIterable(URLSearchParams, "URLSearchParams", (params) => URLSearchParams.#listOf(params));

    exports.isURLSearchParams = (value) => isObject(value) && #list in value;
    exports.urlSearchParamsEntries = (params) => params.#list;
    // The params of a URL, whose changes go back to it.
    exports.linkedURLSearchParams = (url, query) => {
      const params = new URLSearchParams(constructKey);
      params.#list = parseUrlencoded(query);
      params.#url = url;
      return params;
    };
    exports.replaceQuery = (params, query) => {
      params.#list = parseUrlencoded(query);
    };
  }
}

exports.URLSearchParams = URLSearchParams;
exports.parseUrlencoded = parseUrlencoded;
exports.serializeUrlencoded = serializeUrlencoded;
exports.setUrlUpdater = (update) => {
  updateUrl = update;
};
