// SPDX-License-Identifier: Apache-2.0
// Promises as the Streams standard uses them: made only when somebody asks, and calls of user algorithms that
// never throw.
"use strict";

const { detachRecord } = require("webidl/webidl");
const {
  FunctionPrototypeCall, Promise, PromisePrototypeThen, PromiseReject, PromiseResolve, TypeError,
} = primordials;

const PENDING = 0;
const FULFILLED = 1;
const REJECTED = 2;

function noop() {}

let resolvedWithUndefined = null; // not made at build time: promises stay out of the snapshot

function resolvedPromise() {
  return resolvedWithUndefined ??= PromiseResolve(undefined);
}

function markHandled(promise) {
  PromisePrototypeThen(promise, undefined, noop);
}

// A promise slot. The promise itself comes into being in get(). A slot made with `quiet` is one whose
// rejection nobody has to handle ([[PromiseIsHandled]] is true).
class Deferred {
  constructor(quiet) {
    this.status = PENDING;
    this.quiet = quiet;
    this.value = undefined;
    this.promise = null;
    this.settle = null; // the resolving functions of a pending promise
    this.fail = null;
  }

  get isPending() {
    return this.status === PENDING;
  }

  get() {
    if (this.promise !== null) return this.promise;
    if (this.status === FULFILLED) return this.promise = PromiseResolve(this.value);
    if (this.status === REJECTED) {
      this.promise = PromiseReject(this.value);
    } else {
      this.promise = new Promise((resolve, reject) => {
        this.settle = resolve;
        this.fail = reject;
      });
    }
    if (this.quiet) markHandled(this.promise);
    return this.promise;
  }

  resolve(value) {
    if (this.status !== PENDING) return;
    this.status = FULFILLED;
    this.value = value;
    if (this.settle !== null) this.settle(value);
  }

  reject(reason) {
    if (this.status !== PENDING) return;
    this.status = REJECTED;
    this.value = reason;
    if (this.fail !== null) this.fail(reason);
  }
}

detachRecord(Deferred);

function resolvedDeferred(quiet, value) {
  const deferred = new Deferred(quiet);
  deferred.resolve(value);
  return deferred;
}

function rejectedDeferred(quiet, reason) {
  const deferred = new Deferred(quiet);
  deferred.reject(reason);
  return deferred;
}

// What an algorithm (pull, cancel, write ...) of a script gives back: undefined when it is done, or a
// promise. One function for each number of arguments, since scripts can count them.
function callAlgorithm0(fn, self) {
  try {
    const result = FunctionPrototypeCall(fn, self);
    return result === undefined ? undefined : PromiseResolve(result);
  } catch (error) {
    return PromiseReject(error);
  }
}

function callAlgorithm1(fn, self, a) {
  try {
    const result = FunctionPrototypeCall(fn, self, a);
    return result === undefined ? undefined : PromiseResolve(result);
  } catch (error) {
    return PromiseReject(error);
  }
}

function callAlgorithm2(fn, self, a, b) {
  try {
    const result = FunctionPrototypeCall(fn, self, a, b);
    return result === undefined ? undefined : PromiseResolve(result);
  } catch (error) {
    return PromiseReject(error);
  }
}

// Settles with `promise`, in as many ticks as resolve(promise) takes. That one would look up `then`, which a
// worker may have overwritten.
function settleWith(promise, resolve, reject) {
  PromisePrototypeThen(resolvedPromise(), () => {
    PromisePrototypeThen(promise, resolve, reject);
  });
}

// Web IDL's "a promise resolved with": for a promise another one of ours, because some of the standard's
// sequences count the ticks that this takes. undefined stays undefined.
function promiseResolvedWith(value) {
  if (value === undefined) return undefined;
  const promise = PromiseResolve(value);
  if (promise !== value) return promise;
  return new Promise((resolve, reject) => {
    settleWith(promise, resolve, reject);
  });
}

// Continues after an algorithm, always in a later microtask.
function uponAlgorithm(result, onFulfilled, onRejected) {
  PromisePrototypeThen(result === undefined ? resolvedPromise() : result, onFulfilled, onRejected);
}

exports.Deferred = Deferred;
exports.resolvedDeferred = resolvedDeferred;
exports.rejectedDeferred = rejectedDeferred;
exports.resolvedPromise = resolvedPromise;
exports.markHandled = markHandled;
exports.noop = noop;
exports.callAlgorithm0 = callAlgorithm0;
exports.callAlgorithm1 = callAlgorithm1;
exports.callAlgorithm2 = callAlgorithm2;
exports.settleWith = settleWith;
exports.promiseResolvedWith = promiseResolvedWith;
exports.uponAlgorithm = uponAlgorithm;
exports.queueMicrotask = (fn) => {
  PromisePrototypeThen(resolvedPromise(), fn);
};
exports.illegalInvocation = () => PromiseReject(new TypeError("Illegal invocation"));
