// SPDX-License-Identifier: Apache-2.0
// The body concept: https://fetch.spec.whatwg.org/#bodies and the Body mixin. A body stays in the form it
// came in (string, bytes, blob, handle of a native source, stream) until somebody needs another one. A Body
// record is never given to a worker; two Requests that share a record share its stream, as the standard has
// it.
"use strict";

const webidl = require("webidl/webidl");
const { copyList } = require("script/lists");
const {
  blobBytes, blobRuns, blobSize, blobType, copyBytes, createBlob, isBlob, isBufferSource, joinRuns, sharedToo,
} = require("file/blob");
const { extractMimeType, getMimeParameter, serializeMimeType } = require("fetch/mime_type");
const { createFormData, formDataEntries, isFormData } = require("fetch/form_data");
const streams = require("fetch/body_stream");
const { isURLSearchParams, parseUrlencoded, serializeUrlencoded, urlSearchParamsEntries } =
  require("url/url_search_params");
const {
  ArrayBuffer, JSONParse, ObjectDefineProperty, Promise, PromisePrototypeThen,
  ReflectGetOwnPropertyDescriptor,
  ReflectOwnKeys, StringPrototypeCharCodeAt, StringPrototypeSlice, SymbolAsyncIterator, SymbolIterator,
  SymbolToPrimitive, TypeError, TypedArrayPrototypeGetBuffer, TypedArrayPrototypeGetByteLength, Uint8Array,
  ArrayBufferPrototypeGetByteLength,
} = primordials;

const { toString: ObjectToString } = primordials.Object.prototype;

// What text(), json() and the like hold in memory at most; larger bodies are for streams.
const kMaxBufferedBodyBytes = 128 * 1024 * 1024;

const kTextType = "text/plain;charset=UTF-8";
const kUrlencodedType = "application/x-www-form-urlencoded;charset=UTF-8";

// Kinds of Body.source. Those below kNative can be had as bytes at once, and again.
const kString = 0;
const kBytes = 1; // a Uint8Array with a buffer of its own that nobody else changes
const kBlob = 2;
const kNative = 3; // a body handle
const kStream = 4;

const kUsedMessage =
  "Body has already been used. It can only be used once. Use tee() first if you need to read it twice.";
const kLockedMessage =
  "Body is locked to a reader. Release the reader's lock first, or read through that reader.";

class Body {
  constructor(kind, source, type) {
    this.kind = kind;
    this.source = source;
    this.type = type; // the Content-Type that the source implies, or null
    this.used = false;
    this.shared = false; // another Body has the same source
    this.watch = null; // FetchWatch of a fetch() that can be aborted, see fetch/fetch.js
    this.pump = undefined; // the promise of a stream's transfer to native code
  }
}
webidl.detachRecord(Body);

// ------------------------------------------------------------------------------------------- extraction

// Objects that only have a default toString() and can be iterated are byte streams, as on Workers; arrays and
// the like stay strings, as the standard has them.
function isIterableBody(object) {
  if (object[SymbolAsyncIterator] !== undefined) return true;
  return object[SymbolIterator] !== undefined && object[SymbolToPrimitive] === undefined &&
    object.toString === ObjectToString;
}

// Late: few workers have multipart bodies.
const multipart = () => require("fetch/multipart");

function extractFormData(form) {
  const { makeBoundary, serializeMultipart } = multipart();
  const boundary = makeBoundary();
  return new Body(kBlob, createBlob(serializeMultipart(formDataEntries(form), boundary), ""),
    `multipart/form-data; boundary=${boundary}`);
}

function extractObject(object) {
  if (streams.isReadableStream(object)) {
    if (streams.isDisturbed(object)) {
      throw new TypeError(
        "This ReadableStream is disturbed (has already been read from), and cannot be used as a body.");
    }
    if (streams.isLocked(object)) {
      throw new TypeError(
        "This ReadableStream is currently locked to a reader, and cannot be used as a body.");
    }
    const body = new Body(kStream, object, null);
    body.watch = streams.nativeWatch(object);
    return body;
  }
  if (isBufferSource(object)) {
    return new Body(kBytes, copyBytes(webidl.converters.BufferSource(object, "Body", sharedToo)), null);
  }
  if (isBlob(object)) {
    const type = blobType(object);
    return new Body(kBlob, object, type === "" ? null : type);
  }
  if (isURLSearchParams(object)) {
    return new Body(kString, serializeUrlencoded(urlSearchParamsEntries(object)), kUrlencodedType);
  }
  if (isFormData(object)) return extractFormData(object);
  if (webidl.isSharedArrayBuffer(object)) return new Body(kBytes, copyBytes(object), null);
  if (isIterableBody(object)) return new Body(kStream, streams.streamFromIterable(object), null);
  return new Body(kString, `${object}`, kTextType);
}

