// SPDX-License-Identifier: Apache-2.0
// Makes keys and signs tokens: for trying the gate out and for its tests.

const kAlgorithms = {
  RS256: {
    name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]),
  },
  ES256: { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" },
};

export class Issuer {
  // `params` takes the place of some of an algorithm's, such as { modulusLength: 1024 }.
  static async create(alg, kid, params = {}) {
    const issuer = new Issuer();
    issuer.alg = alg;
    issuer.kid = kid;
    issuer.pair = await crypto.subtle.generateKey({ ...kAlgorithms[alg], ...params }, true, ["sign", "verify"]);
    const { key_ops, ext, ...jwk } = await crypto.subtle.exportKey("jwk", issuer.pair.publicKey);
    issuer.jwk = { ...jwk, kid, alg, use: "sig" };
    return issuer;
  }

  // `header` adds to the header; a member that is undefined is left out.
  async sign(claims, header = {}) {
    const signed = `${encodePart({ alg: this.alg, typ: "JWT", kid: this.kid, ...header })}.${encodePart(claims)}`;
    const bytes = new TextEncoder().encode(signed);
    const signature = await crypto.subtle.sign(kAlgorithms[this.alg], this.pair.privateKey, bytes);
    return `${signed}.${encodeBytes(new Uint8Array(signature))}`;
  }
}

export function encodePart(value) {
  return encodeBytes(new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value)));
}

export function encodeBytes(bytes) {
  const text = btoa(String.fromCharCode(...bytes));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
