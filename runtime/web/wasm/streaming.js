// SPDX-License-Identifier: Apache-2.0
// WebAssembly.compileStreaming and WebAssembly.instantiateStreaming: https://webassembly.github.io/spec/web-api/
// The bytes are compiled once all are there.
"use strict";

const webidl = require("webidl/webidl");
const { kNative, takeBytes } = require("fetch/body");
const { isResponse, responseBody, responseHeaderList, responseStatus } = require("fetch/response");
const { listGet } = require("fetch/header_list");
const { trimHttpWhitespace } = require("fetch/header_text");
const { whenInstalling } = require("script/define_missing");
const {
  ObjectDefineProperty, PromiseResolve, StringPrototypeToLowerCase, TypeError, Uint8Array, globalThis: globalObject,
} = primordials;

// As they are before the worker runs: V8 makes WebAssembly only when an isolate starts.
let compile;
let instantiate;

function checkResponse(response, context) {
  if (!isResponse(response)) throw new TypeError(`${context}: parameter 1 is not of type 'Response'.`);
  const type = listGet(responseHeaderList(response), "content-type");
  if (type === null || StringPrototypeToLowerCase(trimHttpWhitespace(type)) !== "application/wasm") {
    const found = type === null ? "absent" : `'${type}'`;
    throw new TypeError(`${context}: the response's Content-Type is ${found}, and not 'application/wasm'.`);
  }
  const status = responseStatus(response);
  if (status < 200 || status > 299) throw new TypeError(`${context}: the response's status is ${status}.`);
}

async function compileResponse(source, options, context) {
  const response = await PromiseResolve(source);
  checkResponse(response, context);
  const body = responseBody(response);
  if (body === null) return await compile(new Uint8Array(0), options);
  const { kind } = body;
  const bytes = kind < kNative ? takeBytes(body) : (await takeBytes(body)).bytes;
  return await compile(bytes, options);
}

const functions = {
  async compileStreaming(source, options = undefined) {
    const context = "Failed to execute 'compileStreaming' on 'WebAssembly'";
    webidl.requiredArguments(arguments.length, 1, context);
    return await compileResponse(source, options, context);
  },
  async instantiateStreaming(source, importObject = undefined, options = undefined) {
    const context = "Failed to execute 'instantiateStreaming' on 'WebAssembly'";
    webidl.requiredArguments(arguments.length, 1, context);
    if (importObject !== undefined && !webidl.isObject(importObject)) {
      webidl.fail(`${context}: parameter 2`, "is not an object.");
    }
    const module = await compileResponse(source, options, context);
    return { module, instance: await instantiate(module, importObject) };
  },
};

whenInstalling(() => {
  const { WebAssembly } = globalObject;
  if (WebAssembly === undefined) return;
  ({ compile, instantiate } = WebAssembly);
  for (const name in functions) {
    ObjectDefineProperty(WebAssembly, name,
      { __proto__: null, value: functions[name], writable: true, enumerable: true, configurable: true });
  }
});