// https://fetch.spec.whatwg.org/#concept-bodyinit-extract for what is neither null nor undefined.
function extractBody(init) {
  if (typeof init === "string") return new Body(kString, init, kTextType);
  if (typeof init === "object") return extractObject(init);
  return new Body(kString, webidl.converters.DOMString(init, "Body"), kTextType);
}

// ------------------------------------------------------------------------------------------------ state

function isBodyUsed(body) {
  return body !== null && (body.used || (body.kind === kStream && streams.isDisturbed(body.source)));
}

function checkUsable(body) {
  if (body.used) throw new TypeError(kUsedMessage);
  if (body.kind !== kStream) return;
  if (streams.isDisturbed(body.source)) throw new TypeError(kUsedMessage);
  if (streams.isLocked(body.source)) throw new TypeError(kLockedMessage);
}

// The body as a stream; the record's source is that stream from then on.
function streamOf(body) {
  if (body.kind === kStream) return body.source;
  const { source } = body;
  let stream;
  if (body.used) {
    stream = streams.createUsedStream();
  } else if (body.kind === kNative) {
    stream = streams.createNativeStream(source, body.watch);
    if (body.watch !== null) body.watch.stream = stream;
  } else {
    stream = streams.createContentStream(body.kind === kString ? source
      : body.kind === kBlob ? blobRuns(source) : [source]);
  }
  body.kind = kStream;
  body.source = stream;
  return stream;
}

// A second body with the same content: https://fetch.spec.whatwg.org/#concept-body-clone
function cloneBody(body) {
  checkUsable(body);
  if (body.kind < kNative) {
    const copy = new Body(body.kind, body.source, body.type);
    copy.shared = body.shared = true;
    return copy;
  }
  const branches = streams.cloneTee(streamOf(body));
  body.source = branches[0];
  const copy = new Body(kStream, branches[1], body.type);
  copy.watch = body.watch;
  return copy;
}

// Moves the content to a new record; the old one is used up:
// https://fetch.spec.whatwg.org/#body-create-a-proxy
function moveBody(body) {
  checkUsable(body);
  const { kind, source } = body;
  let moved;
  if (kind === kStream) {
    const handle = streams.takeNativeHandle(source);
    moved = handle !== 0 ? new Body(kNative, handle, body.type)
      : new Body(kStream, streams.createProxy(source), body.type);
  } else {
    moved = new Body(kind, source, body.type);
    moved.shared = body.shared;
    body.source = null;
  }
  const watch = moved.watch = body.watch;
  if (watch !== null) {
    watch.body = moved;
    if (moved.kind === kNative) watch.stream = null;
  }
  body.used = true;
  return moved;
}

// ---------------------------------------------------------------------------------------------- reading

function unbox(box) {
  return { __proto__: null, bytes: box[0] }; // nothing that a worker could make a thenable
}

function readNative(body, handle) {
  const { watch } = body;
  const reading = ops.bodyReadAll(handle, kMaxBufferedBodyBytes);
  if (watch === null) return PromisePrototypeThen(reading, unbox);
  return new Promise((resolve, reject) => {
    watch.reject = reject;
    PromisePrototypeThen(reading, (box) => {
      watch.stop();
      resolve(unbox(box));
    }, (error) => {
      watch.stop();
      reject(watch.reason !== undefined ? watch.reason : error);
    });
  });
}

// All bytes; a promise of {bytes} when the kind is not below kNative. The result may be shared: see
// ownBytes().
function takeBytes(body) {
  checkUsable(body);
  const { source } = body;
  if (body.kind === kStream) {
    streams.throwIfErrored(source);
    body.used = true;
    return streams.readAllBytes(source, kMaxBufferedBodyBytes);
  }
  body.used = true;
  body.source = null;
  switch (body.kind) {
    case kString: return ops.utf8Encode(source);
    case kBytes: return source;
    case kBlob: return blobBytes(source);
    default: return readNative(body, source);
  }
}

function isOwn(bytes) {
  return ArrayBufferPrototypeGetByteLength(TypedArrayPrototypeGetBuffer(bytes)) ===
    TypedArrayPrototypeGetByteLength(bytes);
}

// Bytes that may be given to the worker.
async function takeOwnBytes(self, bodyOf, asBuffer) {
  const body = bodyOf(self);
  if (body === null) return asBuffer ? new ArrayBuffer(0) : new Uint8Array(0);
  const { kind, shared } = body;
  const bytes = kind < kNative ? takeBytes(body) : (await takeBytes(body)).bytes;
  const own = kind === kBlob || (kind === kBytes && shared) || !isOwn(bytes) ? new Uint8Array(bytes) : bytes;
  return asBuffer ? TypedArrayPrototypeGetBuffer(own) : own;
}

function withoutBom(text) {
  if (text.length > 0 && StringPrototypeCharCodeAt(text, 0) === 0xFEFF) return StringPrototypeSlice(text, 1);
  return text;
}

