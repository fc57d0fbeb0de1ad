// SPDX-License-Identifier: Apache-2.0
// TextDecoderStream: https://encoding.spec.whatwg.org/#interface-textdecoderstream
"use strict";

const webidl = require("webidl/webidl");
const { Decoder, convertDecodeInput } = require("encoding/decoder");
const { createTransformState, transformReadable, transformWritable } = require("streams/transform_stream");
const { PromiseReject, Uint8Array } = primordials;

class TextDecoderStream {
  #decoder;
  #transform;

  constructor(label = undefined, options = undefined) {
    const decoder = new Decoder(label, options, "TextDecoderStream");
    this.#decoder = decoder;
    const pass = (bytes, more, controller) => {
      const text = decoder.decode(bytes, more);
      if (text !== "") controller.enqueue(text);
    };
    this.#transform = createTransformState({
      __proto__: null,
      transform(chunk, controller) {
        try {
          return pass(convertDecodeInput(chunk, "A chunk written to a TextDecoderStream"), true, controller);
        } catch (error) {
          return PromiseReject(error);
        }
      },
      flush(controller) {
        try {
          return pass(new Uint8Array(0), false, controller);
        } catch (error) {
          return PromiseReject(error);
        }
      },
    });
  }

  get encoding() {
    return webidl.isObject(this) && #decoder in this ? this.#decoder.encoding : webidl.illegalInvocation();
  }

  get fatal() {
    return webidl.isObject(this) && #decoder in this ? this.#decoder.fatal : webidl.illegalInvocation();
  }

  get ignoreBOM() {
    return webidl.isObject(this) && #decoder in this ? this.#decoder.ignoreBOM : webidl.illegalInvocation();
  }

  get readable() {
    return webidl.isObject(this) && #transform in this ? transformReadable(this.#transform)
      : webidl.illegalInvocation();
  }

  get writable() {
    return webidl.isObject(this) && #transform in this ? transformWritable(this.#transform)
      : webidl.illegalInvocation();
  }
}

webidl.defineInterface(TextDecoderStream);

exports.TextDecoderStream = TextDecoderStream;
