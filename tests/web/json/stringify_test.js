// SPDX-License-Identifier: Apache-2.0
// What Response.json() writes is what JSON.stringify() gives, and scripts see the same of both.
import { test, describe, expect } from "sedge:test";
import { randomOf } from "./random.js";

// The serialiser of the builtins is not what the first calls go through.
for (let i = 0; i < 1000; ++i) Response.json({ i });

// What `run` gave and what came before: { text, log } or { error, log }.
function outcome(make, run) {
  const log = [];
  const note = (...words) => log.push(words.map(String).join(" "));
  try {
    return { text: run(make(note)), log };
  } catch (error) {
    return { error: `${error?.name}: ${error?.message}`, log };
  }
}

// Response.json() gives its text only later: what it throws, and the log, are there at once.
async function ours(make) {
  const result = outcome(make, (value) => Response.json(value));
  if (result.text !== undefined) result.text = await result.text.text();
  return result;
}

function theirs(make) {
  return outcome(make, (value) => {
    const text = JSON.stringify(value);
    if (text !== undefined) return text;
    throw new TypeError("Failed to execute 'json' on 'Response': The data is not JSON serializable.");
  });
}

async function same(make) {
  const expected = theirs(make);
  expect(await ours(make)).toEqual(expected);
  expect(await ours((note) => [{ in: make(note) }])).toEqual(theirs((note) => [{ in: make(note) }]));
  return expected;
}

// Logs every trap.
function spy(target, note, name = "proxy") {
  return new Proxy(target, new Proxy({}, {
    get: (_, trap) => (...args) => {
      note(name, trap, ...args.slice(1, 2).map((arg) => typeof arg === "symbol" ? arg.description : arg));
      return Reflect[trap](...args);
    },
  }));
}

