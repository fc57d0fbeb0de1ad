// SPDX-License-Identifier: Apache-2.0
// What TextDecoder and TextDecoderStream share:
// https://encoding.spec.whatwg.org/#interface-mixin-textdecodercommon
"use strict";

const webidl = require("webidl/webidl");
const { RangeError, TypeError, Uint8Array } = primordials;

// Flags and state size of ops.textDecode and ops.textDecodeStream.
const FATAL = 1;
const IGNORE_BOM = 2;
const MORE = 4;
const STATE_BYTES = 16;

const UTF8 = 0;

const convertOptions = webidl.dictionary("TextDecoderOptions", [
  { key: "fatal", converter: webidl.converters.boolean, defaultValue: () => false },
  { key: "ignoreBOM", converter: webidl.converters.boolean, defaultValue: () => false },
]);

class Decoder {
  #encoding = UTF8;
  #flags = 0;
  #state = null; // between pieces of one text

  // `label` may be undefined; `name` is the class that is constructed.
  constructor(label, options, name) {
    if (label !== undefined && label !== "utf-8") {
      label = webidl.converters.DOMString(label, `Failed to construct '${name}': parameter 1`);
      this.#encoding = ops.encodingFromLabel(label);
    }
    if (options !== undefined) {
      const { fatal, ignoreBOM } = convertOptions(options, `Failed to construct '${name}': parameter 2`);
      this.#flags = (fatal ? FATAL : 0) | (ignoreBOM ? IGNORE_BOM : 0);
    }
    if (this.#encoding < 0) {
      throw new RangeError(`Failed to construct '${name}': '${label}' is not a label of an encoding.`);
    }
  }

  get encoding() {
    return this.#encoding === UTF8 ? "utf-8" : ops.encodingName(this.#encoding);
  }
  get fatal() {
    return (this.#flags & FATAL) !== 0;
  }
  get ignoreBOM() {
    return (this.#flags & IGNORE_BOM) !== 0;
  }

  // The text of the next bytes; with `more`, an unfinished character waits for the next call.
  decode(bytes, more) {
    let text;
    if (!more && this.#state === null) {
      text = ops.textDecode(this.#encoding, this.#flags, bytes);
    } else {
      const state = this.#state ?? new Uint8Array(STATE_BYTES);
      this.#state = more ? state : null;
      text = ops.textDecodeStream(this.#encoding, this.#flags | (more ? MORE : 0), state, bytes);
    }
    if (text === null) throw new TypeError(`The encoded data was not valid for encoding ${this.encoding}.`);
    return text;
  }
}

const inputOptions = { __proto__: null, allowShared: true, allowResizable: true };

exports.Decoder = Decoder;
exports.convertDecodeInput = (value, context) => webidl.converters.BufferSource(value, context, inputOptions);
