// SPDX-License-Identifier: Apache-2.0
// The table of everything that a worker finds on its global object, with the attributes that Web IDL gives:
// interfaces are not enumerable, operations and attributes are. install() runs once, for the snapshot; interfaces that
// few workers use are evaluated when a worker first reads their name.
"use strict";

const {
  ObjectDefineProperty, ObjectHasOwn, ObjectSetPrototypeOf, ReflectGetOwnPropertyDescriptor, SafeSet,
  StringPrototypeIndexOf, StringPrototypeSlice, TypeError, globalThis: globalObject,
} = primordials;

const { defineEventHandler } = require("dom/event_target");
const { setTimerHooks } = require("dom/abort_signal");
const { isDOMException } = require("dom/dom_exception");
const { markUncloneable } = require("html/clone_registry");
const { registerWebValues } = require("console/web_values");
const { cancelTimer, startTimer } = require("html/timers");
const { whenInstalling } = require("script/define_missing");
const { addErrorClass } = require("script/language_text");
const { ServiceWorkerGlobalScope, WorkerGlobalScope } = require("html/worker_global_scope");
const { checkGlobal } = require("webidl/webidl");
require("wasm/shapes");
require("wasm/streaming");

// [id of the builtin, interface ...]
const interfaces = [
  ["dom/abort_controller", "AbortController"],
  ["dom/abort_signal", "AbortSignal"],
  ["dom/dom_exception", "DOMException"],
  ["dom/error_event", "ErrorEvent"],
  ["dom/event", "Event"],
  ["dom/event_target", "EventTarget"],
  ["dom/message_event", "MessageEvent"],
  ["dom/progress_event", "ProgressEvent"],
  ["dom/promise_rejection_event", "PromiseRejectionEvent"],
  ["dom/quota_exceeded_error", "QuotaExceededError"],
  ["encoding/text_decoder", "TextDecoder"],
  ["encoding/text_encoder", "TextEncoder"],
  ["fetch/form_data", "FormData"],
  ["fetch/headers", "Headers"],
  ["fetch/request", "Request"],
  ["fetch/response", "Response"],
  ["file/blob", "Blob"],
  ["file/file", "File"],
  ["html/navigator", "Navigator"],
  ["html/worker_global_scope", "ServiceWorkerGlobalScope", "WorkerGlobalScope"],
  ["streams/byte_length_queuing_strategy", "ByteLengthQueuingStrategy"],
  ["streams/count_queuing_strategy", "CountQueuingStrategy"],
  ["streams/readable_byte_stream_controller", "ReadableByteStreamController"],
  ["streams/readable_stream", "ReadableStream"],
  ["streams/readable_stream_byob_reader", "ReadableStreamBYOBReader"],
  ["streams/readable_stream_byob_request", "ReadableStreamBYOBRequest"],
  ["streams/readable_stream_default_controller", "ReadableStreamDefaultController"],
  ["streams/readable_stream_default_reader", "ReadableStreamDefaultReader"],
  ["streams/transform_stream", "TransformStream"],
  ["streams/transform_stream_default_controller", "TransformStreamDefaultController"],
  ["streams/writable_stream", "WritableStream"],
  ["streams/writable_stream_default_controller", "WritableStreamDefaultController"],
  ["streams/writable_stream_default_writer", "WritableStreamDefaultWriter"],
  ["url/url", "URL"],
  ["url/url_search_params", "URLSearchParams"],
];

// The same, evaluated late. Rows of one folder come together: an object of such an interface comes from a constructor
// or a late attribute of its own folder, never from elsewhere.
const lateInterfaces = [
  ["compression/compression_stream", "CompressionStream"],
  ["compression/decompression_stream", "DecompressionStream"],
  ["crypto/crypto", "Crypto"],
  ["crypto/crypto_key", "CryptoKey"],
  ["crypto/subtle_crypto", "SubtleCrypto"],
  ["dom/custom_event", "CustomEvent"],
  ["encoding/text_decoder_stream", "TextDecoderStream"],
  ["encoding/text_encoder_stream", "TextEncoderStream"],
  ["file/file_reader", "FileReader"],
  ["hr_time/performance", "Performance", "PerformanceEntry", "PerformanceMark", "PerformanceMeasure"],
  ["hr_time/performance_observer", "PerformanceObserver", "PerformanceObserverEntryList"],
  ["html/event_source", "EventSource"],
  ["html/message_channel", "MessageChannel", "MessagePort"],
  ["html/scheduler", "Scheduler"],
  ["streams/fixed_length_stream", "FixedLengthStream"],
  ["streams/identity_transform_stream", "IdentityTransformStream"],
  ["urlpattern/urlpattern", "URLPattern"],
];

// [id, operation ...]
const operations = [
  ["fetch/fetch", "fetch"],
  ["html/microtask", "queueMicrotask"],
  ["html/report_error", "reportError"],
  ["html/timers", "clearInterval", "clearTimeout", "setInterval", "setTimeout"],
];

const lateOperations = [
  ["html/base64", "atob", "btoa"],
  ["html/structured_clone", "structuredClone"],
];

