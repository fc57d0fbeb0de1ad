// SPDX-License-Identifier: Apache-2.0
// fetchMock of "cloudflare:test": undici's MockAgent, the part that tests of workers use, over mock.fetch.
// https://undici.nodejs.org/#/docs/api/MockAgent
"use strict";

const { mockFetch } = require("testing/mock_fetch");
const { inspect } = require("console/inspect");
const {
  ArrayPrototypeJoin, ArrayPrototypePush, Error, JSONStringify, RegExpPrototypeExec, StringPrototypeToUpperCase,
  TypeError,
} = primordials;

let interceptors = []; // that must have answered by assertNoPendingInterceptors()

// A text is compared, a regular expression is searched for, a function is asked.
function matches(wanted, text) {
  if (typeof wanted === "function") return wanted(text);
  return typeof wanted === "object" && wanted !== null ? RegExpPrototypeExec(wanted, text) !== null : wanted === text;
}

function bodyOf(data) {
  return typeof data === "object" && data !== null && !primordials.ArrayBufferIsView(data) ? JSONStringify(data) : data;
}

class Interceptor {
  constructor(origin, options) {
    if (typeof options !== "object" || options === null || options.path === undefined) {
      throw new TypeError(`fetchMock: intercept() takes { path, method? }; got ${inspect(options)}`);
    }
    this.origin = origin;
    this.options = options;
    this.left = 1;
    this.isUsed = false;
  }

  get label() {
    return `${StringPrototypeToUpperCase(this.options.method ?? "GET")} ${this.origin}${this.options.path}`;
  }

  matches(url) {
    const { origin, pathname, search } = new (require("url/url").URL)(url);
    return matches(this.origin, origin) && matches(this.options.path, pathname + search);
  }

  // reply(status, data?, { headers }?), or reply((request) => ({ statusCode, data, responseOptions })).
  reply(status, data = undefined, options = {}) {
    const answer = (request) => {
      this.isUsed = true;
      let chosen = { statusCode: status, data, responseOptions: options };
      if (typeof status === "function") chosen = status(request);
      const { responseOptions = {} } = chosen;
      const value = typeof chosen.data === "function" ? chosen.data(request) : chosen.data;
      return { status: chosen.statusCode, headers: responseOptions.headers ?? {}, body: bodyOf(value) ?? null };
    };
    return this.#add(answer);
  }

  replyWithError(error) {
    return this.#add(() => {
      this.isUsed = true;
      return error instanceof Error ? error : new Error(`${error}`);
    });
  }

  #add(answer) {
    const options = { method: this.options.method ?? "GET", times: this.left };
    ArrayPrototypePush(interceptors, this);
    const pattern = (url) => this.matches(url);
    let handle = mockFetch(pattern, answer, options);
    const again = (times) => {
      handle.restore();
      handle = mockFetch(pattern, answer, { ...options, times });
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
      if (!interceptors[i].isUsed) ArrayPrototypePush(pending, interceptors[i].label);
    }
    interceptors = [];
    if (pending.length > 0) throw new Error(`fetchMock: nobody fetched ${ArrayPrototypeJoin(pending, ", ")}`);
  },
};
