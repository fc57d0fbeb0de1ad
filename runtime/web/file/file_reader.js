// SPDX-License-Identifier: Apache-2.0
// FileReader: https://w3c.github.io/FileAPI/#APIASynch, for scripts written for browsers. A blob's bytes are in memory,
// so that one read is three tasks: loadstart, progress (unless the blob is empty), and load with the result; loadend
// is one more, since what listeners of load have queued comes first.
"use strict";

const webidl = require("webidl/webidl");
const { DOMException } = require("dom/dom_exception");
const { EventTarget, defineEventHandler } = require("dom/event_target");
const { fireProgressEvent } = require("dom/progress_event");
const { getMimeParameter, parseMimeType } = require("fetch/mime_type");
const { blobBytes, blobSize, blobType, copyBytes, isBlob, subBytes } = require("file/blob");
const { btoa } = require("html/base64");
const { cancelTimer, startTimer } = require("html/timers");
const {
  ReflectApply, String, StringFromCharCode, TypedArrayPrototypeGetBuffer, TypedArrayPrototypeGetByteLength,
} = primordials;
const { DOMString } = webidl.converters;

const EMPTY = 0;
const LOADING = 1;
const DONE = 2;

const kTextChunk = 8192; // bytes per String.fromCharCode
const kUtf8 = 0; // for ops.textDecode
const convertBlob = webidl.iface("Blob", isBlob);

// A character for each byte.
function toBinaryString(bytes) {
  const length = TypedArrayPrototypeGetByteLength(bytes);
  let text = "";
  for (let at = 0; at < length; at += kTextChunk) {
    const to = at + kTextChunk < length ? at + kTextChunk : length;
    text += ReflectApply(StringFromCharCode, String, subBytes(bytes, at, to));
  }
  return text;
}

// https://encoding.spec.whatwg.org/#bom-sniff: -1 when there is no mark.
function markedEncoding(bytes) {
  if (bytes[0] === 0xEF && bytes[1] === 0xBB && bytes[2] === 0xBF) return kUtf8;
  if (bytes[0] === 0xFE && bytes[1] === 0xFF) return ops.encodingFromLabel("utf-16be");
  return bytes[0] === 0xFF && bytes[1] === 0xFE ? ops.encodingFromLabel("utf-16le") : -1;
}

function toText(bytes, label, type) {
  let encoding = markedEncoding(bytes);
  if (encoding < 0 && label !== undefined) encoding = ops.encodingFromLabel(label);
  if (encoding < 0) {
    const mime = parseMimeType(type);
    const charset = mime === null ? null : getMimeParameter(mime, "charset");
    if (charset !== null) encoding = ops.encodingFromLabel(charset);
  }
  return ops.textDecode(encoding < 0 ? kUtf8 : encoding, 0, bytes);
}

// https://w3c.github.io/FileAPI/#blob-package-data
function packageData(blob, kind, label) {
  const bytes = blobBytes(blob);
  switch (kind) {
    case "ArrayBuffer": return TypedArrayPrototypeGetBuffer(copyBytes(bytes));
    case "BinaryString": return toBinaryString(bytes);
    case "Text": return toText(bytes, label, blobType(blob));
    default: {
      const type = blobType(blob);
      return `data:${type === "" ? "application/octet-stream" : type};base64,${btoa(toBinaryString(bytes))}`;
    }
  }
}

class State {
  constructor() {
    this.readyState = EMPTY;
    this.result = null;
    this.error = null;
    this.size = 0; // of the blob
    this.task = 0; // the timer of what comes next
  }
}

webidl.detachRecord(State);

let stateOf;

class FileReader extends EventTarget {
  #state = new State();

  constructor() {
    super();
  }

  get readyState() { return stateOf(this).readyState; }
  get result() { return stateOf(this).result; }
  get error() { return stateOf(this).error; }

  readAsArrayBuffer(blob) {
    read(this, "ArrayBuffer", arguments.length, blob, undefined);
  }

  readAsBinaryString(blob) {
    read(this, "BinaryString", arguments.length, blob, undefined);
  }

  readAsText(blob, encoding = undefined) {
    read(this, "Text", arguments.length, blob, encoding);
  }

  readAsDataURL(blob) {
    read(this, "DataURL", arguments.length, blob, undefined);
  }

  abort() {
    const state = stateOf(this);
    state.result = null;
    if (state.readyState !== LOADING) return;
    state.readyState = DONE;
    cancelTimer(state.task);
    fireProgressEvent(this, "abort", 0, state.size);
    if (state.readyState !== LOADING) fireProgressEvent(this, "loadend", 0, state.size);
  }

  static {
    stateOf = (reader) => webidl.isObject(reader) && #state in reader ? reader.#state : webidl.illegalInvocation();
  }
}

function finish(reader, state, blob, kind, label) {
  let type = "load";
  state.readyState = DONE;
  try {
    state.result = packageData(blob, kind, label);
  } catch (error) { // too long for a string, or there is no memory for it
    type = "error";
    state.error = new DOMException(error.message, "NotReadableError");
  }
  // Before the listeners run: they may start another read, which then has its own task.
  state.task = startTimer(0, () => {
    if (state.readyState !== LOADING) fireProgressEvent(reader, "loadend", state.size, state.size);
  });
  fireProgressEvent(reader, type, state.size, state.size);
}

// https://w3c.github.io/FileAPI/#readOperation
function read(reader, kind, argumentCount, given, encoding) {
  const state = stateOf(reader);
  const context = `Failed to execute 'readAs${kind}' on 'FileReader'`;
  webidl.requiredArguments(argumentCount, 1, context);
  const blob = convertBlob(given, `${context}: parameter 1`);
  const label = encoding === undefined ? undefined : DOMString(encoding, `${context}: parameter 2`);
  if (state.readyState === LOADING) {
    throw new DOMException(`${context}: the reader is busy reading a Blob.`, "InvalidStateError");
  }
  state.readyState = LOADING;
  state.result = null;
  state.error = null;
  const size = state.size = blobSize(blob);
  const load = () => finish(reader, state, blob, kind, label);
  const progress = () => {
    state.task = startTimer(0, load);
    fireProgressEvent(reader, "progress", size, size);
  };
  state.task = startTimer(0, () => {
    state.task = startTimer(0, size === 0 ? load : progress);
    fireProgressEvent(reader, "loadstart", 0, size);
  });
}

webidl.defineConstants(FileReader, { EMPTY, LOADING, DONE });
webidl.defineInterface(FileReader);
const kEvents = ["loadstart", "progress", "load", "abort", "error", "loadend"];
for (let i = 0; i < kEvents.length; ++i) defineEventHandler(FileReader.prototype, kEvents[i]);

exports.FileReader = FileReader;
