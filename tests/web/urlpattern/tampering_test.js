// SPDX-License-Identifier: Apache-2.0
// URLPattern in a worker that changed the language's own objects.
import { test, expect } from "sedge:test";

const use = () => {
  const pattern = new URLPattern("http{s}?://*.example.com/:kind/:id([[0-9]--9]+)/{:rest.html}?*\\?q=:q");
  const simple = new URLPattern({ pathname: "/A:id/*", baseURL: "https://h:8443/" }, { ignoreCase: true });
  const result = pattern.exec("https://www.example.com/book/18/index.html?q=\u00E9");
  return JSON.stringify([
    pattern.pathname, pattern.test("https://www.example.com/book/19/x?q=1"), pattern.hasRegExpGroups, result,
    simple.exec({ protocol: "https", hostname: "h", port: "8443", pathname: "/./a1/x y" }),
    simple.exec("/b", "https://h"), new URLPattern({ hostname: "\u00E9.example", hash: "a#b" }).hostname,
  ]);
};

// Replaces every function of the prototypes by one that fails, runs fn, and puts them back.
function withBrokenPrototypes(prototypes, fn) {
  const { ownKeys, getOwnPropertyDescriptor, defineProperty } = Reflect;
  const saved = [];
  const broken = () => {
    throw new Error("broken");
  };
  for (let i = 0; i < prototypes.length; ++i) {
    const keys = ownKeys(prototypes[i]);
    for (let j = 0; j < keys.length; ++j) {
      const descriptor = getOwnPropertyDescriptor(prototypes[i], keys[j]);
      if (!descriptor.configurable || keys[j] === "constructor") continue;
      saved[saved.length] = [prototypes[i], keys[j], descriptor];
    }
  }
  for (let i = 0; i < saved.length; ++i) {
    const replacement = saved[i][2].get ? { get: broken } : { value: broken };
    defineProperty(saved[i][0], saved[i][1], replacement);
  }
  try {
    return fn();
  } finally {
    for (let i = 0; i < saved.length; ++i) defineProperty(saved[i][0], saved[i][1], saved[i][2]);
  }
}

test("works when prototypes are broken", () => {
  const expected = use();
  const { stringify } = JSON;
  const actual = withBrokenPrototypes([
    RegExp.prototype, Set.prototype, Map.prototype, BigInt.prototype, Number.prototype, URL.prototype,
    Object.getPrototypeOf(Uint8Array.prototype), Array.prototype, String.prototype,
  ], () => {
    const original = JSON.stringify;
    let results;
    JSON.stringify = (values) => {
      results = values;
      return "";
    };
    try {
      use();
    } finally {
      JSON.stringify = original;
    }
    return results;
  });
  expect(stringify(actual)).toBe(expected);
});

test("works when Object.prototype has setters for what it makes", () => {
  const expected = use();
  const names = ["groups", "input", "inputs", "pathname", "hostname", "baseURL", "kind", "id", "rest", "type",
    "value", "index", "prefix", "suffix", "matcher", "patternString", "strings", "characters", "code", "set"];
  let actual;
  try {
    for (const name of names) {
      Object.defineProperty(Object.prototype, name, { __proto__: null, configurable: true, get: () => undefined, set() {
        throw new Error(`set ${name}`);
      } });
    }
    actual = use();
  } finally {
    for (const name of names) delete Object.prototype[name];
  }
  expect(actual).toBe(expected);
});

test("gives objects of its own each time", () => {
  const pattern = new URLPattern({ pathname: "/:a" });
  const first = pattern.exec("http://h/x");
  first.pathname.groups.a = "changed";
  first.inputs.push("more");
  expect(pattern.exec("http://h/x").pathname.groups).toEqual({ a: "x" });
  expect(pattern.exec("http://h/x").inputs).toEqual(["http://h/x"]);
});
