// SPDX-License-Identifier: Apache-2.0
// RSA, with the keys and values of RFC 7515, A.2 (RS256), RFC 7520, 4.2 (PS384) and RFC 7516, A.1 (RSA-OAEP).
import { test, describe, expect } from "sedge:test";
import { errorName, hex, isBesideLoop, unhex, utf8 } from "./crypto_tools.js";

const { subtle } = crypto;
const fromBase64Url = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const exponent = new Uint8Array([1, 0, 1]);

const rs256Key = {
  kty: "RSA", e: "AQAB",
  n: "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SF" +
    "d2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTB" +
    "EMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2" +
    "PAcDTW9gb54h4FRWyuXpoQ",
  d: "Eq5xpGnNCivDflJsRQBXHx1hdR1k6Ulwe2JZD50LpXyWPEAeP88vLNO97IjlA7_GQ5sLKMgvfTeXZx9SE-7YwVol2NXOoAJe46sui395" +
    "IW_GO-pWJ1O0BkTGoVEn2bKVRUCgu-GjBVaYLU6f3l9kJfFNS3E0QbVdxzubSu3Mkqzjkn439X0M_V51gfpRLI9JYanrC4D4qAdGcopV_0ZH" +
    "HzQlBjudU2QvXt4ehNYTCBr6XCLQUShb1juUO1ZdiYoFaFQT5Tw8bGUl_x_jTj3ccPDVZFD9pIuhLhBOneufuBiB4cS98l2SR_RQyGWSeWjn" +
    "czT0QU91p1DhOVRuOopznQ",
};
const rs256P = "4BzEEOtIpmVdVEZNCqS7baC4crd0pqnRH_5IB3jw3bcxGn6QLvnEtfdUdiYrqBdss1l58BQ3KhooKeQTa9AB0Hw_Py5PJdTJNPY8" +
  "cQn7ouZ2KKDcmnPGBY5t7yLc1QlQ5xHdwW1VhvKn-nXqhJTBgIPgtldC-KDV5z-y2XDwGUc";
const rs256Data = utf8("eyJhbGciOiJSUzI1NiJ9." +
  "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ");
const rs256Signature = fromBase64Url("cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc" +
  "_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L0" +
  "7Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs9" +
  "8rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw");

const rsassa = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
const publicOf = ({ kty, n, e }) => ({ kty, n, e });

describe("RSASSA-PKCS1-v1_5", () => {
  test("has the published values", async () => {
    const key = await subtle.importKey("jwk", rs256Key, rsassa, true, ["sign"]);
    expect([key.type, key.algorithm.modulusLength]).toEqual(["private", 2048]);
    expect(hex(key.algorithm.publicExponent)).toBe("010001");
    expect(hex(await subtle.sign(rsassa.name, key, rs256Data))).toBe(hex(rs256Signature));
    const other = await subtle.importKey("jwk", publicOf(rs256Key), rsassa, true, ["verify"]);
    expect(await subtle.verify(rsassa.name, other, rs256Signature, rs256Data)).toBe(true);
    expect(await subtle.verify(rsassa.name, other, rs256Signature, utf8("other"))).toBe(false);
    expect(await subtle.verify(rsassa.name, other, rs256Signature.subarray(1), rs256Data)).toBe(false);
    expect(await subtle.verify(rsassa.name, other, new Uint8Array(0), rs256Data)).toBe(false);
  });

  test("long data, on the pool, as it was at the call", async () => {
    const pair = await subtle.generateKey({ ...rsassa, modulusLength: 2048, publicExponent: exponent }, true,
      ["sign", "verify"]);
    const data = new Uint8Array(400_000);
    const signing = subtle.sign(rsassa.name, pair.privateKey, data);
    data[0] = 1;
    const signature = await signing;
    expect(await subtle.verify(rsassa.name, pair.publicKey, signature, data)).toBe(false);
    data[0] = 0;
    const verifying = subtle.verify(rsassa.name, pair.publicKey, signature, data);
    data[0] = 1;
    expect(await verifying).toBe(true);
  });

  test("a private key of d alone gets its factors", async () => {
    const key = await subtle.importKey("jwk", rs256Key, rsassa, true, ["sign"]);
    const jwk = await subtle.exportKey("jwk", key);
    expect(Object.keys(jwk)).toEqual(
      ["alg", "d", "dp", "dq", "e", "ext", "key_ops", "kty", "n", "p", "q", "qi"]);
    expect([jwk.alg, jwk.n, jwk.e, jwk.d, jwk.p]).toEqual(["RS256", rs256Key.n, "AQAB", rs256Key.d, rs256P]);
    const again = await subtle.importKey("jwk", jwk, rsassa, true, ["sign"]);
    expect(await subtle.exportKey("jwk", again)).toEqual(jwk);
  });

  test("the primes of a key of d alone are looked for beside the loop", async () => {
    const order = [];
    const done = Promise.all([
      subtle.importKey("jwk", rs256Key, rsassa, true, ["sign"]).then(() => order.push("good")),
      subtle.importKey("jwk", { ...rs256Key, d: `F${rs256Key.d.slice(1)}` }, rsassa, true, ["sign"])
        .catch((error) => order.push(error.name)),
    ]);
    for (let i = 0; i < 20; ++i) await null;
    order.push("turn");
    await done;
    expect(order[0]).toBe("turn");
    expect(order.slice(1).sort()).toEqual(["DataError", "good"]);
  });
});

