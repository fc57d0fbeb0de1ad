// SPDX-License-Identifier: Apache-2.0
// What is behind CompressionStream and DecompressionStream: a transform whose work is done by a native codec,
// in pieces: however much a chunk becomes, it comes out as fast as somebody reads it.
"use strict";

const webidl = require("webidl/webidl");
const { createTransformState } = require("streams/transform_stream");
const { READABLE } = require("streams/readable_state");
const { ERRORING } = require("streams/writable_state");
const { addAbortAlgorithm, removeAbortAlgorithm } = require("dom/abort_signal");
const { PromiseReject } = primordials;

// https://compression.spec.whatwg.org/#enumdef-compressionformat; the numbers are codecCreate's.
const formats = { __proto__: null, gzip: 0, deflate: 1, "deflate-raw": 2, brotli: 3 };
const convertFormat = webidl.enumeration("CompressionFormat", ["deflate", "deflate-raw", "gzip", "brotli"]);

const OUTPUT = 1; // what codecPending() gives; 0: nothing, 2: a failure, which codecMore() throws

class CodecTransform {
  constructor(format, decompresses, name) {
    this.format = formats[format];
    this.decompresses = decompresses;
    this.name = name;
    this.codec = null; // made for the first chunk, gone with the end of the stream
  }

  open() {
    return this.codec ??= ops.codecCreate(this.format, this.decompresses);
  }

  release() {
    if (this.codec !== null) ops.codecRelease(this.codec);
    this.codec = null;
  }

  fail(error) {
    this.release();
    return PromiseReject(error);
  }

  transform(chunk, state) {
    try {
      const source = webidl.converters.BufferSource(chunk, `A chunk written to a ${this.name}`);
      const codec = this.open();
      const bytes = ops.codecPush(codec, source);
      if (bytes === null) return undefined;
      state.enqueue(bytes);
      // A reader that got the chunk may have run: only through a thenable, but then it can do anything.
      if (this.codec === null || ops.codecPending(codec) === 0) return undefined;
    } catch (error) {
      return this.fail(error);
    }
    return this.drain(state);
  }

  // What comes out of a chunk besides the first piece.
  async drain(state) {
    const { writable } = state;
    const signal = writable.controller.getSignal();
    const wake = () => state.unblockWrite(); // an abort does not wait for a reader
    addAbortAlgorithm(signal, wake);
    try {
      for (;;) {
        const pending = ops.codecPending(this.codec);
        if (pending === 0) return;
        if (pending === OUTPUT && state.backpressure) await state.backpressureChange.get();
        // Aborted or cancelled: what ended it errors the other side, and frees the codec.
        if (writable.status === ERRORING || this.codec === null || state.readable.status !== READABLE) return;
        const bytes = ops.codecMore(this.codec);
        if (bytes !== null) state.enqueue(bytes);
        if (this.codec === null) return;
      }
    } catch (error) {
      this.release();
      throw error;
    } finally {
      removeAbortAlgorithm(signal, wake);
    }
  }

  // What a codec holds back is less than a few chunks: nobody waits for a reader.
  flush(state) {
    try {
      const codec = this.open();
      for (let bytes = ops.codecFinish(codec); bytes !== null; bytes = ops.codecFinish(codec)) {
        state.enqueue(bytes);
        if (this.codec === null) return undefined;
      }
      this.release();
      return undefined;
    } catch (error) {
      return this.fail(error);
    }
  }
}

webidl.detachRecord(CodecTransform);

// The TransformState of a new CompressionStream or DecompressionStream.
function createCodecTransform(format, decompresses, name) {
  const codec = new CodecTransform(format, decompresses, name);
  return createTransformState({
    __proto__: null,
    transform: (chunk, state) => codec.transform(chunk, state),
    flush: (state) => codec.flush(state),
    cancel: () => codec.release(),
  });
}

exports.convertFormat = convertFormat;
exports.createCodecTransform = createCodecTransform;
