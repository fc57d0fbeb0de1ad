// SPDX-License-Identifier: Apache-2.0
// A worker that changed every prototype, before the first use of crypto.subtle: everything works, and nothing of
// what is inside comes to light. The test itself uses syntax alone.
import { test } from "sedge:test";

const { subtle, DigestStream } = crypto;
const utf8 = new TextEncoder();
const text = utf8.encode("a text");
const exponent = new Uint8Array([1, 0, 1]);
const iv = new Uint8Array(16);
const { TypeError, Error, Uint8Array: Bytes } = globalThis;
const same = subtle.timingSafeEqual;
const call = Function.prototype.call.bind(Function.prototype.call);
const sameBytes = (a, b) => call(same, subtle, a, b);

// Whatever asked Object.prototype for one of these names.
const seen = [];
let seenCount = 0;
const trapped = [
  "then", "toJSON", "name", "hash", "value", "length", "iv", "alg", "kty", "k", "use", "key_ops", "ext", "d", "x",
  "get", "set", "writable", "enumerable", "configurable", "required", "converter", "defaultValue", "key", "type",
  "handle", "usages", "algorithm", "entry", "sign", "encrypt", "importKey",
];

function tamper() {
  const { defineProperty, getPrototypeOf } = Object;
  const { ownKeys, getOwnPropertyDescriptor } = Reflect;
  const { species } = Symbol;
  const poison = (what) => function poisoned() { throw new Error(`poisoned ${what}`); };
  const jobs = [];
  for (const Class of [Array, Promise, Map, Set, WeakMap, String, RegExp, Number, ArrayBuffer,
    getPrototypeOf(Uint8Array), Uint8Array, DataView, BigInt, WritableStream]) {
    for (const target of [Class, Class.prototype]) {
      for (const key of ownKeys(target)) {
        const descriptor = getOwnPropertyDescriptor(target, key);
        if (!descriptor.configurable || key === "constructor" || key === species) continue;
        const what = `${Class.name} ${String(key)}`;
        if (typeof descriptor.value === "function") jobs.push([target, key, { ...descriptor, value: poison(what) }]);
        else if (descriptor.get) jobs.push([target, key, { ...descriptor, get: poison(what) }]);
      }
    }
  }
  jobs.push([JSON, "stringify", { value: poison("stringify") }], [JSON, "parse", { value: poison("parse") }]);
  for (const key of trapped) {
    jobs.push([Object.prototype, key, {
      __proto__: null,
      configurable: true,
      get() { seen[seenCount++] = this; },
      set() { seen[seenCount++] = this; },
    }]);
  }
  for (let i = 0; i < jobs.length; ++i) jobs[i][2].__proto__ = null;
  for (let i = 0; i < jobs.length; ++i) defineProperty(jobs[i][0], jobs[i][1], jobs[i][2]);
}

// What scripts pass has no prototype here; what they get, kept in a chain, may be looked at.
let results = null;
const keep = (value) => {
  results = { __proto__: null, value, next: results };
  return value;
};
const isResult = (value) => {
  for (let result = results; result !== null; result = result.next) {
    if (result.value === value) return true;
  }
  return false;
};
const must = (condition, what) => {
  if (!condition) throw new Error(what);
};

const symbolIterator = Symbol.iterator;
// A sequence<KeyUsage> without the help of arrays' iterators.
const list = (...usages) => {
  const values = usages;
  return {
    __proto__: null,
    [symbolIterator]() {
      let i = 0;
      return { __proto__: null, next: () => i < values.length
        ? { __proto__: null, done: false, value: values[i++] } : { __proto__: null, done: true, value: undefined } };
    },
  };
};

