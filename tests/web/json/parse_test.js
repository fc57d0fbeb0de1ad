// SPDX-License-Identifier: Apache-2.0
// What json() of a body gives is what JSON.parse() gives, whichever of them builds it.
import { test, describe, expect } from "sedge:test";
import { randomOf } from "./random.js";

// The parser of the builtins is not what the first calls go through.
for (let i = 0; i < 1000; ++i) await new Response(`{"i":${i}}`).json();

// All that a script sees of a value: JSON.stringify() would not tell -0, descriptors and prototypes apart.
function describeValue(value) {
  if (Object.is(value, -0)) return "-0";
  if (typeof value !== "object" || value === null) return `${typeof value} ${String(value)}`;
  const members = Reflect.ownKeys(value).map((key) => {
    const { value: member, ...attributes } = Object.getOwnPropertyDescriptor(value, key);
    return [key, Object.values(attributes).join(), describeValue(member)];
  });
  const prototype = Object.getPrototypeOf(value);
  const kind = prototype === Object.prototype ? "object" : prototype === Array.prototype ? "array" : "other";
  return [kind, Array.isArray(value), Object.isExtensible(value), ...members];
}

function outcomeOf(parse) {
  try {
    return describeValue(parse());
  } catch (error) {
    return `${error.name}: ${error.message}`;
  }
}

async function ours(body) {
  try {
    return describeValue(await new Response(body).json());
  } catch (error) {
    return `${error.name}: ${error.message}`;
  }
}

async function same(text) {
  // Many that are V8's would make all that follow V8's.
  for (let i = 0; i < 8; ++i) await new Response("[]").json();
  const expected = outcomeOf(() => JSON.parse(text));
  const got = [await ours(text), await ours(new TextEncoder().encode(text))];
  for (const one of got) {
    if (JSON.stringify(one) !== JSON.stringify(expected)) expect({ text, one }).toEqual({ text, one: expected });
  }
  return expected;
}

