// SPDX-License-Identifier: Apache-2.0
// ECDSA with the keys and signatures of RFC 6979, A.2.5 to A.2.7, ECDH with the values of RFC 5903, 8.1.
import { test, describe, expect } from "sedge:test";
import { errorName, hex, unhex, utf8 } from "./crypto_tools.js";

const { subtle } = crypto;
const base64Url = (text) =>
  btoa(String.fromCharCode(...unhex(text))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");

const curves = [
  {
    namedCurve: "P-256", hash: "SHA-256", bytes: 32,
    d: "C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721",
    x: "60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6",
    y: "7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299",
    signature: "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716" +
      "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8",
  },
  {
    namedCurve: "P-384", hash: "SHA-384", bytes: 48,
    d: "6B9D3DAD2E1B8C1C05B19875B6659F4DE23C3B667BF297BA9AA47740787137D896D5724E4C70A825F872C9EA60D2EDF5",
    x: "EC3A4E415B4E19A4568618029F427FA5DA9A8BC4AE92E02E06AAE5286B300C64DEF8F0EA9055866064A254515480BC13",
    y: "8015D9B72D7D57244EA8EF9AC0C621896708A59367F9DFB9F54CA84B3F1C9DB1288B231C3AE0D4FE7344FD2533264720",
    signature: "94EDBB92A5ECB8AAD4736E56C691916B3F88140666CE9FA73D64C4EA95AD133C81A648152E44ACF96E36DD1E80FABE46" +
      "99EF4AEB15F178CEA1FE40DB2603138F130E740A19624526203B6351D0A3A94FA329C145786E679E7B82C71A38628AC8",
  },
  {
    namedCurve: "P-521", hash: "SHA-512", bytes: 66,
    d: "00FAD06DAA62BA3B25D2FB40133DA757205DE67F5BB0018FEE8C86E1B68C7E75CAA896EB32F1F47C70855836A6D16FCC1466F6D8F" +
      "BEC67" +
      "DB89EC0C08B0E996B83538",
    x: "01894550D0785932E00EAA23B694F213F8C3121F86DC97A04E5A7167DB4E5BCD371123D46E45DB6B5D5370A7F20FB633155D38FFA" +
      "16D2BD7" +
      "61DCAC474B9A2F5023A4",
    y: "00493101C962CD4D2FDDF782285E64584139C2F91B47F87FF82354D6630F746A28A0DB25741B5B34A828008B22ACC23F924FAAFBD" +
      "4D33F81" +
      "EA66956DFEAA2BFDFCF5",
    signature: "00C328FAFCBD79DD77850370C46325D987CB525569FB63C5D3BC53950E6D4C5F174E25A1EE9017B5D450606ADD152B534" +
      "931D7D4E" +
      "8455CC91F9B15BF05EC36E377FA00617CCE7CF5064806C467F678D3B4080D6F1CC50AF26CA209417308281B68AF282623EAA63E5B5C072" +
      "3D8B8C37FF0777B1A20F8CCB1DCCC43997F1EE0E44DA4A67A",
  },
];
const publicJwk = ({ namedCurve, x, y }) => ({ kty: "EC", crv: namedCurve, x: base64Url(x), y: base64Url(y) });
const privateJwk = (curve) => ({ ...publicJwk(curve), d: base64Url(curve.d) });
const point = ({ x, y }) => unhex(`04${x}${y}`);

describe("ECDSA", () => {
  test("verifies the published signatures", async () => {
    for (const curve of curves) {
      const algorithm = { name: "ECDSA", hash: curve.hash };
      const key = await subtle.importKey("raw", point(curve), { name: "ECDSA", namedCurve: curve.namedCurve }, true,
        ["verify"]);
      const signature = unhex(curve.signature);
      expect(await subtle.verify(algorithm, key, signature, utf8("sample"))).toBe(true);
      expect(await subtle.verify(algorithm, key, signature, utf8("other"))).toBe(false);
      expect(await subtle.verify({ name: "ECDSA", hash: "SHA-1" }, key, signature, utf8("sample"))).toBe(false);
      for (const wrong of [
        signature.subarray(1), new Uint8Array(0), new Uint8Array(2 * curve.bytes),
        new Uint8Array(2 * curve.bytes).fill(0xFF), new Uint8Array(2 * curve.bytes + 2),
      ]) {
        expect(await subtle.verify(algorithm, key, wrong, utf8("sample"))).toBe(false);
      }
    }
  });

  test("signs what it verifies, with any hash, at once and on the pool", async () => {
    for (const curve of curves) {
      const params = { name: "ECDSA", namedCurve: curve.namedCurve };
      const signer = await subtle.importKey("jwk", privateJwk(curve), params, false, ["sign"]);
      const verifier = await subtle.importKey("jwk", publicJwk(curve), params, false, ["verify"]);
      for (const [hash, size] of [
        ["SHA-1", 0], ["SHA-256", 5], ["SHA-512", 5], ["SHA3-384", 5], ["SHA-384", 400_000],
      ]) {
        const data = new Uint8Array(size);
        const promise = subtle.sign({ name: "ECDSA", hash }, signer, data);
        data.fill(1);
        const signature = await promise;
        expect(signature.byteLength).toBe(2 * curve.bytes);
        expect(await subtle.verify({ name: "ECDSA", hash }, verifier, signature, new Uint8Array(size))).toBe(true);
        if (size > 0) expect(await subtle.verify({ name: "ECDSA", hash }, verifier, signature, data)).toBe(false);
      }
    }
  });

  test("needs a hash, a private key to sign and a public one to verify", async () => {
    const { publicKey, privateKey } = await subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false,
      ["sign", "verify"]);
    const algorithm = { name: "ECDSA", hash: "SHA-256" };
    expect(await errorName(subtle.sign("ECDSA", privateKey, utf8("")))).toBe("TypeError");
    expect(await errorName(subtle.sign({ name: "ECDSA", hash: "x" }, privateKey, utf8("")))).toBe("NotSupportedError");
    expect(await errorName(subtle.sign(algorithm, publicKey, utf8("")))).toBe("InvalidAccessError");
    expect(await errorName(subtle.verify(algorithm, privateKey, utf8(""), utf8("")))).toBe("InvalidAccessError");
  });
});