const plain = {
  numbers: [0, -0, 1, -1, 9, 10, 99, 100, 12345, 999999999, 1000000000, 2147483647, -2147483648, 2147483648, 4294967296,
    -2147483649, 0.1, -0.5, 1e21, 1e-7, 5e-324, 1.7976931348623157e308, NaN, Infinity, -Infinity, 9007199254740993],
  strings: ["", "a", "\"", "\\", "\b\t\n\f\r", "\0\x01\x1f\x7f\x80\xff", "\u0100\u20ac", "\u2028\u2029", "\ud83d\ude00",
    "\ud800", "\udc00", "\ud800\ud800\udc00", "\udc00\ud800", "a\ud800b", "\ud800\udc00\udc00", "\ud800x\udc00",
    "\uffff\ufeff"],
  lengths: [127, 128, 129, 257, 5000].map((length) => "x".repeat(length)),
  escaped: [127, 128, 129, 257, 5000].map((length) => "\0".repeat(length)),
  surrogates: [127, 128, 129].map((length) => "\ud83d\ude00".repeat(length / 2) + "\ud83d"),
  holes: [, 1, , undefined, () => 1, Symbol("s")], // eslint-disable-line no-sparse-arrays
  constants: [null, true, false, undefined],
  dates: [new Date(0), new Date(NaN)],
  objects: [{}, [], [[]], [{}], { a: {} }, { a: undefined }, { a: undefined, b: 1, c: () => 1, d: Symbol("s"), e: 2 }],
  keys: { "": 1, "\"": 2, "\\": 3, "\0": 4, "\ud800": 5, "\u20ac": 6, 10: 7, 9: 8, "-1": 9, "01": 10, __proto__x: 11 },
  long: { ["k".repeat(56)]: 1, ["k".repeat(57)]: 2, ["k".repeat(58)]: 3, ["k".repeat(300)]: 4 },
  worst: { ["k".repeat(300)]: { ["\0".repeat(128)]: "\0".repeat(128) } },
  others: [/r/, new Map([[1, 2]]), new Set([1]), new Error("e"), Promise.resolve(1), new Uint8Array([1, 2]),
    new ArrayBuffer(2), new WeakMap(), new Float64Array([0.5]), Math, globalThis.JSON,
    new (class A { x = 1; #y = 2; })()],
  prototypes: [Object.create(null), Object.create({ a: 1 }), Object.assign(Object.create(null), { a: 1 })],
  boxes: [new Number(3), new Number(-0), new String("s\ud800"), new Boolean(false), new Boolean(true),
    Object(Symbol("s")), Object.assign(new Number(3), { a: 1 }),
    Object.setPrototypeOf(new Number(4), null), new String("")],
  ropes: [`${"a".repeat(20)}${"b".repeat(20)}${1}`, "abc".repeat(50).slice(3, 100)],
};

describe("what Response.json() writes", () => {
  test("plain values", async () => {
    await same(() => plain);
    for (const group of Object.values(plain)) {
      await same(() => group);
      for (const value of Object.values(group)) await same(() => value);
    }
    for (const value of [undefined, () => 1, Symbol("s"), 1n, Object(1n), null, 1, "x", NaN]) await same(() => value);
    await same(() => Object.fromEntries([["__proto__", 1]]));
    await same(() => Object.defineProperty({ a: 1 }, "hidden", { value: 2, enumerable: false }));
    await same(() => Object.assign([1, 2], { a: 1, [-1]: 2 }));
    await same(() => Object.assign({ length: 2 }, [1, 2]));
    await same(() => Array.from({ length: 3 }, (_, i) => Object.defineProperty([1, 2], "length", { value: i })));
    await same(() => Object.setPrototypeOf([1, 2], null));
    await same(() => [0.5, 1, , 2]); // eslint-disable-line no-sparse-arrays
    await same(function () { return arguments; });
  });

  test("boxes by what they are, not by their prototypes", async () => {
    for (const Box of [Number, String, Boolean, BigInt]) {
      for (const prototype of [null, Object.prototype, Box.prototype]) {
        await same(() => Object.setPrototypeOf(Object(Box(1)), prototype));
        await same(() => Object.assign(Object.setPrototypeOf(Object(Box(0)), prototype), { a: 1 }));
        await same((note) => Object.defineProperty(Object(Box(1)), "a", { enumerable: true, get: () => note("get") }));
      }
      await same(() => Object.create(Object(Box(1))));
      await same((note) => spy(Object(Box(1)), note));
      await same((note) => Object.assign(Object(Box(1)), {
        valueOf() { note("valueOf"); return 7; },
        toString() { note("toString"); return "seven"; },
        [Symbol.toPrimitive](hint) { note("hint", hint); return 8; },
      }));
    }
    await same(() => Object.assign(new Number(1), { valueOf: () => Symbol("s"), toString: () => ({}) }));
  });

  test("toJSON, whatever has it", async () => {
    const json = (note, result) => function (...args) {
      note("toJSON", typeof this, args.length, typeof args[0], args[0]);
      return typeof result === "function" ? result(this) : result;
    };
    const made = [1, "x", null, undefined, true, Symbol("s"), () => () => 1, { a: [1] }, [1, { toJSON: () => 2 }]];
    for (const result of made) {
      await same((note) => ({ toJSON: json(note, result) }));
      await same((note) => [{ toJSON: json(note, result) }, { b: { toJSON: json(note, result) } }]);
      await same((note) => Object.assign(() => 1, { toJSON: json(note, result) }));
      await same((note) => Object.assign([1], { toJSON: json(note, result) }));
    }
    await same((note) => ({ toJSON: json(note, () => 1n) }));
    await same((note) => ({ toJSON: json(note, () => new Number(5)) }));
    await same((note) => ({ toJSON: json(note, (self) => ({ ...self, toJSON: json(note, 2) })) }));
    await same((note) => ({ get toJSON() { note("get toJSON"); return json(note, 3); } }));
    await same(() => ({ toJSON: 1, a: 2 }));
    await same(() => ({ toJSON() { throw new RangeError("mine"); } }));
    await same((note) => ({ toJSON: spy(() => 4, note) }));
    for (const prototype of [Object.prototype, BigInt.prototype, Function.prototype, Number.prototype, String.prototype,
      Symbol.prototype]) {
      for (const strict of [true, false]) {
        await same((note) => {
          const get = strict ? function () { "use strict"; note("get", typeof this); return json(note, 5); }
            : function () { note("get", typeof this); };
          Object.defineProperty(prototype, "toJSON", { get, configurable: true });
          return [1, "s", 1n, { a: 1n, b: () => 1, c: Symbol("s"), d: new Number(1), e: Object(1n) }, true, null];
        });
        delete prototype.toJSON;
      }
    }
  });

  test("getters and changes on the way", async () => {
    await same((note) => ({
      get b() { note("b"); return 1; },
      get a() { note("a"); return { get c() { note("c"); } }; },
    }));
    await same(() => ({ a: 1, get b() { delete this.c; delete this.a; this.e = 5; return 2; }, c: 3, d: 4 }));
    await same(() => ({ get b() { Object.defineProperty(this, "c", { enumerable: false }); return 2; }, c: 3 }));
    await same(() => Object.setPrototypeOf({ get b() { delete this.c; return 2; }, c: 3 }, { c: "inherited" }));
    await same(() => { const list = [1, { toJSON() { list.length = 2; return 0; } }, 3, 4]; return list; });
    await same(() => { const list = [1, { toJSON() { list.push(9); return 0; } }, 3]; return list; });
    await same(() => { const list = [1, { toJSON() { list[2] = "x"; return 0; } }, 3]; return list; });
    await same((note) => Object.defineProperty([1, 2, 3], 1, { get: () => note("1"), enumerable: true }));
    await same(() => ({ get a() { throw new Error("mine"); } }));
    await same(() => { const inner = {}; return [inner, { toJSON() { inner.x = 1; return inner; } }, inner]; });
    Object.prototype[1] = "inherited";
    await same(() => [0, , 2]); // eslint-disable-line no-sparse-arrays
    delete Object.prototype[1];
  });

  test("proxies, trap by trap", async () => {
    await same((note) => spy({ a: 1, b: [2], c: { d: 3 } }, note));
    await same((note) => spy([1, [2], { a: 3 }], note));
    await same((note) => spy(() => 1, note));
    await same((note) => spy(spy([1], note, "inner"), note, "outer"));
    await same((note) => ({ a: spy([spy({ b: spy([], note, "3") }, note, "2")], note, "1") }));
    await same((note) => Object.setPrototypeOf({ a: 1 }, spy({}, note)));
    await same((note) => Object.setPrototypeOf([, 1], spy([], note))); // eslint-disable-line no-sparse-arrays
    await same((note) => Object.setPrototypeOf({}, spy({ a: 1, toJSON: () => 1 }, note)));
    const lengths = [2, 0, -1, "2", 1.5, NaN, null, undefined, 2 ** 32, 2 ** 53, Infinity, 1n, Symbol("s"),
      { valueOf: () => 1 }];
    for (const length of lengths) {
      await same((note) => new Proxy([], {
        get(_, key) {
          note("get", String(key));
          return key === "length" ? length : key === "toJSON" ? undefined : { toString: 1 };
        },
      }));
    }
    await same(() => new Proxy({}, { ownKeys: () => ["a", "b", Symbol("s")], getOwnPropertyDescriptor: (_, key) =>
      ({ configurable: true, enumerable: key !== "b", value: 1 }) }));
    await same(() => new Proxy({}, { ownKeys: () => { throw new Error("mine"); } }));
    await same(() => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy; });
    for (const target of [{}, []]) {
      await same(() => {
        const { proxy, revoke } = Proxy.revocable(target, { get: () => revoke() });
        return proxy;
      });
    }
  });

  test("circles, with V8's words", async () => {
    class Named { constructor(members) { Object.assign(this, members); } }
    for (let length = 1; length <= 8; ++length) {
      for (const before of [0, 1, 3]) {
        for (const kind of ["object", "array", "mixed", "class", "null"]) {
          await same(() => {
            const make = (i) => kind === "array" || (kind === "mixed" && i % 2 === 1) ? [0]
              : kind === "class" ? new Named({ z: 1 }) : kind === "null" ? Object.create(null) : { z: 1 };
            const all = Array.from({ length: before + length }, (_, i) => make(i));
            all.forEach((value, i) => {
              const next = all[i + 1] ?? all[before];
              if (Array.isArray(value)) value.push(next);
              else value[`next${i}`] = next;
            });
            return all[0];
          });
        }
      }
    }
    await same(() => { const a = { 0: 1 }; a[5] = a; return a; });
    await same(() => { const a = {}; a[""] = a; return a; });
    await same(() => { const a = { toJSON() { return [a.b]; } }; a.b = { a: [a] }; return a; });
    await same((note) => { const a = {}; a.a = spy(a, note); return a.a; });
    await same(() => { const a = []; const p = new Proxy(a, {}); a.push(p); return p; });
    await same(() => { const a = { constructor: { name: "Mine" } }; a.a = a; return a; });
    await same(() => { const a = { [Symbol.toStringTag]: "Tag" }; a.a = a; return a; });
    const shared = { a: 1 };
    await same(() => [shared, { shared }, [shared]]);
  });

  test("depth", async () => {
    const nest = (depth, wrap) => { let value = 1; while (--depth >= 0) value = wrap(value); return value; };
    for (const wrap of [(v) => [v], (v) => ({ v }), (v) => [{ v }]]) {
      await same(() => nest(1000, wrap));
      expect(await (Response.json(nest(3000, wrap))).text()).toBe(JSON.stringify(nest(3000, wrap)));
      expect(() => Response.json(nest(100_000, wrap))).toThrow(RangeError);
    }
    const endless = () => ({ toJSON: () => ({ a: endless() }) });
    expect(() => Response.json(endless())).toThrow("Maximum call stack size exceeded");
    await same(() => [{ still: "works" }]);
  });

  test("calls of it from within", async () => {
    await same((note) => ({ a: "before", get b() { note(JSON.stringify({ x: [1] })); return "b"; }, c: "after" }));
    const inner = [];
    const value = {
      a: "before",
      get b() { inner.push(Response.json({ x: ["inner"] })); return 1; },
      toJSON: undefined,
      c: "after",
    };
    expect(await Response.json([value, value]).text()).toBe(JSON.stringify([value, value]));
    expect(await inner[0].text()).toBe("{\"x\":[\"inner\"]}");
    const throwing = { a: 1, get b() { throw new Error("mine"); } };
    expect(() => Response.json({ throwing })).toThrow("mine");
    const catching = () => {
      try {
        Response.json({ throwing });
      } catch {
        return 1; // expected
      }
      return 2;
    };
    await same(() => ({ a: { toJSON: catching }, b: 2 }));
    await same(() => [1, { a: 2 }]);
  });

  test("long texts", async () => {
    const words = ["short", "\u20ac", "a\nb", "x".repeat(300), "\ud800", 1.5, -7, null, true, { k: [] }];
    await same(() => Array.from({ length: 20_000 }, (_, i) => words[i % words.length]));
    await same(() => Array.from({ length: 20_000 }, (_, i) => i * i));
    await same(() => Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`key ${i}`, { [`in ${i}`]: i / 3 }])));
    await same(() => ["y".repeat(1 << 20), "\0".repeat(1 << 16)]);
    for (let size = 8160; size < 8220; ++size) {
      const text = "z".repeat(200);
      await same(() => [...Array.from({ length: 40 }, () => text), "w".repeat(size - 8120), { a: 1 }, 2]);
    }
  });

  test("what a worker changed", async () => {
    const saved = [];
    const change = (object, key, value) => {
      saved[saved.length] = [object, key, Object.getOwnPropertyDescriptor(object, key)];
      Object.defineProperty(object, key, { value, configurable: true, writable: true });
    };
    const bad = () => { throw new Error("a builtin called what a worker changed"); };
    const value = () => ({ a: [1, "two", { three: 0.25 }], b: new Date(0), c: [new Number(1), new String("s")] });
    const expected = JSON.stringify(value());
    for (const [object, keys] of [[Array, ["isArray"]], [Object, ["keys"]], [JSON, ["stringify"]], [Reflect, ["apply"]],
      [String.prototype, ["charCodeAt"]], [DataView.prototype, ["setFloat64"]], [Map.prototype, ["get", "set"]],
      [Boolean.prototype, ["valueOf"]], [Array.prototype, ["push", "pop"]]]) {
      for (const key of keys) change(object, key, bad);
    }
    Object.defineProperty(Object.prototype, "8", { get: bad, configurable: true });
    let response;
    try {
      response = [Response.json(value()), Response.json({ newName: value() }), Response.json({ "\u20ac\n": "\b\x01" })];
    } finally {
      delete Object.prototype[8];
      for (let i = 0; i < saved.length; ++i) Object.defineProperty(saved[i][0], saved[i][1], saved[i][2]);
    }
    expect(await response[0].text()).toBe(expected);
    expect(await response[1].text()).toBe(`{"newName":${expected}}`);
    expect(await response[2].text()).toBe("{\"\u20ac\\n\":\"\\b\\u0001\"}");
  });
});

