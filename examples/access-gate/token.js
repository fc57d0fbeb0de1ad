// SPDX-License-Identifier: Apache-2.0
// JSON Web Tokens (RFC 7519) signed with RS256 or ES256 (RFC 7515, RFC 7518): taken apart, and their claims checked.
// As RFC 8725 advises, the algorithm is ours to choose, the kind of key has to fit, and nothing is optional.

export const kLeewaySeconds = 30; // clocks differ
const kMaxTokenLength = 8192;

// What verify() and importKey() of crypto.subtle need, and the kind of key that goes with it.
export const kAlgorithms = {
  RS256: {
    keyType: "RSA", members: ["kty", "n", "e"],
    importParams: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" }, verifyParams: { name: "RSASSA-PKCS1-v1_5" },
  },
  ES256: {
    keyType: "EC", members: ["kty", "crv", "x", "y"],
    importParams: { name: "ECDSA", namedCurve: "P-256" }, verifyParams: { name: "ECDSA", hash: "SHA-256" },
  },
};

// The token is not one that opens the gate. The message goes to the client: printable ASCII, without quotes.
export class TokenError extends Error {}

// { alg, kid, claims, signed, signature } of a token that is well-formed; nothing of it can be trusted yet.
export function parseToken(token) {
  if (token.length > kMaxTokenLength) throw new TokenError(`the token is longer than ${kMaxTokenLength} characters`);
  const parts = token.split(".");
  if (parts.length !== 3) throw new TokenError("the token does not have three parts");
  const header = parseObject(parts[0], "header");
  if (!Object.hasOwn(kAlgorithms, header.alg)) throw new TokenError("the algorithm is neither RS256 nor ES256");
  if (header.crit !== undefined) throw new TokenError("the token has critical extensions");
  if (header.kid !== undefined && typeof header.kid !== "string") throw new TokenError("the key id is not a text");
  return {
    alg: header.alg,
    kid: header.kid,
    claims: parseObject(parts[1], "payload"),
    signed: new TextEncoder().encode(`${parts[0]}.${parts[1]}`),
    signature: decodeBase64Url(parts[2], "signature"),
  };
}

export async function checkSignature({ alg, signed, signature }, key) {
  const isRight = await crypto.subtle.verify(kAlgorithms[alg].verifyParams, key, signature, signed);
  if (!isRight) throw new TokenError("the signature is wrong");
}

// That the token is for us, from whom we trust, now.
export function checkClaims(claims, { issuer, audience, now }) {
  if (claims.iss !== issuer) throw new TokenError("the token is from another issuer");
  const audiences = Array.isArray(claims.aud) ? claims.aud : [claims.aud];
  if (!audiences.includes(audience)) throw new TokenError("the token is for another audience");
  if (!isTime(claims.exp)) throw new TokenError("the token has no time of expiry");
  if (now >= claims.exp + kLeewaySeconds) throw new TokenError("the token has expired");
  for (const name of ["nbf", "iat"]) {
    if (claims[name] === undefined) continue;
    if (!isTime(claims[name])) throw new TokenError(`the claim ${name} is not a time`);
    if (now < claims[name] - kLeewaySeconds) throw new TokenError("the token is not valid yet");
  }
  if (typeof claims.sub !== "string" || claims.sub === "") throw new TokenError("the token names nobody");
}

function isTime(value) {
  return typeof value === "number" && Number.isFinite(value);
}

function parseObject(text, what) {
  let value;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(decodeBase64Url(text, what)));
  } catch (error) {
    if (error instanceof TokenError) throw error;
    throw new TokenError(`the ${what} of the token is not JSON`);
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw new TokenError(`the ${what} of the token is not an object`);
}

function decodeBase64Url(text, what) {
  if (!/^[A-Za-z0-9_-]+$/.test(text) || text.length % 4 === 1) {
    throw new TokenError(`the ${what} of the token is not base64url`);
  }
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
}