describe("RSA-PSS", () => {
  const params = { name: "RSA-PSS", hash: "SHA-384" };

  test("verifies the published signature", async () => {
    const key = await subtle.importKey("jwk", {
      kty: "RSA", e: "AQAB", alg: "PS384", use: "sig",
      n: "n4EPtAOCc9AlkeQHPzHStgAbgs7bTZLwUBZdR8_KuKPEHLd4rHVTeT-O-XV2jRojdNhxJWTDvNd7nqQ0VEiZQHz_AJmSCpMaJMRBSFKr" +
        "Kb2wqVwGU_NsYOYL-QtiWN2lbzcEe6XC0dApr5ydQLrHqkHHig3RBordaZ6Aj-oBHqFEHYpPe7Tpe-OfVfHd1E6cS6M1FZcD1NNLYD5l" +
        "FHpPI9bTwJlsde3uhGqC0ZCuEHg8lhzwOHrtIQbS0FVbb9k3-tVTU4fg_3L_vniUFAKwuCLqKnS2BYwdq_mzSnbLY7h_qixoR7jig3__" +
        "kRhuaxwUkRz5iaiQkqgc5gHdrNP5zw",
    }, params, false, ["verify"]);
    const data = utf8("eyJhbGciOiJQUzM4NCIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9.SXTigJlzIGEgZGFuZ" +
      "2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250byB0aGUgcm9hZCwgYW5kIGlmIHlvdSBk" +
      "b24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hlcmUgeW91IG1pZ2h0IGJlIHN3ZXB0IG9mZiB0by4");
    const signature = fromBase64Url("cu22eBqkYDKgIlTpzDXGvaFfz6WGoz7fUDcfT0kkOy42miAh2qyBzk1xEsnk2IpN6-tPid6Vrkl" +
      "HkqsGqDqHCdP6O8TTB5dDDItllVo6_1OLPpcbUrhiUSMxbbXUvdvWXzg-UD8biiReQFlfz28zGWVsdiNAUf8ZnyPEgVFn442ZdNqiVJRmBq" +
      "rYRXe8P_ijQ7p8Vdz0TTrxUeT3lm8d9shnr2lfJT8ImUjvAA2Xez2Mlp8cBE5awDzT0qI0n6uiP1aCN_2_jLAeQTlqRHtfa64QQSUmFAAjV" +
      "KPbByi7xho0uTOcbH510a6GYmJUAfmWjwZ6oD4ifKo8DYM-X72Eaw");
    expect(await subtle.verify({ name: "RSA-PSS", saltLength: 48 }, key, signature, data)).toBe(true);
    expect(await subtle.verify({ name: "RSA-PSS", saltLength: 32 }, key, signature, data)).toBe(false);
    expect(await subtle.verify({ name: "RSA-PSS", saltLength: 2 ** 32 - 1 }, key, signature, data)).toBe(false);
    expect(await errorName(subtle.verify("RSA-PSS", key, signature, data))).toBe("TypeError");
  });

  test("salts of any length that fits", async () => {
    const pair = await subtle.generateKey({ ...params, modulusLength: 1024, publicExponent: exponent }, false,
      ["sign", "verify"]);
    for (const saltLength of [0, 1, 48, 78]) {
      const scheme = { name: "RSA-PSS", saltLength };
      const signature = await subtle.sign(scheme, pair.privateKey, utf8("x"));
      expect(await subtle.verify(scheme, pair.publicKey, signature, utf8("x"))).toBe(true);
      expect(await subtle.verify(scheme, pair.publicKey, signature, utf8("y"))).toBe(false);
    }
    for (const saltLength of [79, 2 ** 31, 2 ** 32 - 1]) {
      expect(await errorName(subtle.sign({ name: "RSA-PSS", saltLength }, pair.privateKey, utf8("x"))))
        .toBe("OperationError");
    }
  });
});

