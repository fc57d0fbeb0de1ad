// SPDX-License-Identifier: Apache-2.0
// The table of everything that a worker finds on its global object, with the attributes that Web IDL gives:
// interfaces are not enumerable, operations and attributes are. install() runs once, for the snapshot; interfaces that
// few workers use are evaluated when a worker first reads their name.
"use strict";

const {
  ObjectDefineProperty, ObjectSetPrototypeOf, ReflectGetOwnPropertyDescriptor, SafeSet, TypeError,
  globalThis: globalObject,
} = primordials;

const { defineEventHandler } = require("dom/event_target");
const { setTimerHooks } = require("dom/abort_signal");
const { isDOMException } = require("dom/dom_exception");
const { markUncloneable } = require("html/structured_clone");
const { registerWebValues } = require("console/web_values");
const { cancelTimer, startTimer } = require("html/timers");
const { addErrorClass } = require("script/language_text");
const { ServiceWorkerGlobalScope, WorkerGlobalScope } = require("html/worker_global_scope");
const { checkGlobal } = require("webidl/webidl");
require("html/clone_platform");
require("wasm/shapes");
require("wasm/streaming");

// [id of the builtin, interface ...]
const interfaces = [
  ["crypto/crypto", "Crypto"],
  ["crypto/crypto_key", "CryptoKey"],
  ["crypto/subtle_crypto", "SubtleCrypto"],
  ["dom/abort_controller", "AbortController"],
  ["dom/abort_signal", "AbortSignal"],
  ["dom/custom_event", "CustomEvent"],
  ["dom/dom_exception", "DOMException"],
  ["dom/error_event", "ErrorEvent"],
  ["dom/event", "Event"],
  ["dom/event_target", "EventTarget"],
  ["dom/message_event", "MessageEvent"],
  ["dom/progress_event", "ProgressEvent"],
  ["dom/promise_rejection_event", "PromiseRejectionEvent"],
  ["dom/quota_exceeded_error", "QuotaExceededError"],
  ["encoding/text_decoder", "TextDecoder"],
  ["encoding/text_decoder_stream", "TextDecoderStream"],
  ["encoding/text_encoder", "TextEncoder"],
  ["encoding/text_encoder_stream", "TextEncoderStream"],
  ["fetch/form_data", "FormData"],
  ["fetch/headers", "Headers"],
  ["fetch/request", "Request"],
  ["fetch/response", "Response"],
  ["file/blob", "Blob"],
  ["file/file", "File"],
  ["hr_time/performance", "Performance", "PerformanceEntry", "PerformanceMark", "PerformanceMeasure"],
  ["html/message_channel", "MessageChannel", "MessagePort"],
  ["html/navigator", "Navigator"],
  ["html/scheduler", "Scheduler"],
  ["html/worker_global_scope", "ServiceWorkerGlobalScope", "WorkerGlobalScope"],
  ["streams/byte_length_queuing_strategy", "ByteLengthQueuingStrategy"],
  ["streams/count_queuing_strategy", "CountQueuingStrategy"],
  ["streams/fixed_length_stream", "FixedLengthStream"],
  ["streams/identity_transform_stream", "IdentityTransformStream"],
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

// The same, evaluated late: every object of such an interface comes from a constructor in its row.
const lateInterfaces = [
  ["compression/compression_stream", "CompressionStream"],
  ["compression/decompression_stream", "DecompressionStream"],
  ["file/file_reader", "FileReader"],
  ["hr_time/performance_observer", "PerformanceObserver", "PerformanceObserverEntryList"],
  ["html/event_source", "EventSource"],
  ["urlpattern/urlpattern", "URLPattern"],
];

// [id, operation ...]
const operations = [
  ["fetch/fetch", "fetch"],
  ["html/base64", "atob", "btoa"],
  ["html/microtask", "queueMicrotask"],
  ["html/report_error", "reportError"],
  ["html/structured_clone", "structuredClone"],
  ["html/timers", "clearInterval", "clearTimeout", "setInterval", "setTimeout"],
];

// [id, attribute ...]: read by an accessor; assigning replaces them ([Replaceable]), as on the Workers
// platform. They sit on the prototype, where Web IDL has them; operations do not, since V8 calls an own function of the
// global object in 1 ns, and an inherited one in 10.
const attributes = [
  ["crypto/crypto", "crypto"],
  ["hr_time/performance", "performance"],
  ["html/navigator", "navigator"],
  ["html/scheduler", "scheduler"],
  ["html/worker_global_scope", "crossOriginIsolated", "isSecureContext", "origin"],
];

// Event handlers that HTML gives to the global object of a worker. A server is always online.
const handlers = ["error", "languagechange", "offline", "online", "rejectionhandled", "unhandledrejection"];

const introduced = new SafeSet(); // rows of lateInterfaces

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

function defineAttribute(target, name, value) {
  const { get, set } = ReflectGetOwnPropertyDescriptor({
    get [name]() {
      checkGlobal(this);
      return value;
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

// The hook behind ops.defineLate.
function lateValue(name) {
  for (let i = 0; i < lateInterfaces.length; ++i) {
    const row = lateInterfaces[i];
    for (let j = 1; j < row.length; ++j) {
      if (row[j] !== name) continue;
      if (!introduced.has(row)) {
        forEachEntry([row], introduce);
        introduced.add(row);
      }
      return exported(row[0], name);
    }
  }
  throw new TypeError(`No interface is called ${name}`);
}

function install(target) {
  ObjectSetPrototypeOf(target, ServiceWorkerGlobalScope.prototype);
  forEachEntry(interfaces, (name, Class) => {
    defineValue(target, name, Class, false);
    introduce(name, Class);
  });
  for (let i = 0; i < lateInterfaces.length; ++i) {
    for (let j = 1; j < lateInterfaces[i].length; ++j) ops.defineLate(target, lateInterfaces[i][j]);
  }
  forEachEntry(operations, (name, fn) => defineValue(target, name, fn, true));
  const { prototype } = WorkerGlobalScope;
  forEachEntry(attributes, (name, value) => defineAttribute(prototype, name, value));
  defineAttribute(prototype, "self", target);
  defineValue(target, "console", exported("console/console", "console"), false);
  for (let i = 0; i < handlers.length; ++i) defineEventHandler(prototype, handlers[i], { isGlobal: true });
  setTimerHooks({ startTimer, cancelTimer });
  addErrorClass(isDOMException);
}

exports.install = install;
exports.lateValue = lateValue;
// Events for the worker as a whole (error, fetch, scheduled ...) are dispatched here.
exports.globalTarget = globalObject;
