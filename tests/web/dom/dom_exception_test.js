// SPDX-License-Identifier: Apache-2.0
import { test, expect } from "sedge:test";

test("is an error with a name, a message and a stack", () => {
  const error = new DOMException("too late", "TimeoutError");
  expect(error).toBeInstanceOf(Error);
  expect(error).toBeInstanceOf(DOMException);
  expect(error.name).toBe("TimeoutError");
  expect(error.message).toBe("too late");
  expect(String(error)).toBe("TimeoutError: too late");
  expect(error.stack).toMatch(/^TimeoutError: too late\n\s+at /);
  expect(Object.keys(error)).toEqual([]);
});

test("defaults", () => {
  const error = new DOMException();
  expect([error.name, error.message, error.code]).toEqual(["Error", "", 0]);
  expect(new DOMException(undefined, undefined).name).toBe("Error");
  expect(new DOMException(null).message).toBe("null");
});

test("legacy codes follow the name", () => {
  expect(new DOMException("", "AbortError").code).toBe(DOMException.ABORT_ERR);
  expect(new DOMException("", "DataCloneError").code).toBe(25);
  expect(new DOMException("", "QuotaExceededError").code).toBe(22);
  expect(new DOMException("", "OperationError").code).toBe(0);
  expect(DOMException.prototype.INDEX_SIZE_ERR).toBe(1);
});

test("has the standard's place in the prototype chain", () => {
  expect(Object.getPrototypeOf(DOMException.prototype)).toBe(Error.prototype);
  expect(Object.getPrototypeOf(DOMException)).toBe(Function.prototype);
  expect(DOMException.length).toBe(0);
  expect(() => DOMException.prototype.message).toThrow("Illegal invocation");
});

test("can be extended", () => {
  class Late extends DOMException {
    constructor() { super("late", "TimeoutError"); }
  }
  const error = new Late();
  expect(error).toBeInstanceOf(DOMException);
  expect(error.code).toBe(23);
});