describe("RSA-OAEP", () => {
  const params = { name: "RSA-OAEP", hash: "SHA-1" };
  const jwk = {
    kty: "RSA", e: "AQAB", alg: "RSA-OAEP",
    n: "oahUIoWw0K0usKNuOR6H4wkf4oBUXHTxRvgb48E-BVvxkeDNjbC4he8rUWcJoZmds2h7M70imEVhRU5djINXtqllXI4DFqcI1DgjT9LewND8" +
      "MW2Krf3Spsk_ZkoFnilakGygTwpZ3uesH-PFABNIUYpOiN15dsQRkgr0vEhxN92i2asbOenSZeyaxziK72UwxrrKoExv6kc5twXTq4h-QCh" +
      "LOln0_mtUZwfsRaMStPs6mS6XrgxnxbWhojf663tuEQueGC-FCMfra36C9knDFGzKsNa7LZK2djYgyD3JR_MB_4NUJW_TqOQtwHYbxevoJA" +
      "rm-L5StowjzGy-_bq6Gw",
    d: "kLdtIj6GbDks_ApCSTYQtelcNttlKiOyPzMrXHeI-yk1F7-kpDxY4-WY5NWV5KntaEeXS1j82E375xxhWMHXyvjYecPT9fpwR_M9gV8n9Hrh" +
      "2anTpTD93Dt62ypW3yDsJzBnTnrYu1iwWRgBKrEYY46qAZIrA2xAwnm2X7uGR1hghkqDp0Vqj3kbSCz1XyfCs6_LehBwtxHIyh8Ripy40p2" +
      "4moOAbgxVw3rxT_vlt3UVe4WO3JkJOzlpUf-KTVI2Ptgm-dARxTEtE-id-4OJr0h-K-VFs3VSndVTIznSxfyrj8ILL6MG_Uv8YAu7VILSB3" +
      "lOW085-4qE3DzgrTjgyQ",
  };

  test("decrypts the published value", async () => {
    const key = await subtle.importKey("jwk", jwk, params, false, ["decrypt"]);
    const encrypted = fromBase64Url("OKOawDo13gRp2ojaHV7LFpZcgV7T6DVZKTyKOMTYUmKoTCVJRgckCL9kiMT03JGeipsEdY3mx_et" +
      "LbbWSrFr05kLzcSr4qKAq7YN7e9jwQRb23nfa6c9d-StnImGyFDbSv04uVuxIp5Zms1gNxKKK2Da14B8S4rzVRltdYwam_lDp5XnZAYpQdb" +
      "76FdIKLaVmqgfwX7XWRxv2322i-vDxRfqNzo_tETKzpVLzfiwQyeyPGLBIO56YJ7eObdv0je81860ppamavo35UgoRdbYaBcoh9QcfylQr6" +
      "6oc6vFWXRcZ_ZT2LawVCWTIy3brGPi6UklfCpIMfIjf7iGdXKHzg");
    expect(hex(await subtle.decrypt("RSA-OAEP", key, encrypted))).toBe(
      "b1a1f480548fe1733fb403ff6b9ad4f68a076e5b702e22692f82cb2e7aea40fc");
    expect(await errorName(subtle.decrypt({ name: "RSA-OAEP", label: utf8("x") }, key, encrypted)))
      .toBe("OperationError");
    expect(await errorName(subtle.decrypt("RSA-OAEP", key, new Uint8Array(256)))).toBe("OperationError");
    expect(await errorName(subtle.decrypt("RSA-OAEP", key, new Uint8Array(0)))).toBe("OperationError");
  });

  test("with every hash and a label, up to the length that fits", async () => {
    for (const [hash, size] of [["SHA-1", 20], ["SHA-256", 32], ["SHA-384", 48], ["SHA-512", 64], ["SHA3-256", 32]]) {
      const pair = await subtle.generateKey(
        { name: "RSA-OAEP", hash, modulusLength: 2048, publicExponent: exponent }, true, ["encrypt", "decrypt"]);
      const algorithm = { name: "RSA-OAEP", label: utf8("label") };
      for (const length of [0, 256 - 2 * size - 2]) {
        const encrypted = await subtle.encrypt(algorithm, pair.publicKey, new Uint8Array(length).fill(9));
        expect(hex(await subtle.decrypt(algorithm, pair.privateKey, encrypted))).toBe("09".repeat(length));
      }
      expect(await errorName(subtle.encrypt(algorithm, pair.publicKey, new Uint8Array(256 - 2 * size - 1))))
        .toBe("OperationError");
    }
  }, 30_000);

  test("a long label is hashed beside the loop", async () => {
    const publicKey = await subtle.importKey("jwk", { kty: "RSA", n: jwk.n, e: jwk.e }, params, false, ["encrypt"]);
    const encrypt = (size) => subtle.encrypt({ name: "RSA-OAEP", label: new Uint8Array(size) }, publicKey, utf8("x"));
    expect(await isBesideLoop(encrypt(10))).toBe(false);
    expect(await isBesideLoop(encrypt(300_000))).toBe(true);
  });

  test("wraps keys", async () => {
    const pair = await subtle.generateKey(
      { name: "RSA-OAEP", hash: "SHA-256", modulusLength: 2048, publicExponent: exponent }, true,
      ["wrapKey", "unwrapKey"]);
    expect([...pair.publicKey.usages, ...pair.privateKey.usages]).toEqual(["wrapKey", "unwrapKey"]);
    const secret = await subtle.generateKey({ name: "AES-GCM", length: 256 }, true, ["encrypt"]);
    for (const format of ["raw", "jwk"]) {
      const wrapped = await subtle.wrapKey(format, secret, pair.publicKey, "RSA-OAEP");
      const key = await subtle.unwrapKey(format, wrapped, pair.privateKey, "RSA-OAEP", "AES-GCM", true, ["encrypt"]);
      expect(hex(await subtle.exportKey("raw", key))).toBe(hex(await subtle.exportKey("raw", secret)));
    }
    expect(await errorName(subtle.encrypt("RSA-OAEP", pair.publicKey, utf8("x")))).toBe("InvalidAccessError");
  });
});