async function symmetric() {
  keep(await subtle.digest("SHA-256", text));
  keep(await subtle.digest("SHA-256", new Bytes(300_000)));
  const mac = { __proto__: null, name: "HMAC", hash: "SHA-256", length: 128 };
  const hmac = keep(await subtle.generateKey(mac, true, list("sign", "verify")));
  const signature = keep(await subtle.sign("HMAC", hmac, text));
  must(await subtle.verify("HMAC", hmac, signature, text), "HMAC");
  const size = { __proto__: null, name: "AES-GCM", length: 256 };
  const aes = keep(await subtle.generateKey(size, false, list("encrypt", "decrypt", "wrapKey", "unwrapKey")));
  const gcm = { __proto__: null, name: "AES-GCM", iv };
  for (let i = 0; i < 2; ++i) {
    const data = new Bytes(i * 300_000);
    const encrypted = keep(await subtle.encrypt(gcm, aes, data));
    must(sameBytes(keep(await subtle.decrypt(gcm, aes, encrypted)), data), "AES-GCM");
  }
  const wrapped = keep(await subtle.wrapKey("jwk", hmac, aes, gcm));
  const unwrapped = keep(await subtle.unwrapKey("jwk", wrapped, aes, gcm, mac, true, list("sign")));
  must(sameBytes(keep(await subtle.sign("HMAC", unwrapped, text)), signature), "unwrapKey");
  const jwk = keep(await subtle.exportKey("jwk", hmac));
  must(sameBytes(keep(await subtle.exportKey("raw", hmac)), keep(await subtle.exportKey("raw", unwrapped))), jwk.k);
}

async function derivation() {
  const base = keep(await subtle.importKey("raw", text, "PBKDF2", false, list("deriveKey")));
  const pbkdf2 = { __proto__: null, name: "PBKDF2", hash: "SHA-256", salt: iv, iterations: 1000 };
  const size = { __proto__: null, name: "AES-CBC", length: 128 };
  keep(await subtle.deriveKey(pbkdf2, base, size, false, list("encrypt")));
}

async function asymmetric() {
  const curve = { __proto__: null, name: "ECDSA", namedCurve: "P-384" };
  const pair = keep(await subtle.generateKey(curve, true, list("sign", "verify")));
  keep(pair.privateKey);
  keep(pair.publicKey);
  const ecdsa = { __proto__: null, name: "ECDSA", hash: "SHA-384" };
  const signature = keep(await subtle.sign(ecdsa, pair.privateKey, text));
  must(await subtle.verify(ecdsa, pair.publicKey, signature, text), "ECDSA");
  const spki = keep(await subtle.exportKey("spki", pair.publicKey));
  const again = keep(await subtle.importKey("spki", spki, curve, true, list("verify")));
  must(await subtle.verify(ecdsa, again, signature, text), "imported");
  const other = keep(await subtle.generateKey("X25519", false, list("deriveKey")));
  const agreement = { __proto__: null, name: "X25519", public: other.publicKey };
  keep(await subtle.deriveKey(agreement, other.privateKey, "HKDF", false, list("deriveBits")));
  const rsa = { __proto__: null, name: "RSA-OAEP", hash: "SHA-1", modulusLength: 1024, publicExponent: exponent };
  const oaep = keep(await subtle.generateKey(rsa, true, list("encrypt", "decrypt")));
  const encrypted = keep(await subtle.encrypt("RSA-OAEP", oaep.publicKey, text));
  must(sameBytes(keep(await subtle.decrypt("RSA-OAEP", oaep.privateKey, encrypted)), text), "RSA-OAEP");
}

test("a worker that changed every prototype", async () => {
  tamper();
  await symmetric();
  await derivation();
  await asymmetric();
  const stream = new DigestStream("SHA-1");
  keep(stream);
  let failed = "";
  try {
    await subtle.digest("nothing", text);
  } catch (error) {
    failed = error.name;
  }
  must(failed === "NotSupportedError", failed);
  for (let i = 0; i < seenCount; ++i) {
    must(isResult(seen[i]) || seen[i] === null || typeof seen[i] !== "object", `something inside was seen: ${i}`);
  }
});
