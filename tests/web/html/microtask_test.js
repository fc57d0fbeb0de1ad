// SPDX-License-Identifier: Apache-2.0
import { test, expect } from "sedge:test";

test("runs after the current code, in order with promise reactions", async () => {
  const order = [];
  queueMicrotask(() => order.push(1));
  Promise.resolve().then(() => order.push(2));
  queueMicrotask(() => order.push(3));
  order.push(0);
  await new Promise((resolve) => setTimeout(resolve));
  expect(order).toEqual([0, 1, 2, 3]);
});

test("an exception is reported as an error, not as a rejection", async () => {
  const seen = [];
  const onError = (event) => { seen.push(event.error.message); event.preventDefault(); };
  const onRejection = () => seen.push("rejection");
  addEventListener("error", onError);
  addEventListener("unhandledrejection", onRejection);
  queueMicrotask(() => { throw new Error("mine"); });
  await new Promise((resolve) => setTimeout(resolve, 1));
  removeEventListener("error", onError);
  removeEventListener("unhandledrejection", onRejection);
  expect(seen).toEqual(["mine"]);
});

test("wants a function", () => {
  expect(() => queueMicrotask()).toThrow(TypeError);
  expect(() => queueMicrotask({})).toThrow("not a function");
  expect(queueMicrotask.length).toBe(1);
});