describe("ECDH", () => {
  test("has the published value", async () => {
    const params = { name: "ECDH", namedCurve: "P-256" };
    // The private key's envelope without its public part.
    const own = await subtle.importKey("pkcs8", unhex("3041020100301306072a8648ce3d020106082a8648ce3d030107042730250" +
      "20101" + "0420C88F01F510D9AC3F70A292DAA2316DE544E9AAB8AFE84049C62A9C57862D1433"), params, true,
    ["deriveBits", "deriveKey"]);
    const other = await subtle.importKey("raw", unhex("04" +
      "D12DFB5289C8D4F81208B70270398C342296970A0BCCB74C736FC7554494BF63" +
      "56FBF3CA366CC23E8157854C13C58D6AAC23F046ADA30F8353E74F33039872AB"), params, true, []);
    const secret = "d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de";
    const algorithm = { name: "ECDH", public: other };
    expect(hex(await subtle.deriveBits(algorithm, own, 256))).toBe(secret);
    expect(hex(await subtle.deriveBits(algorithm, own))).toBe(secret);
    expect(hex(await subtle.deriveBits(algorithm, own, null))).toBe(secret);
    expect(hex(await subtle.deriveBits(algorithm, own, 12))).toBe("d680");
    expect(hex(await subtle.deriveBits(algorithm, own, 0))).toBe("");
    expect(await errorName(subtle.deriveBits(algorithm, own, 257))).toBe("OperationError");
    const key = await subtle.deriveKey(algorithm, own, { name: "AES-CBC", length: 128 }, true, ["encrypt"]);
    expect(hex(await subtle.exportKey("raw", key))).toBe(secret.slice(0, 32));
    const hkdf = await subtle.deriveKey(algorithm, own, "HKDF", false, ["deriveBits"]);
    expect(hkdf.algorithm.name).toBe("HKDF");
    const { x } = await subtle.exportKey("jwk", own); // the public part was computed
    expect(x).toBe(base64Url("DAD0B65394221CF9B051E1FECA5787D098DFE637FC90B9EF945D0C3772581180"));
  });

  test("both sides agree", async () => {
    for (const namedCurve of ["P-256", "P-384", "P-521"]) {
      const params = { name: "ECDH", namedCurve };
      const a = await subtle.generateKey(params, false, ["deriveBits"]);
      const b = await subtle.generateKey(params, false, ["deriveBits"]);
      expect([...a.publicKey.usages, ...a.privateKey.usages]).toEqual(["deriveBits"]);
      const one = await subtle.deriveBits({ name: "ECDH", public: b.publicKey }, a.privateKey);
      const two = await subtle.deriveBits({ name: "ECDH", public: a.publicKey }, b.privateKey);
      expect(one.byteLength).toBe({ "P-256": 32, "P-384": 48, "P-521": 66 }[namedCurve]);
      expect(hex(one)).toBe(hex(two));
    }
  });

  test("needs two keys that fit", async () => {
    const generate = (name, namedCurve, usages) => subtle.generateKey({ name, namedCurve }, true, usages);
    const own = await generate("ECDH", "P-256", ["deriveBits"]);
    const other = await generate("ECDH", "P-384", ["deriveBits"]);
    const signing = await generate("ECDSA", "P-256", ["sign"]);
    const derive = (key, publicKey) => errorName(subtle.deriveBits({ name: "ECDH", public: publicKey }, key, 128));
    expect(await derive(own.privateKey, other.publicKey)).toBe("InvalidAccessError");
    expect(await derive(own.privateKey, signing.publicKey)).toBe("InvalidAccessError");
    expect(await derive(own.privateKey, own.privateKey)).toBe("InvalidAccessError");
    expect(await derive(own.publicKey, own.publicKey)).toBe("InvalidAccessError");
    expect(await derive(own.privateKey, {})).toBe("TypeError");
    expect(await derive(own.privateKey, undefined)).toBe("TypeError");
  });
});

