// SPDX-License-Identifier: Apache-2.0
// What the exercises beside this file are written with: nothing here, and nothing in them, looks up a method of
// a built-in prototype. Options are objects without a prototype, sequences are iterables of their own.

const { iterator, asyncIterator } = Symbol;
const { setTimeout } = globalThis;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

// method(Class.prototype, "name")(self, ...arguments), as it is now; getters likewise.
const { call } = Function.prototype;
const bind = call.bind(call.bind, call);
export function method(prototype, name) {
  const { get, value } = Object.getOwnPropertyDescriptor(prototype, name);
  return bind(get ?? value);
}
const views = Object.getPrototypeOf(Uint8Array.prototype);
export const lengthOf = method(views, "length");
export const bufferOf = method(views, "buffer");
export const byteLengthOf = method(ArrayBuffer.prototype, "byteLength");

export const encode = (text) => encoder.encode(text);
export const decode = (bytes) => decoder.decode(bytes);
export const bytesOf = (...values) => {
  const bytes = new Uint8Array(values.length);
  for (let i = 0; i < values.length; ++i) bytes[i] = values[i];
  return bytes;
};

// A Web IDL sequence: arrays are iterated with the method that a script can overwrite, as the standard has it.
export function seq(...items) {
  return {
    __proto__: null,
    [iterator]() {
      let i = 0;
      return {
        __proto__: null,
        next: () => i < items.length ? { __proto__: null, done: false, value: items[i++] }
          : { __proto__: null, done: true, value: undefined },
      };
    },
  };
}

// An iterable object that is a body: one with the toString() that all objects have.
const { toString } = Object.prototype;
export function seqBody(first, second) {
  const body = seq(first, second);
  body.toString = toString;
  return body;
}

// The same as seq(), with promises.
export function asyncSeq(...items) {
  return {
    __proto__: null,
    [asyncIterator]() {
      let i = 0;
      return {
        __proto__: null,
        next: async () => i < items.length ? { __proto__: null, done: false, value: items[i++] }
          : { __proto__: null, done: true, value: undefined },
      };
    },
  };
}

// The items of an array (or of anything with a length) as text.
export function join(list, separator = ",") {
  let text = "";
  for (let i = 0; i < list.length; ++i) text += (i === 0 ? "" : separator) + list[i];
  return text;
}

export function bytesText(bytes) {
  let text = "";
  for (let i = 0; i < lengthOf(bytes); ++i) text += (i === 0 ? "" : ",") + bytes[i];
  return text;
}

// What an iterator of this platform gives: each of its results, a pair as "key=value".
export function drain(items) {
  let text = "";
  for (let step = items.next(); !step.done; step = items.next()) {
    const { value } = step;
    text += typeof value === "string" ? `${value};` : `${value[0]}=${value[1]};`;
  }
  return text;
}

// An exercise's result; what it throws is one, too, and so is that it never ends.
const kTimeoutMs = 2000;
export function run(fn) {
  return new Promise((resolve) => {
    setTimeout(resolve, kTimeoutMs, "never ends");
    (async () => {
      let result;
      try {
        result = await fn();
      } catch (error) {
        result = `threw ${typeof error === "object" ? `${error.name}: ${error.message}\n${error.stack}` : error}`;
      }
      resolve(result);
    })();
  });
}

// "RangeError: message" of what fn throws or rejects with, or the text that it rejects with.
export async function errorOf(fn) {
  try {
    await fn();
  } catch (error) {
    return typeof error === "string" ? error : `${error.name}: ${error.message}`;
  }
  return "no error";
}

// The pieces of text as a stream of bytes.
export function textStream(...pieces) {
  let i = 0;
  return new ReadableStream({
    __proto__: null,
    pull(controller) {
      if (i === pieces.length) controller.close();
      else controller.enqueue(encode(pieces[i++]));
    },
  });
}

export async function readText(stream) {
  const reader = stream.getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return text;
    text += typeof value === "string" ? value : decode(value);
  }
}

export const turn = (milliseconds = 0) => new Promise((resolve) => { setTimeout(resolve, milliseconds); });
