// SPDX-License-Identifier: Apache-2.0
// Exercises of crypto.subtle and DigestStream: [name, function, what it must give].
import { bytesOf, decode, encode, errorOf, join, lengthOf, seq, textStream } from "./support.js";

const { crypto, structuredClone } = globalThis;
const digits = "0123456789abcdef";

// Of the first bytes of a buffer.
function hex(buffer, count = 8) {
  const bytes = new Uint8Array(buffer);
  let text = "";
  for (let i = 0; i < count && i < lengthOf(bytes); ++i) text += digits[bytes[i] >> 4] + digits[bytes[i] & 15];
  return text;
}

const sizeOf = (buffer) => lengthOf(new Uint8Array(buffer));

async function digests() {
  const { subtle } = crypto;
  const large = new Uint8Array(3_000_000); // more than is hashed at once
  return `${hex(await subtle.digest("SHA-256", encode("abc")))} ${hex(await subtle.digest("sha-1", bytesOf()))} ` +
    `${hex(await subtle.digest({ __proto__: null, name: "SHA-512" }, large))} ` +
    `${subtle.timingSafeEqual(bytesOf(1), bytesOf(1))} ${subtle.timingSafeEqual(bytesOf(1), bytesOf(2))}|` +
    `${await errorOf(() => subtle.digest("SHA-0", bytesOf()))}|${await errorOf(() => subtle.digest("MD5"))}`;
}

async function macs() {
  const { subtle } = crypto;
  const algorithm = { __proto__: null, name: "HMAC", hash: "SHA-256" };
  const key = await subtle.importKey("raw", encode("key"), algorithm, true, seq("sign", "verify"));
  const data = encode("data");
  const mac = await subtle.sign("HMAC", key, data);
  const large = await subtle.sign("HMAC", key, new Uint8Array(3_000_000));
  const jwk = await subtle.exportKey("jwk", key);
  const again = await subtle.importKey("jwk", { __proto__: null, kty: jwk.kty, k: jwk.k, alg: jwk.alg, ext: false },
    algorithm, false, seq("verify"));
  const made = await subtle.generateKey({ __proto__: null, name: "HMAC", hash: "SHA-1", length: 9 }, true,
    seq("sign"));
  const clone = structuredClone(key);
  return `${hex(mac)} ${hex(large)} ${await subtle.verify("HMAC", again, mac, data)} ` +
    `${await subtle.verify("HMAC", clone, mac, bytesOf(1))}|${decode(await subtle.exportKey("raw", clone))}|` +
    `${jwk.kty} ${jwk.k} ${jwk.alg} ${join(jwk.key_ops)} ${jwk.ext}|` +
    `${key.type} ${key.algorithm.name} ${key.algorithm.hash.name} ${key.algorithm.length} ${join(key.usages)}|` +
    `${made.algorithm.length} ${sizeOf(await subtle.exportKey("raw", made))}|` +
    `${await errorOf(() => subtle.exportKey("raw", again))}|${await errorOf(() => subtle.sign("HMAC", again, data))}|` +
    `${await errorOf(() => subtle.importKey("raw", data, algorithm, false, seq("encrypt")))}`;
}

async function ciphers() {
  const { subtle } = crypto;
  const bytes = new Uint8Array(16);
  const both = () => seq("encrypt", "decrypt");
  const gcm = { __proto__: null, name: "AES-GCM", iv: bytes, additionalData: bytesOf(1), tagLength: 96 };
  const cbc = { __proto__: null, name: "AES-CBC", iv: bytes };
  const ctr = { __proto__: null, name: "AES-CTR", counter: bytes, length: 64 };
  const algorithms = [gcm, cbc, ctr];
  let text = "";
  for (let i = 0; i < 3; ++i) {
    const key = await subtle.importKey("raw", bytes, algorithms[i].name, false, both());
    const sealed = await subtle.encrypt(algorithms[i], key, encode("secret"));
    const large = await subtle.encrypt(algorithms[i], key, new Uint8Array(3_000_000));
    text += `${hex(sealed)} ${sizeOf(sealed)} ${decode(await subtle.decrypt(algorithms[i], key, sealed))} ` +
      `${sizeOf(await subtle.decrypt(algorithms[i], key, large))}|`;
  }
  const made = await subtle.generateKey({ __proto__: null, name: "aes-gcm", length: 256 }, true, both());
  return `${text}${made.algorithm.name} ${made.algorithm.length} ${sizeOf(await subtle.exportKey("raw", made))}|` +
    `${await errorOf(() => subtle.decrypt(gcm, made, bytes))}|` +
    `${await errorOf(() => subtle.encrypt({ __proto__: null, name: "AES-GCM" }, made, bytes))}`;
}

