// SPDX-License-Identifier: Apache-2.0
// What the tests of Web Cryptography share: hexadecimal text, and names of errors.
export const hex = (buffer) =>
  [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

export const unhex = (text) => {
  const digits = text.replace(/\s+/g, "");
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) => parseInt(digits.slice(2 * i, 2 * i + 2), 16));
};

export const utf8 = (text) => new TextEncoder().encode(text);

// The name of the error that a promise, or a function that gives one, is rejected with; "nothing" for none. A
// DOMException must be one.
export async function errorName(promise) {
  try {
    await (typeof promise === "function" ? promise() : promise);
  } catch (error) {
    if (!error.name.startsWith("Type") && !(error instanceof DOMException)) return `no DOMException: ${error}`;
    return error.name;
  }
  return "nothing";
}

// Whether the promise is settled beside the loop: not within a turn's microtasks.
export async function isBesideLoop(promise) {
  let settled = false;
  const watched = promise.then(() => settled = true);
  for (let i = 0; i < 20; ++i) await null;
  const beside = !settled;
  await watched;
  return beside;
}
