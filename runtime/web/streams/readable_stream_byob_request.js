// SPDX-License-Identifier: Apache-2.0
// ReadableStreamBYOBRequest: https://streams.spec.whatwg.org/#rs-byob-request-class
"use strict";

const webidl = require("webidl/webidl");
const { bufferOf, isDetached } = require("streams/buffers");
const { TypeError } = primordials;

const { ArrayBufferView, "unsigned long long": unsignedLongLong } = webidl.converters;
const enforceRange = { __proto__: null, enforceRange: true };

let stateOf;

class ReadableStreamBYOBRequest {
  #s;

  constructor(key = undefined, s = undefined) {
    if (key !== webidl.constructKey) webidl.illegalConstructor();
    this.#s = s;
  }

  get view() {
    return stateOf(this).view;
  }

  respond(bytesWritten) {
    const s = stateOf(this);
    const context = "Failed to execute 'respond' on 'ReadableStreamBYOBRequest'";
    webidl.requiredArguments(arguments.length, 1, context);
    const count = unsignedLongLong(bytesWritten, `${context}: parameter 1`, enforceRange);
    if (s.controller === null) throw new TypeError(`${context}: the request has been answered already.`);
    if (isDetached(bufferOf(s.view))) throw new TypeError(`${context}: the view's buffer is detached.`);
    s.controller.respond(count);
  }

  respondWithNewView(view) {
    const s = stateOf(this);
    const context = "Failed to execute 'respondWithNewView' on 'ReadableStreamBYOBRequest'";
    webidl.requiredArguments(arguments.length, 1, context);
    ArrayBufferView(view, `${context}: parameter 1`);
    if (s.controller === null) throw new TypeError(`${context}: the request has been answered already.`);
    if (isDetached(bufferOf(view))) throw new TypeError(`${context}: the view's buffer is detached.`);
    s.controller.respondWithNewView(view);
  }

  static {
    stateOf = (request) => webidl.isObject(request) && #s in request ? request.#s : webidl.illegalInvocation();
  }
}

webidl.defineInterface(ReadableStreamBYOBRequest);

exports.ReadableStreamBYOBRequest = ReadableStreamBYOBRequest;
// The public object of a ByobRequestState.
exports.byobRequestOf = (s) => s.object ??= new ReadableStreamBYOBRequest(webidl.constructKey, s);