async function wrappedKeys() {
  const { subtle } = crypto;
  const usages = () => seq("wrapKey", "unwrapKey");
  const hmac = { __proto__: null, name: "HMAC", hash: "SHA-256" };
  const key = await subtle.importKey("raw", new Uint8Array(32), hmac, true, seq("sign"));
  const wrapping = await subtle.importKey("raw", new Uint8Array(16), "AES-KW", false, usages());
  const gcm = { __proto__: null, name: "AES-GCM", iv: new Uint8Array(12) };
  const sealing = await subtle.importKey("raw", new Uint8Array(16), "AES-GCM", false, usages());
  const wrapped = await subtle.wrapKey("raw", key, wrapping, "AES-KW");
  const wrappedText = await subtle.wrapKey("jwk", key, wrapping, "AES-KW");
  const sealed = await subtle.wrapKey("jwk", key, sealing, gcm);
  const raw = await subtle.unwrapKey("raw", wrapped, wrapping, "AES-KW", hmac, true, seq("sign"));
  const text = await subtle.unwrapKey("jwk", wrappedText, wrapping, "AES-KW", hmac, true, seq("sign"));
  const open = await subtle.unwrapKey("jwk", sealed, sealing, gcm, hmac, true, seq("sign"));
  return `${sizeOf(wrapped)} ${sizeOf(wrappedText)} ${sizeOf(sealed)}|` +
    `${sizeOf(await subtle.exportKey("raw", raw))} ${join(text.usages)} ${open.algorithm.length}|` +
    `${await errorOf(() => subtle.unwrapKey("raw", sealed, wrapping, "AES-KW", hmac, true, seq("sign")))}`;
}

async function derivations() {
  const { subtle } = crypto;
  const uses = () => seq("deriveBits", "deriveKey");
  const password = await subtle.importKey("raw", encode("password"), "PBKDF2", false, uses());
  const secret = await subtle.importKey("raw", encode("secret"), "HKDF", false, uses());
  const pbkdf2 = { __proto__: null, name: "PBKDF2", hash: "SHA-256", salt: encode("salt"), iterations: 10 };
  const hkdf = { __proto__: null, name: "HKDF", hash: { __proto__: null, name: "SHA-1" }, salt: bytesOf(),
    info: bytesOf(1) };
  const aes = { __proto__: null, name: "AES-CBC", length: 128 };
  const derived = await subtle.deriveKey(pbkdf2, password, aes, true, seq("encrypt"));
  const mac = await subtle.deriveKey(hkdf, secret, { __proto__: null, name: "HMAC", hash: "SHA-1" }, true,
    seq("sign"));
  return `${hex(await subtle.deriveBits(pbkdf2, password, 256))} ${hex(await subtle.deriveBits(hkdf, secret, 64))} ` +
    `${hex(await subtle.exportKey("raw", derived))} ${sizeOf(await subtle.exportKey("raw", mac))}|` +
    `${await errorOf(() => subtle.deriveBits(hkdf, secret, 7))}`;
}

async function digestStreams() {
  const stream = new crypto.DigestStream("SHA-256");
  await textStream("a", "bc").pipeTo(stream);
  const writer = new crypto.DigestStream({ __proto__: null, name: "MD5" }).getWriter();
  await writer.write("text");
  await writer.close();
  const wrong = new crypto.DigestStream("SHA-1");
  const error = await errorOf(() => wrong.getWriter().write(5));
  return `${hex(await stream.digest)} ${stream.bytesWritten}|${error}|${await errorOf(() => wrong.digest)}|` +
    `${await errorOf(() => new crypto.DigestStream("SHA"))}`;
}

export const exercises = [
  ["digests", digests,
    "ba7816bf8f01cfea da39a3ee5e6b4b0d 042882a2f077d0dd true false|NotSupportedError: There is no algorithm " +
    "\"SHA-0\" here.|TypeError: Failed to execute 'digest' on 'SubtleCrypto': 2 arguments required, but only 1 " +
    "present."],
  ["HMAC", macs,
    "5031fe3d989c6d15 ab2e49a9dc3b7049 true false|key|oct a2V5 HS256 sign,verify true|secret HMAC SHA-256 24 " +
    "sign,verify|9 2|InvalidAccessError: The key is not extractable.|InvalidAccessError: The key's usages lack " +
    "\"sign\".|SyntaxError: HMAC cannot be used for \"encrypt\"; its usages are \"sign\", \"verify\"."],
  ["AES", ciphers,
    "d0d748f62cdb3ece 18 secret 3000000|1d6a84a8bdaf6775 16 secret 3000000|158c28a68afe 6 secret 3000000|AES-GCM " +
    "256 32|OperationError: AES-GCM: the data could not be decrypted: it is damaged, or of another " +
    "key.|TypeError: AES-GCM lacks the required member 'iv' of AesGcmParams."],
  ["wrapped keys", wrappedKeys,
    "40 120 123|32 sign 256|OperationError: AES-KW: AES-KW takes 24 bytes or more, in multiples of 8, not 123."],
  ["HKDF and PBKDF2", derivations,
    "653cc888d937efe2 c1c21f4c2d263450 653cc888d937efe2 64|OperationError: HKDF: the length must be a multiple " +
    "of 8 bits, not 7."],
  ["DigestStream", digestStreams,
    "ba7816bf8f01cfea 3|TypeError: DigestStream: a chunk is no ArrayBuffer, view or string.|TypeError: " +
    "DigestStream: a chunk is no ArrayBuffer, view or string.|NotSupportedError: There is no algorithm \"SHA\" " +
    "here."],
];
