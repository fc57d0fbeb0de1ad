// SPDX-License-Identifier: Apache-2.0
// Blob: https://w3c.github.io/FileAPI/#blob-section. A blob is a list of immutable byte runs: blobs made of
// blobs and slices share them, and they are joined when somebody needs them in one piece.
"use strict";

const webidl = require("webidl/webidl");
const { replaceMatches } = require("file/replace_matches");
const { createContentStream, kContentChunkBytes, setContentSource } = require("streams/readable_stream");
const {
  ArrayBufferIsView, DataViewPrototypeGetByteLength, DataViewPrototypeGetByteOffset, PromiseReject,
  PromiseResolve,
  RegExpPrototypeExec, StringPrototypeToLowerCase,
  TypedArrayPrototypeGetBuffer, TypedArrayPrototypeGetByteLength, TypedArrayPrototypeGetByteOffset,
  TypedArrayPrototypeGetSymbolToStringTag, TypedArrayPrototypeSet, Uint8Array,
} = primordials;
const { constructKey, converters } = webidl;

const notPrintable = /[^\x20-\x7E]/;
const lineEndings = /\r\n?|\n/g;

// A view of all bytes of a BufferSource; not a copy.
function viewBytes(source) {
  if (!ArrayBufferIsView(source)) return new Uint8Array(source);
  return TypedArrayPrototypeGetSymbolToStringTag(source) === undefined
    ? new Uint8Array(webidl.bufferOf(source), DataViewPrototypeGetByteOffset(source),
      DataViewPrototypeGetByteLength(source))
    : new Uint8Array(TypedArrayPrototypeGetBuffer(source), TypedArrayPrototypeGetByteOffset(source),
      TypedArrayPrototypeGetByteLength(source));
}

// A copy with a buffer of its own.
function copyBytes(source) {
  return new Uint8Array(viewBytes(source));
}

// The bytes [from, to) of a Uint8Array, sharing its buffer. (subarray() would ask for the species.)
function subBytes(bytes, from, to) {
  return new Uint8Array(TypedArrayPrototypeGetBuffer(bytes), TypedArrayPrototypeGetByteOffset(bytes) + from,
    to - from);
}

// Where bytes are copied at once, those of a SharedArrayBuffer may be given too, as on Workers.
const sharedToo = { __proto__: null, allowShared: true };

function isBufferSource(value) {
  return ArrayBufferIsView(value) || webidl.isArrayBuffer(value);
}

function convertPart(value, context) {
  if (typeof value === "object" && value !== null) {
    if (isBlob(value)) return value;
    if (isBufferSource(value)) return converters.BufferSource(value, context, sharedToo);
    if (webidl.isSharedArrayBuffer(value)) return value;
  }
  return converters.USVString(value, context);
}
const convertParts = webidl.sequence(convertPart);

const convertOptions = webidl.dictionary("BlobPropertyBag", [
  {
    key: "endings",
    converter: webidl.enumeration("EndingType", ["transparent", "native"]),
    defaultValue: () => "transparent",
  },
  { key: "type", converter: converters.DOMString, defaultValue: () => "" },
]);

function normalizeType(type) {
  return RegExpPrototypeExec(notPrintable, type) !== null ? "" : StringPrototypeToLowerCase(type);
}

// Gives [bytes, bytes ...] for converted blob parts.
function processParts(parts, endings) {
  const runs = [];
  for (let i = 0; i < parts.length; ++i) {
    const part = parts[i];
    if (typeof part === "string") {
      const text = endings === "native" ? replaceMatches(lineEndings, part, "\n") : part;
      if (text !== "") runs[runs.length] = ops.utf8Encode(text);
    } else if (isBlob(part)) {
      const inner = runsOf(part);
      for (let k = 0; k < inner.length; ++k) runs[runs.length] = inner[k];
    } else {
      const copy = copyBytes(part);
      if (TypedArrayPrototypeGetByteLength(copy) > 0) runs[runs.length] = copy;
    }
  }
  return runs;
}

function totalLength(runs) {
  let size = 0;
  for (let i = 0; i < runs.length; ++i) size += TypedArrayPrototypeGetByteLength(runs[i]);
  return size;
}

// The runs that hold the bytes [from, to).
function sliceRuns(runs, from, to) {
  const result = [];
  let at = 0;
  for (let i = 0; i < runs.length && at < to; ++i) {
    const run = runs[i];
    const end = at + TypedArrayPrototypeGetByteLength(run);
    if (end > from) {
      const first = from > at ? from - at : 0;
      const last = end > to ? to - at : end - at;
      if (last > first) result[result.length] = subBytes(run, first, last);
    }
    at = end;
  }
  return result;
}

function joinRuns(runs) {
  const bytes = new Uint8Array(totalLength(runs));
  let at = 0;
  for (let i = 0; i < runs.length; ++i) {
    TypedArrayPrototypeSet(bytes, runs[i], at);
    at += TypedArrayPrototypeGetByteLength(runs[i]);
  }
  return bytes;
}