function randomText(random) {
  const units = [];
  const wide = random(3) === 0;
  for (let i = random(random(20) === 0 ? 600 : 12); i > 0; --i) {
    units.push(wide ? [random(0x10000), 0xD800 + random(0x800), random(0x30), 0x61][random(4)] : 0x20 + random(0x5F));
  }
  return String.fromCharCode(...units);
}

function randomValue(random, note, depth, seen) {
  const deeper = () => randomValue(random, note, depth - 1, seen);
  const name = () => random(4) === 0 ? randomText(random) : random(6) === 0 ? `${random(20)}` : `name${random(12)}`;
  switch (random(depth > 0 ? 22 : 10)) {
    case 0: return random(2) === 0;
    case 1: return null;
    case 2: return [undefined, () => 1, Symbol("s")][random(3)];
    case 3: return random(2 ** 31) - 2 ** 30;
    case 4: return (random(2 ** 31) - 2 ** 30) / (random(1000) + 1);
    case 5: return [-0, NaN, Infinity, 1e300, 5e-324, 2 ** 53, 2 ** 31, -(2 ** 31)][random(8)];
    case 6: return random(10);
    case 7: return new [Number, String, Boolean][random(3)](random(3));
    case 8: return seen.length > 0 && random(4) === 0 ? seen[random(seen.length)] : "again";
    case 10: case 11: case 12: case 13: {
      const object = random(8) === 0 ? Object.create(null) : {};
      seen.push(object);
      for (let i = random(8); i > 0; --i) object[name()] = deeper();
      if (random(6) !== 0) seen.length = 0;
      return object;
    }
    case 14: case 15: case 16: {
      const list = [];
      for (let i = random(8); i > 0; --i) list[random(12) === 0 ? list.length + 1 : list.length] = deeper();
      return list;
    }
    case 17: return spy(random(2) === 0 ? { [name()]: deeper() } : [deeper(), deeper()], note, `p${depth}`);
    case 18: {
      const result = deeper();
      const key = name();
      const get = () => { note("get", key); return result; };
      return Object.defineProperty({ first: 1 }, key, { get, enumerable: random(4) !== 0 });
    }
    case 19: {
      const result = deeper();
      return { a: 1, toJSON(...args) { note("toJSON", ...args); return result; } };
    }
    case 20: return Object.assign(new Map(), { [name()]: deeper() });
    case 21: return random(30) === 0 ? 1n : new (class Some { constructor() { this[name()] = deeper(); } })();
    default: return randomText(random);
  }
}

test("3,000 random values", async () => {
  for (let seed = 1; seed <= 3000; ++seed) {
    const make = (note) => [randomValue(randomOf(seed), note, 5, [])];
    const expected = theirs(make);
    const got = await ours(make);
    if (JSON.stringify(got) !== JSON.stringify(expected)) expect({ seed, ...got }).toEqual({ seed, ...expected });
  }
});