// What the language has in a newer V8, where it is missing.
const lateLanguage = [
  ["script/language_dispose", "AsyncDisposableStack", "DisposableStack", "SuppressedError"],
];

// [id, attribute ...]: read by an accessor; assigning replaces them ([Replaceable]), as on the Workers
// platform. They sit on the prototype, where Web IDL has them; operations do not, since V8 calls an own function of the
// global object in 1 ns, and an inherited one in 10.
const attributes = [
  ["html/navigator", "navigator"],
  ["html/worker_global_scope", "crossOriginIsolated", "isSecureContext", "origin"],
];

const lateAttributes = [
  ["crypto/crypto", "crypto"],
  ["hr_time/performance", "performance"],
  ["html/scheduler", "scheduler"],
];

// Event handlers that HTML gives to the global object of a worker. A server is always online.
const handlers = ["error", "languagechange", "offline", "online", "rejectionhandled", "unhandledrejection"];

const introduced = new SafeSet(); // folders of lateInterfaces

function exported(id, name) {
  const value = require(id)[name];
  if (value === undefined) throw new TypeError(`The builtin ${id} exports no ${name}`);
  return value;
}

// Calls fn(name, value) for each entry of a table.
function forEachEntry(table, fn) {
  for (let i = 0; i < table.length; ++i) {
    const row = table[i];
    for (let j = 1; j < row.length; ++j) fn(row[j], exported(row[0], row[j]));
  }
}

function defineValue(target, name, value, enumerable) {
  ObjectDefineProperty(target, name,
    { __proto__: null, value, writable: true, enumerable, configurable: true });
}

// read() gives the value, each time the same.
function defineAttribute(target, name, read) {
  const { get, set } = ReflectGetOwnPropertyDescriptor({
    get [name]() {
      checkGlobal(this);
      return read();
    },
    set [name](replacement) {
      checkGlobal(this);
      defineValue(globalObject, name, replacement, true);
    },
  }, name);
  ObjectDefineProperty(target, name, { __proto__: null, get, set, enumerable: true, configurable: true });
}

// What other builtins know of an interface.
function introduce(name, Class) {
  markUncloneable(Class.prototype);
  registerWebValues(name, Class);
}

const folderOf = (id) => StringPrototypeSlice(id, 0, StringPrototypeIndexOf(id, "/"));

function introduceFolder(folder) {
  if (introduced.has(folder)) return;
  for (let i = 0; i < lateInterfaces.length; ++i) {
    if (folderOf(lateInterfaces[i][0]) === folder) forEachEntry([lateInterfaces[i]], introduce);
  }
  introduced.add(folder);
}

// The id of the builtin that exports it, or undefined.
function findRow(table, name) {
  for (let i = 0; i < table.length; ++i) {
    for (let j = 1; j < table[i].length; ++j) {
      if (table[i][j] === name) return table[i][0];
    }
  }
  return undefined;
}

// The hook behind ops.defineLate.
function lateValue(name) {
  const interfaceId = findRow(lateInterfaces, name);
  if (interfaceId !== undefined) introduceFolder(folderOf(interfaceId));
  const id = interfaceId ?? findRow(lateOperations, name) ?? findRow(lateLanguage, name);
  if (id === undefined) throw new TypeError(`Nothing late is called ${name}`);
  return exported(id, name);
}

function lateAttribute(id, name) {
  introduceFolder(folderOf(id));
  return exported(id, name);
}

// Calls fn(name, id) for each entry of a table, and evaluates nothing.
function forEachName(table, fn) {
  for (let i = 0; i < table.length; ++i) {
    for (let j = 1; j < table[i].length; ++j) fn(table[i][j], table[i][0]);
  }
}

function install(target) {
  ObjectSetPrototypeOf(target, ServiceWorkerGlobalScope.prototype);
  forEachEntry(interfaces, (name, Class) => {
    defineValue(target, name, Class, false);
    introduce(name, Class);
  });
  forEachName(lateInterfaces, (name) => ops.defineLate(target, name, false));
  forEachEntry(operations, (name, fn) => defineValue(target, name, fn, true));
  forEachName(lateOperations, (name) => ops.defineLate(target, name, true));
  whenInstalling(() => forEachName(lateLanguage, (name) => {
    if (!ObjectHasOwn(target, name)) ops.defineLate(target, name, false);
  }));
  const { prototype } = WorkerGlobalScope;
  forEachEntry(attributes, (name, value) => defineAttribute(prototype, name, () => value));
  forEachName(lateAttributes, (name, id) => {
    let value;
    defineAttribute(prototype, name, () => value ??= lateAttribute(id, name));
  });
  defineAttribute(prototype, "self", () => target);
  defineValue(target, "console", exported("console/console", "console"), false);
  for (let i = 0; i < handlers.length; ++i) defineEventHandler(prototype, handlers[i], { isGlobal: true });
  setTimerHooks({ startTimer, cancelTimer });
  addErrorClass(isDOMException);
}

exports.install = install;
exports.lateValue = lateValue;
// Events for the worker as a whole (error, fetch, scheduled ...) are dispatched here.
exports.globalTarget = globalObject;
