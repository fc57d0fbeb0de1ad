// SPDX-License-Identifier: Apache-2.0
// fetchMock of "cloudflare:test": undici's MockAgent, the part that tests of workers use, over mock.fetch. Of several
// interceptors that fit the oldest answers, once, unless times() or persist() say otherwise.
// https://undici.nodejs.org/#/docs/api/MockAgent
"use strict";

const { addQueued, mockFetch } = require("testing/mock_fetch");
const { inspect } = require("console/inspect");
const { isFound } = require("testing/text_pattern");
const { URL } = require("url/url");
const { URLSearchParams } = require("url/url_search_params");
const {
  ArrayIsArray, ArrayPrototypeIncludes, ArrayPrototypeJoin, ArrayPrototypePush, Error, JSONStringify, ObjectKeys,
  StringPrototypeIncludes, StringPrototypeToUpperCase, TypeError,
} = primordials;

const kOptions = ["path", "method", "query", "headers", "body"];

let interceptors = []; // that must have answered by assertNoPendingInterceptors()

// A text is compared, a regular expression is searched for, a function is asked.
function matches(wanted, text) {
  if (typeof wanted === "function") return !!wanted(text);
  return typeof wanted === "object" && wanted !== null ? isFound(wanted, text) : wanted === text;
}

function bodyOf(data) {
  return typeof data === "object" && data !== null && !primordials.ArrayBufferIsView(data) ? JSONStringify(data) : data;
}

function checkOptions(options) {
  if (typeof options !== "object" || options === null || options.path === undefined) {
    throw new TypeError(`fetchMock: intercept() takes { path, method?, query?, headers?, body? }; got ${
      inspect(options)}`);
  }
  const names = ObjectKeys(options);
  for (let i = 0; i < names.length; ++i) {
    if (!ArrayPrototypeIncludes(kOptions, names[i])) {
      throw new TypeError(`fetchMock: intercept() has no option "${names[i]}"; there are ${
        ArrayPrototypeJoin(kOptions, ", ")}`);
    }
  }
}

// The parameters of `query`, and those in a path, in an order that does not matter.
function withQuery(path, query) {
  if (typeof path !== "string") {
    if (query !== undefined) throw new TypeError("fetchMock: intercept() takes `query` beside a path that is a text");
    return path;
  }
  let text = path;
  if (query !== undefined) {
    if (StringPrototypeIncludes(path, "?")) throw new TypeError(`fetchMock: the path ${path} has a query already`);
    const params = new URLSearchParams();
    const names = ObjectKeys(query);
    for (let i = 0; i < names.length; ++i) {
      const values = ArrayIsArray(query[names[i]]) ? query[names[i]] : [query[names[i]]];
      for (let k = 0; k < values.length; ++k) params.append(names[i], values[k]);
    }
    text += `?${params}`;
  }
  return sorted(new URL(text, "http://localhost"));
}

function sorted(url) {
  url.searchParams.sort();
  return url.pathname + url.search;
}

// Of a Headers object: every one that is named has to be there, and to fit.
function fitsHeaders(wanted, headers) {
  if (typeof wanted === "function") {
    const all = {};
    headers.forEach((value, name) => { all[name] = value; });
    return !!wanted(all);
  }
  const names = ObjectKeys(wanted);
  for (let i = 0; i < names.length; ++i) {
    const value = headers.get(names[i]);
    if (value === null || !matches(wanted[names[i]], value)) return false;
  }
  return true;
}

class Interceptor {
  constructor(origin, options) {
    checkOptions(options);
    this.origin = origin;
    this.options = options;
    this.path = withQuery(options.path, options.query);
    this.method = StringPrototypeToUpperCase(options.method ?? "GET");
    this.mock = undefined;
    this.isPersistent = false;
    this.count = 0; // of answers
  }

  get label() {
    return `${this.method} ${this.origin}${this.path}`;
  }

  get isPending() {
    return this.isPersistent ? this.count === 0 : this.mock.left > 0;
  }

  matches(text) {
    const url = new URL(text);
    if (!matches(this.origin, url.origin)) return false;
    if (typeof this.path === "string") return this.path === sorted(url);
    return matches(this.path, url.pathname + url.search);
  }

  fits({ headers, body }) {
    const { options } = this;
    return (options.headers === undefined || fitsHeaders(options.headers, headers)) &&
      (options.body === undefined || matches(options.body, body));
  }

  // reply(status, data?, { headers }?), or reply((request) => ({ statusCode, data, responseOptions })).
  reply(status, data = undefined, options = {}) {
    return this.#add((request) => {
      let chosen = { statusCode: status, data, responseOptions: options };
      if (typeof status === "function") chosen = status(request);
      const { responseOptions = {} } = chosen;
      const value = typeof chosen.data === "function" ? chosen.data(request) : chosen.data;
      return { status: chosen.statusCode, headers: responseOptions.headers ?? {}, body: bodyOf(value) ?? null };
    });
  }

  replyWithError(error) {
    return this.#add(() => error instanceof Error ? error : new Error(`${error}`));
  }

  #add(answer) {
    const { headers, body } = this.options;
    const fits = headers === undefined && body === undefined ? undefined : (content) => this.fits(content);
    this.mock = addQueued(this.label, (url) => this.matches(url), fits, (request) => {
      ++this.count;
      return answer(request);
    }, this.method);
    ArrayPrototypePush(interceptors, this);
    const again = (times) => {
      this.isPersistent = times === Infinity;
      this.mock.left = times;
      return scope;
    };
    const scope = { times: again, persist: () => again(Infinity), delay: () => scope };
    return scope;
  }
}

exports.fetchMock = {
  activate() {},
  deactivate() {
    mockFetch.reset();
    interceptors = [];
  },
  disableNetConnect() {},
  enableNetConnect() {
    throw new Error("fetchMock.enableNetConnect(): tests do not reach the network; mock what they fetch");
  },
  get(origin) {
    return { intercept: (options) => new Interceptor(origin, options) };
  },
  assertNoPendingInterceptors() {
    const pending = [];
    for (let i = 0; i < interceptors.length; ++i) {
      if (interceptors[i].isPending) ArrayPrototypePush(pending, interceptors[i].label);
    }
    interceptors = [];
    if (pending.length > 0) throw new Error(`fetchMock: nobody fetched ${ArrayPrototypeJoin(pending, ", ")}`);
  },
};
