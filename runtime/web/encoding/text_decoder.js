// SPDX-License-Identifier: Apache-2.0
// TextDecoder: https://encoding.spec.whatwg.org/#interface-textdecoder
"use strict";

const webidl = require("webidl/webidl");
const { Decoder, convertDecodeInput } = require("encoding/decoder");
const { Uint8Array } = primordials;

const convertOptions = webidl.dictionary("TextDecodeOptions", [
  { key: "stream", converter: webidl.converters.boolean, defaultValue: () => false },
]);

class TextDecoder {
  #decoder;

  constructor(label = undefined, options = undefined) {
    this.#decoder = new Decoder(label, options, "TextDecoder");
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

  decode(input = undefined, options = undefined) {
    if (!webidl.isObject(this) || !(#decoder in this)) webidl.illegalInvocation();
    const context = "Failed to execute 'decode' on 'TextDecoder': parameter";
    const bytes = input === undefined ? new Uint8Array(0) : convertDecodeInput(input, `${context} 1`);
    const more = options !== undefined && convertOptions(options, `${context} 2`).stream;
    return this.#decoder.decode(bytes, more);
  }
}

webidl.defineInterface(TextDecoder);

exports.TextDecoder = TextDecoder;