describe("keys", () => {
  test("raw, SPKI, PKCS #8 and JSON Web Key, there and back", async () => {
    for (const curve of curves) {
      const params = { name: "ECDSA", namedCurve: curve.namedCurve };
      const key = await subtle.importKey("jwk", privateJwk(curve), params, true, ["sign"]);
      expect(key.algorithm).toEqual(params);
      const pkcs8 = await subtle.exportKey("pkcs8", key);
      const again = await subtle.importKey("pkcs8", pkcs8, params, true, ["sign"]);
      expect(await subtle.exportKey("jwk", again)).toEqual({ ...privateJwk(curve), ext: true, key_ops: ["sign"] });
      const publicKey = await subtle.importKey("jwk", publicJwk(curve), params, true, ["verify"]);
      expect(hex(await subtle.exportKey("raw", publicKey))).toBe(hex(point(curve)));
      const spki = await subtle.exportKey("spki", publicKey);
      const fromSpki = await subtle.importKey("spki", spki, params, true, []);
      expect(await subtle.exportKey("jwk", fromSpki)).toEqual({ ...publicJwk(curve), ext: true, key_ops: [] });
      // A compressed point comes back whole.
      const prefix = unhex(curve.y).at(-1) % 2 === 0 ? "02" : "03";
      const compressed = await subtle.importKey("raw", unhex(prefix + curve.x), params, true, ["verify"]);
      expect(hex(await subtle.exportKey("raw", compressed))).toBe(hex(point(curve)));
      expect(await errorName(subtle.exportKey("raw", key))).toBe("InvalidAccessError");
      expect(await errorName(subtle.exportKey("pkcs8", publicKey))).toBe("InvalidAccessError");
    }
  });

  test("that are wrong are refused", async () => {
    for (const [index, curve] of curves.entries()) {
      const params = { name: "ECDSA", namedCurve: curve.namedCurve };
      const importJwk = (changes, usages = ["sign"]) =>
        errorName(subtle.importKey("jwk", { ...privateJwk(curve), ...changes }, params, true, usages));
      const alg = ["ES256", "ES384", "ES512"][index];
      expect(await importJwk({ alg, use: "sig", key_ops: ["sign"] })).toBe("nothing");
      const { x, y, d } = privateJwk(curve);
      for (const changes of [
        { kty: "OKP" }, { crv: "P-192" }, { crv: undefined }, { alg: "ES255" }, { use: "enc" }, { ext: false },
        { key_ops: ["verify"] }, { x: undefined }, { y: undefined }, { x: y, y: x }, { x: `AA${x}` }, { y: y.slice(2) },
        { d: x.replace(/^./, "A") }, { d: `AA${d}` }, { d: "" }, { d: base64Url("00".repeat(curve.bytes)) },
        { d: base64Url("FF".repeat(curve.bytes)) }, { x: x.replace(/.$/, "=") },
      ]) {
        expect(`${JSON.stringify(changes)} ${await importJwk(changes)}`).toBe(`${JSON.stringify(changes)} DataError`);
      }
      expect(await importJwk({}, ["verify"])).toBe("SyntaxError");
      expect(await importJwk({ d: undefined }, ["sign"])).toBe("SyntaxError");
      expect(await importJwk({}, [])).toBe("SyntaxError");
    }
  });

  test("points that are not on the curve are refused", async () => {
    const params = { name: "ECDH", namedCurve: "P-256" };
    const importRaw = (bytes) => errorName(subtle.importKey("raw", bytes, params, true, []));
    const good = point(curves[0]);
    expect(await importRaw(good)).toBe("nothing");
    for (const bytes of [
      new Uint8Array(0), new Uint8Array(1), new Uint8Array(65), good.subarray(1), good.subarray(0, 64),
      unhex(`06${curves[0].x}${curves[0].y}`), unhex(`04${curves[0].x}${curves[0].x}`), unhex(`${hex(good)}00`),
      unhex(`02${"FF".repeat(32)}`), point(curves[1]),
    ]) {
      expect(await importRaw(bytes)).toBe("DataError");
    }
  });

  test("DER that is wrong is refused", async () => {
    const params = { name: "ECDSA", namedCurve: "P-256" };
    const key = await subtle.importKey("jwk", privateJwk(curves[0]), params, true, ["sign"]);
    const pkcs8 = new Uint8Array(await subtle.exportKey("pkcs8", key));
    const publicKey = await subtle.importKey("jwk", publicJwk(curves[0]), params, true, ["verify"]);
    const spki = new Uint8Array(await subtle.exportKey("spki", publicKey));
    for (const [format, der, usages] of [["spki", spki, ["verify"]], ["pkcs8", pkcs8, ["sign"]]]) {
      const importDer = (bytes, algorithm = params) =>
        errorName(subtle.importKey(format, bytes, algorithm, true, usages));
      expect(await importDer(der)).toBe("nothing");
      expect(await importDer(der, { name: "ECDSA", namedCurve: "P-384" })).toBe("DataError");
      expect(await importDer(der, { name: "ECDSA", namedCurve: "P-1" })).toBe("DataError");
      for (let at = 0; at < der.length; ++at) {
        const damaged = der.slice();
        damaged[at] ^= 0x41;
        expect(`${at} ${await importDer(damaged)}`).toBe(`${at} DataError`);
      }
    }
  });

  test("unknown curves", async () => {
    const generate = (namedCurve, usages = ["sign"]) =>
      errorName(subtle.generateKey({ name: "ECDSA", namedCurve }, true, usages));
    expect(await generate("P-192")).toBe("NotSupportedError");
    expect(await generate("__proto__")).toBe("NotSupportedError");
    expect(await generate("P-256", [])).toBe("SyntaxError");
    expect(await generate("P-256", ["verify"])).toBe("SyntaxError");
    expect(await generate("P-256", ["deriveBits"])).toBe("SyntaxError");
    expect(await errorName(subtle.generateKey("ECDSA", true, ["sign"]))).toBe("TypeError");
  });
});