let isBlob;
let runsOf;
let blobSize;
let blobType;
let blobBytes;

class Blob {
  #runs; // Uint8Arrays that nobody changes
  #size;
  #type;

  // Internal code passes (constructKey, runs, type).
  constructor(blobParts = undefined, options = undefined, type = "") {
    if (blobParts === constructKey) {
      this.#runs = options;
      this.#size = totalLength(options);
      this.#type = type;
      return;
    }
    const context = "Failed to construct 'Blob'";
    const parts = blobParts === undefined ? [] : convertParts(blobParts, `${context}: parameter 1`);
    const converted = convertOptions(options, `${context}: parameter 2`);
    this.#runs = processParts(parts, converted.endings);
    this.#size = totalLength(this.#runs);
    this.#type = normalizeType(converted.type);
  }

  get size() { return blobSize(this); }
  get type() { return blobType(this); }

  slice(start = 0, end = undefined, contentType = "") {
    const size = blobSize(this);
    const context = "Failed to execute 'slice' on 'Blob'";
    const clamp = { __proto__: null, clamp: true };
    let from = converters["long long"](start, `${context}: parameter 1`, clamp);
    let to = end === undefined ? size : converters["long long"](end, `${context}: parameter 2`, clamp);
    const type = converters.DOMString(contentType, `${context}: parameter 3`);
    from = from < 0 ? (size + from < 0 ? 0 : size + from) : from > size ? size : from;
    to = to < 0 ? (size + to < 0 ? 0 : size + to) : to > size ? size : to;
    return createBlob(from < to ? sliceRuns(this.#runs, from, to) : [], normalizeType(type));
  }

  stream() {
    if (!webidl.isObject(this) || !(#runs in this)) webidl.illegalInvocation();
    return createContentStream(this.#runs);
  }

  text() {
    try {
      return PromiseResolve(decodeText(blobBytes(this)));
    } catch (error) {
      return PromiseReject(error);
    }
  }

  arrayBuffer() {
    try {
      return PromiseResolve(TypedArrayPrototypeGetBuffer(copyBytes(blobBytes(this))));
    } catch (error) {
      return PromiseReject(error);
    }
  }

  bytes() {
    try {
      return PromiseResolve(copyBytes(blobBytes(this)));
    } catch (error) {
      return PromiseReject(error);
    }
  }

  static {
    isBlob = (value) => typeof value === "object" && value !== null && #runs in value;
    runsOf = (blob) => blob.#runs;
    blobSize = (blob) => webidl.isObject(blob) && #runs in blob ? blob.#size : webidl.illegalInvocation();
    blobType = (blob) => webidl.isObject(blob) && #runs in blob ? blob.#type : webidl.illegalInvocation();
    // The bytes in one piece: not to be changed, not to be given to a worker.
    blobBytes = (blob) => {
      if (!webidl.isObject(blob) || !(#runs in blob)) webidl.illegalInvocation();
      if (blob.#runs.length !== 1) blob.#runs = [joinRuns(blob.#runs)];
      return blob.#runs[0];
    };
  }
}
webidl.defineInterface(Blob);

// https://encoding.spec.whatwg.org/#utf-8-decode
function decodeText(bytes) {
  return ops.utf8Decode(bytes);
}

// Takes over the byte runs, which nobody may change from now on. `type` is not checked.
function createBlob(runs, type) {
  return new Blob(constructKey, runs, type);
}

// A byte stream over the runs; chunks are copies, for a reader may transfer or change them.
class RunsSource {
  constructor(runs) {
    this.type = "bytes";
    this.length = totalLength(runs);
    this.runs = runs;
    this.index = 0;
    this.at = 0;
  }

  pull(controller) {
    if (this.index >= this.runs.length) {
      closeByteStream(controller);
      return;
    }
    const run = this.runs[this.index];
    const length = TypedArrayPrototypeGetByteLength(run);
    const to = this.at + kContentChunkBytes < length ? this.at + kContentChunkBytes : length;
    const chunk = new Uint8Array(subBytes(run, this.at, to));
    this.at = to;
    if (to >= length) {
      ++this.index;
      this.at = 0;
    }
    controller.enqueueOwned(chunk);
    if (this.index >= this.runs.length) closeByteStream(controller);
  }
}

webidl.detachRecord(RunsSource);

function closeByteStream(controller) {
  controller.close();
  if (controller.getByobRequest() !== null) controller.respond(0);
}

setContentSource((content) => new RunsSource(typeof content === "string" ? [ops.utf8Encode(content)] : content));

exports.Blob = Blob;
exports.isBlob = isBlob;
exports.sharedToo = sharedToo;
exports.isBufferSource = isBufferSource;
exports.viewBytes = viewBytes;
exports.copyBytes = copyBytes;
exports.subBytes = subBytes;
exports.createBlob = createBlob;
exports.joinRuns = joinRuns;
exports.blobBytes = blobBytes;
exports.blobRuns = runsOf;
exports.blobSize = blobSize;
exports.blobType = blobType;