describe("keys", () => {
  test("are generated as pairs", async () => {
    const pair = await subtle.generateKey(
      { ...rsassa, modulusLength: 1024, publicExponent: new Uint8Array([0, 0, 3]) }, false, ["sign", "verify"]);
    expect(Object.keys(pair).sort()).toEqual(["privateKey", "publicKey"]);
    expect(Object.getPrototypeOf(pair)).toBe(Object.prototype);
    const { publicKey, privateKey } = pair;
    expect([publicKey.type, publicKey.extractable, ...publicKey.usages]).toEqual(["public", true, "verify"]);
    expect([privateKey.type, privateKey.extractable, ...privateKey.usages]).toEqual(["private", false, "sign"]);
    expect(publicKey.algorithm).toEqual({
      name: "RSASSA-PKCS1-v1_5", modulusLength: 1024, publicExponent: new Uint8Array([3]), hash: { name: "SHA-256" },
    });
    expect(await errorName(subtle.exportKey("pkcs8", privateKey))).toBe("InvalidAccessError");
    expect(await errorName(subtle.exportKey("spki", privateKey))).toBe("InvalidAccessError");
    expect(await errorName(subtle.exportKey("pkcs8", publicKey))).toBe("InvalidAccessError");
    expect(await errorName(subtle.exportKey("raw", publicKey))).toBe("NotSupportedError");
  });

  test("SPKI, PKCS #8 and JSON Web Key, there and back", async () => {
    const { publicKey, privateKey } = await subtle.generateKey(
      { ...rsassa, modulusLength: 2048, publicExponent: exponent }, true, ["sign", "verify"]);
    for (const format of ["pkcs8", "jwk"]) {
      const key = await subtle.importKey(format, await subtle.exportKey(format, privateKey), rsassa, true, ["sign"]);
      const signature = await subtle.sign(rsassa.name, key, utf8("x"));
      expect(await subtle.verify(rsassa.name, publicKey, signature, utf8("x"))).toBe(true);
      expect(hex(await subtle.exportKey("pkcs8", key))).toBe(hex(await subtle.exportKey("pkcs8", privateKey)));
    }
    for (const format of ["spki", "jwk"]) {
      const key = await subtle.importKey(format, await subtle.exportKey(format, publicKey), rsassa, true, ["verify"]);
      expect(hex(await subtle.exportKey("spki", key))).toBe(hex(await subtle.exportKey("spki", publicKey)));
    }
  });

  test("that are wrong are refused", async () => {
    const whole = await subtle.exportKey("jwk", await subtle.importKey("jwk", rs256Key, rsassa, true, ["sign"]));
    const { key_ops: _, ext: __, ...jwk } = whole;
    const importJwk = (changes, usages = ["sign"]) =>
      errorName(subtle.importKey("jwk", { ...jwk, ...changes }, rsassa, true, usages));
    expect(await importJwk({})).toBe("nothing");
    for (const changes of [
      { kty: "EC" }, { alg: "RS1" }, { alg: "PS256" }, { use: "enc" }, { key_ops: ["verify"] }, { ext: false },
      { n: undefined }, { e: undefined }, { n: jwk.p }, { e: "Ag" }, { e: "AQ" }, { e: "AQAC" }, { e: "AAEAAQ" },
      { n: "" },
      { d: jwk.n }, { d: jwk.p }, { p: jwk.q }, { p: undefined }, { qi: undefined }, { q: jwk.p }, { dp: jwk.dq },
      { dq: jwk.dp }, { qi: jwk.dp }, { p: "AQ", q: jwk.n }, { n: `${jwk.n}=` }, { n: `${jwk.n.slice(0, 100)}+` },
    ]) {
      expect(`${JSON.stringify(changes).slice(0, 60)} ${await importJwk(changes)}`).toBe(
        `${JSON.stringify(changes).slice(0, 60)} DataError`);
    }
    expect(await importJwk({ oth: [] })).toBe("NotSupportedError");
    expect(await importJwk({}, [])).toBe("SyntaxError");
    expect(await importJwk({}, ["verify"])).toBe("SyntaxError");
    expect(await importJwk({ d: undefined, p: undefined, q: undefined, dp: undefined, dq: undefined, qi: undefined }))
      .toBe("SyntaxError");
    expect(await errorName(subtle.importKey("raw", new Uint8Array(3), rsassa, true, ["verify"])))
      .toBe("NotSupportedError");
  });

  test("DER that is wrong is refused", async () => {
    const spki = new Uint8Array(await subtle.exportKey("spki",
      await subtle.importKey("jwk", publicOf(rs256Key), rsassa, true, ["verify"])));
    const pkcs8 = new Uint8Array(await subtle.exportKey("pkcs8",
      await subtle.importKey("jwk", rs256Key, rsassa, true, ["sign"])));
    const importDer = (format, bytes) =>
      errorName(subtle.importKey(format, bytes, rsassa, true, [format === "spki" ? "verify" : "sign"]));
    expect([await importDer("spki", spki), await importDer("pkcs8", pkcs8)]).toEqual(["nothing", "nothing"]);
    expect([await importDer("spki", pkcs8), await importDer("pkcs8", spki)]).toEqual(["DataError", "DataError"]);
    for (const [format, der] of [["spki", spki], ["pkcs8", pkcs8]]) {
      expect(await importDer(format, der.subarray(0, der.length - 1))).toBe("DataError");
      expect(await importDer(format, unhex(`${hex(der)}00`))).toBe("DataError");
      expect(await importDer(format, new Uint8Array(0))).toBe("DataError");
      for (let at = 0; at < 24; ++at) {
        const damaged = der.slice();
        damaged[at] ^= 0x55;
        expect(`${at} ${await importDer(format, damaged)}`).toBe(`${at} DataError`);
      }
    }
  });

  test("other sizes and exponents are refused", async () => {
    const generate = (modulusLength, publicExponent, usages = ["sign"]) =>
      errorName(subtle.generateKey({ ...rsassa, modulusLength, publicExponent: new Uint8Array(publicExponent) }, true,
        usages));
    for (const bits of [0, 256, 511, 8193, 2 ** 32 - 1]) expect(await generate(bits, [1, 0, 1])).toBe("OperationError");
    for (const e of [[], [0], [1], [2], [1, 0, 0], [1, 1, 1, 1, 1, 1, 1, 1, 1]]) {
      expect(await generate(1024, e)).toBe("OperationError");
    }
    expect(await generate(2 ** 32, [1, 0, 1])).toBe("TypeError");
    expect(await generate(1024, [1, 0, 1], [])).toBe("SyntaxError");
    expect(await generate(1024, [1, 0, 1], ["verify"])).toBe("SyntaxError");
    expect(await generate(1024, [1, 0, 1], ["sign", "encrypt"])).toBe("SyntaxError");
    expect(await errorName(subtle.generateKey({ ...rsassa, modulusLength: 1024, publicExponent: [1, 0, 1] }, true,
      ["sign"]))).toBe("TypeError");
  });

  test("do only what their kind does", async () => {
    const { publicKey, privateKey } = await subtle.generateKey(
      { ...rsassa, modulusLength: 1024, publicExponent: exponent }, true, ["sign", "verify"]);
    expect(await errorName(subtle.sign(rsassa.name, publicKey, utf8("x")))).toBe("InvalidAccessError");
    expect(await errorName(subtle.verify(rsassa.name, privateKey, utf8("x"), utf8("x")))).toBe("InvalidAccessError");
    expect(await errorName(subtle.sign({ name: "RSA-PSS", saltLength: 1 }, privateKey, utf8("x"))))
      .toBe("InvalidAccessError");
  });
});

test("the limit on a key's size is named with its remedy", async () => {
  const params = { name: "RSA-PSS", hash: "SHA-256", modulusLength: 16384, publicExponent: exponent };
  let message = "";
  await subtle.generateKey(params, false, ["sign"]).catch((error) => message = error.message);
  expect(message).toBe("RSA-PSS: keys of 512 to 8192 bits are generated, not of 16384; take 2048 to 4096, " +
    "or import a key that was made elsewhere.");
  const jwk = { kty: "RSA", n: rs256Key.n.repeat(9), e: "AQAB" };
  await subtle.importKey("jwk", jwk, params, false, ["verify"]).catch((error) => message = error.message);
  expect(message).toBe("RSA-PSS: the RSA key has a number of more than 16384 bits; use a key of 2048 to 4096 bits.");
});
