// SPDX-License-Identifier: Apache-2.0
// URLSearchParams: https://url.spec.whatwg.org/#interface-urlsearchparams
"use strict";

const webidl = require("webidl/webidl");
const { parseUrlencoded, serializeUrlencoded } = require("url/urlencoded");
const {
  ArrayPrototypePush, ArrayPrototypeSort, ReflectOwnKeys, StringPrototypeSlice, TypeError,
} = primordials;

const { USVString } = webidl.converters;
const sequenceOfPairs = webidl.sequence(webidl.sequence(USVString));
const recordOfStrings = webidl.record(USVString, USVString);

// Sets a URL's query; url.js gives it.
let updateUrl;

function entriesFromInit(init, context) {
  if (webidl.isObject(init)) {
    if (!webidl.isIterable(init)) {
      const record = recordOfStrings(init, context);
      const entries = [];
      const names = ReflectOwnKeys(record);
      for (let i = 0; i < names.length; ++i) ArrayPrototypePush(entries, [names[i], record[names[i]]]);
      return entries;
    }
    const pairs = sequenceOfPairs(init, context);
    for (let i = 0; i < pairs.length; ++i) {
      if (pairs[i].length === 2) continue;
      throw new TypeError(`${context}, index ${i} has ${pairs[i].length} elements: give [name, value].`);
    }
    return pairs;
  }
  const text = USVString(init, context);
  return parseUrlencoded(text[0] === "?" ? StringPrototypeSlice(text, 1) : text);
}

function context(method, parameter) {
  return `Failed to execute '${method}' on 'URLSearchParams': parameter ${parameter}`;
}

function compareNames(a, b) {
  return a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0;
}

class URLSearchParams {
  #list;
  #url = null;

  constructor(init = "") {
    if (init === webidl.constructKey) return;
    this.#list = init === "" ? []
      : entriesFromInit(init, "Failed to construct 'URLSearchParams': parameter 1");
  }

  get size() {
    return URLSearchParams.#listOf(this).length;
  }

  append(name, value) {
    const list = URLSearchParams.#listOf(this);
    webidl.requiredArguments(arguments.length, 2, "Failed to execute 'append' on 'URLSearchParams'");
    name = USVString(name, context("append", 1));
    value = USVString(value, context("append", 2));
    ArrayPrototypePush(list, [name, value]);
    this.#update();
  }

  delete(name, value = undefined) {
    const list = URLSearchParams.#listOf(this);
    webidl.requiredArguments(arguments.length, 1, "Failed to execute 'delete' on 'URLSearchParams'");
    name = USVString(name, context("delete", 1));
    if (value !== undefined) value = USVString(value, context("delete", 2));
    let kept = 0;
    for (let i = 0; i < list.length; ++i) {
      const entry = list[i];
      if (entry[0] !== name || (value !== undefined && entry[1] !== value)) list[kept++] = entry;
    }
    list.length = kept;
    this.#update();
  }

  get(name) {
    const list = URLSearchParams.#listOf(this);
    webidl.requiredArguments(arguments.length, 1, "Failed to execute 'get' on 'URLSearchParams'");
    name = USVString(name, context("get", 1));
    for (let i = 0; i < list.length; ++i) {
      if (list[i][0] === name) return list[i][1];
    }
    return null;
  }

  getAll(name) {
    const list = URLSearchParams.#listOf(this);
    webidl.requiredArguments(arguments.length, 1, "Failed to execute 'getAll' on 'URLSearchParams'");
    name = USVString(name, context("getAll", 1));
    const values = [];
    for (let i = 0; i < list.length; ++i) {
      if (list[i][0] === name) ArrayPrototypePush(values, list[i][1]);
    }
    return values;
  }

  has(name, value = undefined) {
    const list = URLSearchParams.#listOf(this);
    webidl.requiredArguments(arguments.length, 1, "Failed to execute 'has' on 'URLSearchParams'");
    name = USVString(name, context("has", 1));
    if (value !== undefined) value = USVString(value, context("has", 2));
    for (let i = 0; i < list.length; ++i) {
      if (list[i][0] === name && (value === undefined || list[i][1] === value)) return true;
    }
    return false;
  }

  set(name, value) {
    const list = URLSearchParams.#listOf(this);
    webidl.requiredArguments(arguments.length, 2, "Failed to execute 'set' on 'URLSearchParams'");
    name = USVString(name, context("set", 1));
    value = USVString(value, context("set", 2));
    let kept = 0;
    let found = false;
    for (let i = 0; i < list.length; ++i) {
      const entry = list[i];
      if (entry[0] === name) {
        if (found) continue;
        found = true;
        entry[1] = value;
      }
      list[kept++] = entry;
    }
    list.length = kept;
    if (!found) ArrayPrototypePush(list, [name, value]);
    this.#update();
  }

  sort() {
    ArrayPrototypeSort(URLSearchParams.#listOf(this), compareNames);
    this.#update();
  }

  toString() {
    return serializeUrlencoded(URLSearchParams.#listOf(this));
  }

  #update() {
    if (this.#url !== null) updateUrl(this.#url, serializeUrlencoded(this.#list));
  }

  static #listOf(params) {
    return webidl.isObject(params) && #list in params ? params.#list : webidl.illegalInvocation();
  }

  static {
    webidl.defineInterface(URLSearchParams);
    webidl.pairIterable(URLSearchParams, "URLSearchParams", (params) => URLSearchParams.#listOf(params));

    exports.isURLSearchParams = (value) => webidl.isObject(value) && #list in value;
    exports.urlSearchParamsEntries = (params) => params.#list;
    // The params of a URL, whose changes go back to it.
    exports.linkedURLSearchParams = (url, query) => {
      const params = new URLSearchParams(webidl.constructKey);
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