const kValues = [
  "0", "-0", "1", "-1", "12345678", "123456789", "-123456789", "1234567890", "2147483647", "2147483648",
  "-2147483649", "9007199254740993", "123456789012345678901234567890", "0.1", "-0.0", "1.0", "1e5", "1E+5",
  "1e-5", "1e400", "-1e400", "5e-324", "1e-400", "0e0", "0.30000000000000004", "00", "01", "-", "+1", ".5",
  "1.", "1e", "1e+", "-a", "0x1", "1_0", "NaN", "Infinity", "\"\"", "\"a\"", "\"abcdefghijklm\"",
  "\"abcdefghijklmnopqrstuvwxyz\"", "\"\\n\"", "\"\\u00e9\\ud83d\\ude00\"", "\"\\ud800\"",
  "\"\\\"\\\\\\/\\b\\f\\r\\t\"", "\"\\x\"", "\"\\u12\"", "\"\\u12G4\"", "\"\\", "\"a", "\"\t\"", "\"\n\"",
  "\"\u007f\"", "\"\u00e9\"", "\"\u20ac and more text\"", "\"\u2028\"", "\"\ud83d\ude00\"", "\"\ufeff\"",
  "null", "true", "false", "nul", "True", "nullx", "undefined", "[]", "{}", "[1]", "[1,2]", "[1,2,3]",
  "[1,2,3,4]", "[1,2,3,4,5]", "[1,\"a\",0.5,null,{}]", "[0.5,1.5,2.5,3.5,4.5,5.5]", "[,]", "[1,]", "[1 2]",
  "[1", "[", "{", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{a:1}", "{'a':1}", "{\"a\" 1}",
  "{,}", "{\"a\":1 \"b\":2}", "{\"a\":1}", "{\"a\":1,\"b\":2}", "{\"b\":2,\"a\":1}", "{\"a\":1,\"a\":2}",
  "{\"a\":1,\"b\":2,\"a\":3}", "{\"__proto__\":1}", "{\"__proto__\":{\"x\":1},\"a\":2}", "{\"\":1}",
  "{\"\":1,\"a\":2}", "{\"\":1,\"\":2}", "{\"2\":1,\"1\":2}", "{\"b\":0,\"1\":1,\"a\":2,\"0\":3}",
  "{\"01\":1,\"-1\":2,\"1.5\":3}", "{\"4294967295\":1,\"a\":2}", "{\"\\u0061\":1,\"a\":2}", "{\"\u00e9\":1}",
  "{\"a\\\"\":1}", "{\"constructor\":1,\"toString\":2}", "{\"toJSON\":1,\"then\":2}", "{\"a\t\":1}",
  "{\"a b\":{\"c\":{\"d\":[{\"e\":[]}]}}}", "1 2", "[1]]", "{}x", " [ 1 , 2 ] ", "\t{\r\n\"a\" :\n1 }\n",
  "\u00a0[1]", "\u000b[1]", "[1]\u0000", "", " ", "\ufeff[1]", "[\ufeff1]",
];

describe("json() of a body", () => {
  test("is JSON.parse() of its text", async () => {
    for (const value of kValues) {
      if (!value.startsWith("\ufeff")) await same(value); // json() drops it
      await same(`[${value}]`);
      await same(`{"a":${value}}`);
      await same(`[{"a":1,"b":${value}},{"a":1,"b":2}]`);
      await same(` [ ${value} , ${value} ] `);
      await same(`{"key":"\u20ac","value":[${value}]}`);
    }
    expect(await new Response("\ufeff{\"a\":[1]}").json()).toEqual({ a: [1] });
  });

  test("invalid UTF-8 is replaced", async () => {
    const bytes = [0x5B, 0x22, 0xFF, 0xC3, 0x22, 0x5D];
    expect(await new Response(new Uint8Array(bytes)).json()).toEqual(["\ufffd\ufffd"]);
  });

  test("long arrays, long texts and depth", async () => {
    for (const length of [5, 40, 1023, 1024, 1025, 3000]) {
      await same(`[${Array.from({ length }, (_, i) => i)}]`);
      await same(`[${Array.from({ length }, (_, i) => `{"i":${i},"list":[[],[${i}],[1,2,3,4,5,6,${i}]]}`)}]`);
    }
    await same(`["${"x".repeat(16_380)}"]`);
    await same(`["${"x".repeat(16_381)}"]`);
    for (const depth of [10, 63, 64, 65, 66, 1000]) {
      await same(`${"[".repeat(depth)}${"]".repeat(depth)}`);
      await same(`${"{\"a\":".repeat(depth)}1${"}".repeat(depth)}`);
    }
  });

  test("values are apart from one another", async () => {
    const text = "{\"a\":{\"b\":1},\"list\":[{\"b\":1},{\"b\":2}]}";
    const one = await new Response(text).json();
    one.a.b = "changed";
    one.list[0].more = 1;
    delete one.list[1].b;
    one.list.push(1);
    Object.freeze(one.a);
    expect(await new Response(text).json()).toEqual(JSON.parse(text));
  });

  test("nothing of a script runs", async () => {
    const names = ["a", "b", "constructor", "then", "length", "toJSON"];
    const text = "{\"a\":[1,2,3,4,5,6,7],\"b\":{\"a\":\"a string of its own\",\"b\":[{\"then\":1}]}," +
      "\"then\":0.5,\"length\":[[1],[1,2]]}";
    const expected = JSON.stringify(JSON.parse(text));
    const bad = () => { throw new Error("a script runs while a body is read"); };
    const saved = [];
    const change = (object, key, descriptor) => {
      saved[saved.length] = [object, key, Object.getOwnPropertyDescriptor(object, key)];
      Object.defineProperty(object, key, { configurable: true, ...descriptor });
    };
    const response = new Response(text);
    let value;
    try {
      for (const name of names) {
        if (name !== "constructor" && name !== "then") change(Object.prototype, name, { get: bad, set: bad });
      }
      for (const object of [Object.prototype, Array.prototype]) {
        for (let i = 0; i < 8; ++i) change(object, i, { get: bad, set: bad });
      }
      change(Array.prototype, Symbol.iterator, { value: bad });
      change(Array, "from", { value: bad });
      change(Array, Symbol.species, { get: bad });
      change(String.prototype, "slice", { value: bad });
      change(JSON, "parse", { value: bad });
      value = response.json(); // of a string: it is built at once
    } finally {
      for (let i = saved.length - 1; i >= 0; --i) {
        const object = saved[i][0];
        const key = saved[i][1];
        const descriptor = saved[i][2];
        if (descriptor === undefined) delete object[key];
        else Object.defineProperty(object, key, descriptor);
      }
    }
    expect(JSON.stringify(await value)).toBe(expected);
  });
});

function randomJson(random, depth) {
  const space = () => random(12) === 0 ? " \n\t\r"[random(4)] : "";
  const deeper = () => `${space()}${randomJson(random, depth - 1)}${space()}`;
  switch (random(depth > 0 ? 12 : 8)) {
    case 0: return kValues[random(kValues.length)];
    case 1: return `${random(1000) - 500}`;
    case 2: return `${(random(2 ** 31) - 2 ** 30) / (random(1000) + 1)}`;
    case 3: return ["null", "true", "false"][random(3)];
    case 4: case 5: case 6: case 7:
      return JSON.stringify(`text ${random(100)}${["", "\u00e9", "\n", "\u20ac"][random(12)] ?? ""}`);
    case 8: case 9: return `[${Array.from({ length: random(8) }, deeper)}]`;
    default: {
      const key = (_, i) => random(20) === 0 ? `${random(3)}` : `key${random(10) === 0 ? 0 : i}`;
      const keys = Array.from({ length: random(6) }, key);
      return `{${keys.map((name) => `${space()}"${name}"${space()}:${deeper()}`)}}`;
    }
  }
}

test("5,000 random texts, and as many with a changed unit", async () => {
  for (let seed = 1; seed <= 5000; ++seed) {
    const random = randomOf(seed);
    const text = randomJson(random, 5);
    await same(text === "" || text.startsWith("\ufeff") ? "[]" : text);
    const at = random(text.length + 1);
    const unit = ["", "\"", "\\", "{", "}", "[", "]", ",", ":", "0", "\0", "e", "-"][random(13)];
    const changed = `${text.slice(0, at)}${unit}${text.slice(at + random(2))}`;
    if (!changed.startsWith("\ufeff")) await same(changed);
  }
});

// Last: no more shapes are learned then.
test("objects of many shapes, and of many members", async () => {
  const keys = (count, from = 0) => Array.from({ length: count }, (_, i) => `"k${from + i}":${i}`).join();
  for (let count = 0; count <= 40; ++count) await same(`[{${keys(count)}},{${keys(count)}},{${keys(count)},"z":1}]`);
  for (let i = 0; i < 200; ++i) await same(`{"one":{${keys(3, i * 3)}},"two":[{"one":${i}}]}`);
  await same(`{${keys(2000)}}`);
  await same(`{"${"k".repeat(5000)}":1,"${"l".repeat(5000)}":2}`);
});
