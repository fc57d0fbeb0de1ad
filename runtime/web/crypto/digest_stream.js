// SPDX-License-Identifier: Apache-2.0
// DigestStream, an interface of Workers: a WritableStream that hashes what is written into it.
// https://developers.cloudflare.com/workers/runtime-apis/web-crypto/#constructors
"use strict";

const webidl = require("webidl/webidl");
const { WritableStream } = require("streams/writable_stream");
const { WritableState } = require("streams/writable_state");
const { WritableControllerState } = require("streams/writable_controller_state");
const { Deferred } = require("streams/promises");
const { byteLengthOf } = require("streams/buffers");
const { toBuffer } = require("crypto/outcome");
const { ArrayBufferIsView, ArrayBufferPrototypeGetByteLength, BigInt, Error, PromiseReject, TypeError } = primordials;

function startHash(algorithm) {
  const { normalize } = require("crypto/algorithm");
  return require("crypto/hash").startHash(normalize("digest", algorithm));
}

// What is written, as a BufferSource: text counts as its UTF-8.
function toBytes(chunk) {
  if (typeof chunk === "string") return ops.utf8Encode(chunk);
  if (ArrayBufferIsView(chunk) || webidl.isArrayBuffer(chunk)) {
    return webidl.converters.BufferSource(chunk, "DigestStream: the chunk");
  }
  throw new TypeError("DigestStream: a chunk is no ArrayBuffer, view or string.");
}

class Sink {
  constructor(algorithm) {
    this.hash = startHash(algorithm);
    this.bytesWritten = 0;
    this.digest = new Deferred(true);
    this.highWaterMark = 1;
  }

  write(chunk) {
    try {
      const bytes = toBytes(chunk);
      if (!ops.cryptoUpdateHash(this.hash, bytes)) throw new Error("DigestStream: OpenSSL failed.");
      this.bytesWritten += webidl.isArrayBuffer(bytes)
        ? ArrayBufferPrototypeGetByteLength(bytes) : byteLengthOf(bytes);
      return undefined;
    } catch (error) {
      this.abort(error);
      return PromiseReject(error);
    }
  }

  close() {
    this.digest.resolve(toBuffer(ops.cryptoFinishHash(this.hash)));
    this.hash = null;
    return undefined;
  }

  abort(reason) {
    if (this.hash !== null) ops.cryptoDropHash(this.hash);
    this.hash = null;
    this.digest.reject(reason);
    return undefined;
  }
}
webidl.detachRecord(Sink);

let sinkOf;

class DigestStream extends WritableStream {
  #sink;

  constructor(algorithm) {
    const context = "Failed to construct 'DigestStream'";
    webidl.requiredArguments(arguments.length, 1, context);
    if (!webidl.isObject(algorithm)) algorithm = webidl.converters.DOMString(algorithm, `${context}: parameter 1`);
    const sink = new Sink(algorithm);
    const state = new WritableState();
    new WritableControllerState(state, sink, sink.highWaterMark, null).start(undefined);
    super(webidl.constructKey, state);
    this.#sink = sink;
  }

  get digest() {
    return sinkOf(this).digest.get();
  }

  get bytesWritten() {
    return BigInt(sinkOf(this).bytesWritten);
  }

  static {
    sinkOf = (stream) => webidl.isObject(stream) && #sink in stream ? stream.#sink : webidl.illegalInvocation();
  }
}
webidl.defineInterface(DigestStream);

exports.DigestStream = DigestStream;
