// SPDX-License-Identifier: Apache-2.0
// The Range header (RFC 9110, section 14) for one range of bytes.

// { first, last } of a content of `size` bytes; "unsatisfiable" when none of it is asked for; null when all of it is
// to be sent, as for several ranges or a unit that is not bytes.
export function parseRange(field, size) {
  const match = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i.exec(field ?? "");
  if (match === null || (match[1] === "" && match[2] === "")) return null;
  if (match[1] === "") {
    const length = Math.min(Number(match[2]), size); // the last bytes
    return length === 0 ? "unsatisfiable" : { first: size - length, last: size - 1 };
  }
  const first = Number(match[1]);
  const last = match[2] === "" ? size - 1 : Math.min(Number(match[2]), size - 1);
  if (match[2] !== "" && Number(match[2]) < first) return null; // not a range at all
  return first < size ? { first, last } : "unsatisfiable";
}

// Whether a list of entity tags, or "*", names `tag`. If-None-Match compares weakly: W/ does not count.
export function matchesTag(field, tag) {
  if (field.trim() === "*") return true;
  for (const item of field.match(/(?:W\/)?"[^"]*"/g) ?? []) {
    if (item === tag || item === `W/${tag}`) return true;
  }
  return false;
}
