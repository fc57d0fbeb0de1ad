// SPDX-License-Identifier: Apache-2.0
// TextEncoderStream: https://encoding.spec.whatwg.org/#interface-textencoderstream
"use strict";

const webidl = require("webidl/webidl");
const { createTransformState, transformReadable, transformWritable } = require("streams/transform_stream");
const { PromiseReject, StringPrototypeCharCodeAt, StringPrototypeSlice } = primordials;

const { DOMString } = webidl.converters;

class TextEncoderStream {
  #transform;

  constructor() {
    let leadSurrogate = ""; // the last unit of a chunk, whose partner may begin the next one
    this.#transform = createTransformState({
      __proto__: null,
      transform(chunk, controller) {
        try {
          let text = leadSurrogate + DOMString(chunk, "A chunk written to a TextEncoderStream");
          const last = text.length - 1;
          leadSurrogate = "";
          if (last >= 0 && (StringPrototypeCharCodeAt(text, last) & 0xFC00) === 0xD800) {
            leadSurrogate = text[last];
            text = StringPrototypeSlice(text, 0, last);
          }
          if (text !== "") controller.enqueue(ops.utf8Encode(text));
          return undefined;
        } catch (error) {
          return PromiseReject(error);
        }
      },
      flush(controller) {
        try {
          if (leadSurrogate !== "") controller.enqueue(ops.utf8Encode(leadSurrogate));
          return undefined;
        } catch (error) {
          return PromiseReject(error);
        }
      },
    });
  }

  get encoding() {
    return webidl.isObject(this) && #transform in this ? "utf-8" : webidl.illegalInvocation();
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

webidl.defineInterface(TextEncoderStream);

exports.TextEncoderStream = TextEncoderStream;