async function takeText(self, bodyOf, asJson) {
  const body = bodyOf(self);
  let text = "";
  if (body !== null) {
    if (body.kind === kString) {
      checkUsable(body);
      text = withoutBom(webidl.toUSVString(body.source));
      body.used = true;
      body.source = null;
    } else {
      text = ops.utf8Decode(body.kind < kNative ? takeBytes(body) : (await takeBytes(body)).bytes);
    }
  }
  return asJson ? JSONParse(text) : text;
}

async function takeBlob(self, bodyOf, typeOf) {
  const body = bodyOf(self);
  const type = extractMimeType(typeOf(self));
  const blobType = type === null ? "" : serializeMimeType(type);
  if (body === null) return createBlob([], blobType);
  if (body.kind === kBlob) {
    const { source } = body;
    takeBytes(body);
    return createBlob(copyList(blobRuns(source)), blobType);
  }
  const bytes = body.kind < kNative ? takeBytes(body) : (await takeBytes(body)).bytes;
  return createBlob(TypedArrayPrototypeGetByteLength(bytes) === 0 ? [] : [bytes], blobType);
}

async function takeFormData(self, bodyOf, typeOf) {
  const body = bodyOf(self);
  const contentType = typeOf(self);
  let bytes;
  if (body === null) bytes = new Uint8Array(0);
  else bytes = body.kind < kNative ? takeBytes(body) : (await takeBytes(body)).bytes;
  const type = extractMimeType(contentType);
  if (type !== null && type.essence === "application/x-www-form-urlencoded") {
    return createFormData(parseUrlencoded(bytes));
  }
  if (type === null || type.essence !== "multipart/form-data") {
    const given = contentType === null ? "" : ` '${contentType}'`;
    throw new TypeError(`Unrecognized Content-Type header value${given}. FormData can only parse the ` +
      "following MIME types: multipart/form-data, application/x-www-form-urlencoded.");
  }
  const boundary = getMimeParameter(type, "boundary");
  if (boundary === null || boundary === "") {
    throw new TypeError(`No boundary string in the Content-Type header: '${contentType}'.`);
  }
  return createFormData(multipart().parseMultipart(bytes, boundary));
}

// A string or a Uint8Array.
function wholeContent(content) {
  if (typeof content === "string") return content;
  return content.length === 1 ? content[0] : joinRuns(content);
}

// Moves the content to native code: null, a string, a Uint8Array or a body handle. A stream that is
// JavaScript's is pumped into a pipe; `body.pump` is then the promise of that.
function takeSendable(body) {
  checkUsable(body);
  const { kind, source } = body;
  body.used = true;
  if (kind === kStream) {
    const content = streams.takeContent(source);
    if (content !== null) return wholeContent(content);
    const handle = streams.takeNativeHandle(source);
    if (handle !== 0) return handle;
    const pipe = ops.pipeCreate(streams.declaredLength(source));
    body.pump = streams.pumpToPipe(source, pipe);
    return pipe;
  }
  body.source = null;
  return kind === kBlob ? blobBytes(source) : source;
}

// The bytes that takeSendable() will give, -1 when that is not known beforehand without work.
function isEmpty(body) {
  switch (body.kind) {
    case kString: return body.source === "";
    case kBytes: return TypedArrayPrototypeGetByteLength(body.source) === 0;
    case kBlob: return blobSize(body.source) === 0;
    default: return false;
  }
}

// --------------------------------------------------------------------------------------------- the mixin

// bodyOf(self): the Body record or null; throws "Illegal invocation". typeOf(self): the combined Content-Type
// or null.
function mixinBody(Class, bodyOf, typeOf) {
  const members = {
    get body() {
      const body = bodyOf(this);
      return body === null ? null : streamOf(body);
    },
    get bodyUsed() { return isBodyUsed(bodyOf(this)); },
    arrayBuffer() { return takeOwnBytes(this, bodyOf, true); },
    blob() { return takeBlob(this, bodyOf, typeOf); },
    bytes() { return takeOwnBytes(this, bodyOf, false); },
    formData() { return takeFormData(this, bodyOf, typeOf); },
    json() { return takeText(this, bodyOf, true); },
    text() { return takeText(this, bodyOf, false); },
  };
  const keys = ReflectOwnKeys(members);
  for (let i = 0; i < keys.length; ++i) {
    ObjectDefineProperty(Class.prototype, keys[i], ReflectGetOwnPropertyDescriptor(members, keys[i]));
  }
}

exports.Body = Body;
exports.kString = kString;
exports.kBytes = kBytes;
exports.kBlob = kBlob;
exports.kNative = kNative;
exports.kStream = kStream;
exports.kTextType = kTextType;
exports.extractBody = extractBody;
exports.isBodyEmpty = isEmpty;
exports.isBodyUsed = isBodyUsed;
exports.checkUsable = checkUsable;
exports.cloneBody = cloneBody;
exports.moveBody = moveBody;
exports.streamOf = streamOf;
exports.takeBytes = takeBytes;
exports.takeSendable = takeSendable;
exports.mixinBody = mixinBody;
