// SPDX-License-Identifier: Apache-2.0
// multipart/form-data: RFC 7578, the serialiser of https://html.spec.whatwg.org/#multipart-form-data and a
// parser that takes what browsers, curl and HTTP libraries send. Parts' bytes are not copied: files share the
// body's buffer.
"use strict";

const { blobRuns, blobType, subBytes } = require("file/blob");
const { createFile, fileName, isFile } = require("file/file");
const { replaceMatches } = require("file/replace_matches");
const {
  MathFloor, MathRandom, RegExpPrototypeExec, StringPrototypeCharCodeAt, StringPrototypeIndexOf,
  StringPrototypePadStart, StringPrototypeSlice, StringPrototypeToLowerCase, StringPrototypeTrim, TypeError,
  TypedArrayPrototypeGetLength,
  TypedArrayPrototypeIndexOf, Uint8Array,
} = primordials;

const kMaxParts = 10_000;
const kMaxPartHeaderBytes = 16 * 1024;

const kUtf8 = 0; // for ops.textDecode
const kIgnoreBom = 2;

const CR = 13;
const LF = 10;
const DASH = 45;

function fail(problem) {
  throw new TypeError(`Failed to parse the body as multipart/form-data: ${problem}`);
}

// --------------------------------------------------------------------------------------------- parsing

function latin1Bytes(text) {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; ++i) bytes[i] = StringPrototypeCharCodeAt(text, i);
  return bytes;
}

function startsWithAt(bytes, needle, at) {
  const needleLength = TypedArrayPrototypeGetLength(needle);
  if (at + needleLength > TypedArrayPrototypeGetLength(bytes)) return false;
  for (let i = 0; i < needleLength; ++i) {
    if (bytes[at + i] !== needle[i]) return false;
  }
  return true;
}

function find(bytes, needle, from) {
  for (let at = from; ; ++at) {
    at = TypedArrayPrototypeIndexOf(bytes, needle[0], at);
    if (at < 0 || startsWithAt(bytes, needle, at)) return at;
  }
}

const escapedInName = /%(?:0A|0D|22)/gi;
function decodeName(text) {
  return replaceMatches(escapedInName, text, (found) => {
    switch (StringPrototypeCharCodeAt(found, 2)) {
      case 0x32: return "\"";
      case 0x41: case 0x61: return "\n";
      default: return "\r";
    }
  });
}

// Reads `name="value"` or `name=value` pairs. A quoted value ends at the next quote, and a backslash in it is
// nothing special: senders write %22 for a quote inside.
function readParameters(text, from, found) {
  let at = from;
  for (;;) {
    const semicolon = StringPrototypeIndexOf(text, ";", at);
    if (semicolon < 0) return;
    const equals = StringPrototypeIndexOf(text, "=", semicolon);
    if (equals < 0) return;
    const name =
      StringPrototypeToLowerCase(StringPrototypeTrim(StringPrototypeSlice(text, semicolon + 1, equals)));
    let value = "";
    at = equals + 1;
    if (text[at] === "\"") {
      const end = StringPrototypeIndexOf(text, "\"", at + 1);
      if (end < 0) fail(`a quoted string does not end in: ${text}`);
      value = StringPrototypeSlice(text, at + 1, end);
      at = end + 1;
    } else {
      let end = StringPrototypeIndexOf(text, ";", at);
      if (end < 0) end = text.length;
      value = StringPrototypeTrim(StringPrototypeSlice(text, at, end));
      at = end;
    }
    if (name === "name" && found.name === null) found.name = decodeName(value);
    else if (name === "filename" && found.filename === null) found.filename = decodeName(value);
  }
}

const dispositionStart = /^\s*form-data\s*(?=;|$)/i;

// `text`: the header lines of one part.
function parsePartHead(text) {
  const found = { name: null, filename: null, type: null };
  let at = 0;
  while (at < text.length) {
    let end = StringPrototypeIndexOf(text, "\r\n", at);
    if (end < 0) end = text.length;
    const line = StringPrototypeSlice(text, at, end);
    at = end + 2;
    const colon = StringPrototypeIndexOf(line, ":");
    if (colon < 0) fail(`a part's header line has no colon: ${line}`);
    const name = StringPrototypeToLowerCase(StringPrototypeTrim(StringPrototypeSlice(line, 0, colon)));
    const value = StringPrototypeTrim(StringPrototypeSlice(line, colon + 1));
    if (name === "content-disposition") {
      const start = RegExpPrototypeExec(dispositionStart, value);
      if (start === null) fail(`a part's Content-Disposition is not form-data: ${line}`);
      readParameters(value, start[0].length, found);
    } else if (name === "content-type") {
      found.type = value;
    }
  }
  if (found.name === null) fail("a part has no Content-Disposition with a name.");
  return found;
}

const kHeadEnd = "\r\n\r\n";

// The position after the line end that follows a delimiter, or -1 after the closing delimiter.
function afterDelimiter(bytes, from) {
  if (bytes[from] === DASH && bytes[from + 1] === DASH) return -1;
  let at = from;
  while (bytes[at] === 0x20 || bytes[at] === 0x09) ++at; // transport padding
  if (bytes[at] !== CR || bytes[at + 1] !== LF) fail("a boundary is not followed by a line end.");
  return at + 2;
}

const notType = /[^ -~]/;

// As Blob's constructor has it. A line end in it would become one in the header of whoever sends the file on.
function fileType(given) {
  if (given === null) return "text/plain";
  return RegExpPrototypeExec(notType, given) !== null ? "" : StringPrototypeToLowerCase(given);
}

function addPart(entries, head, bytes, from, to) {
  const body = subBytes(bytes, from, to);
  const at = entries.length;
  entries[at] = head.name;
  entries[at + 1] = head.filename === null ? ops.textDecode(kUtf8, kIgnoreBom, body)
    : createFile(to > from ? [body] : [], fileType(head.type), head.filename);
}

// Gives the entry list [name, value, ...]. Takes `bytes` over: nobody may change them afterwards.
function parseMultipart(bytes, boundary) {
  const delimiter = latin1Bytes(`\r\n--${boundary}`);
  const delimiterLength = boundary.length + 4;
  const headEnd = latin1Bytes(kHeadEnd);
  const entries = [];
  let at;
  if (startsWithAt(bytes, latin1Bytes(`--${boundary}`), 0)) {
    at = delimiterLength - 2;
  } else {
    const found = find(bytes, delimiter, 0); // what comes before it is a preamble
    if (found < 0) fail(`its boundary '${boundary}' does not occur in it.`);
    at = found + delimiterLength;
  }
  for (;;) {
    at = afterDelimiter(bytes, at);
    if (at < 0) return entries;
    if (entries.length >= kMaxParts * 2) fail(`it has more than ${kMaxParts} parts.`);
    const end = find(bytes, headEnd, at);
    if (end < 0) fail("a part's headers do not end.");
    if (end - at > kMaxPartHeaderBytes) fail(`a part has more than ${kMaxPartHeaderBytes} bytes of headers.`);
    const head = parsePartHead(ops.utf8Decode(subBytes(bytes, at, end)));
    // An empty part's delimiter begins with the line end that ends its headers.
    const next = find(bytes, delimiter, end + 2);
    if (next < 0) fail("the closing boundary is missing.");
    const start = end + kHeadEnd.length;
    addPart(entries, head, bytes, start, next > start ? next : start);
    at = next + delimiterLength;
  }
}

// ----------------------------------------------------------------------------------------- serialising

const lineEnd = /\r\n?|\n/g;
const mustBeEscaped = /[\r\n"]/g;

function normalizeLineEnds(text) {
  return replaceMatches(lineEnd, text, "\r\n");
}

function escapeName(text) {
  return replaceMatches(
    mustBeEscaped, text, (found) => found === "\"" ? "%22" : found === "\r" ? "%0D" : "%0A");
}

function makeBoundary() {
  let boundary = "----sedge-form-data-";
  for (let i = 0; i < 3; ++i) {
    boundary += StringPrototypePadStart(`${MathFloor(MathRandom() * 1e12)}`, 12, "0");
  }
  return boundary;
}

// Gives the body as byte runs: files' bytes are shared, not copied.
function serializeMultipart(entries, boundary) {
  const runs = [];
  for (let i = 0; i < entries.length; i += 2) {
    const value = entries[i + 1];
    const name = escapeName(normalizeLineEnds(entries[i]));
    let text = `${i === 0 ? "" : "\r\n"}--${boundary}\r\nContent-Disposition: form-data; name="${name}"`;
    if (!isFile(value)) {
      runs[runs.length] = ops.utf8Encode(`${text}\r\n\r\n${normalizeLineEnds(value)}`);
      continue;
    }
    const type = blobType(value);
    text += `; filename="${escapeName(fileName(value))}"\r\nContent-Type: ` +
      `${type === "" ? "application/octet-stream" : type}\r\n\r\n`;
    runs[runs.length] = ops.utf8Encode(text);
    const fileRuns = blobRuns(value);
    for (let k = 0; k < fileRuns.length; ++k) runs[runs.length] = fileRuns[k];
  }
  runs[runs.length] = ops.utf8Encode(`${entries.length === 0 ? "" : "\r\n"}--${boundary}--\r\n`);
  return runs;
}

exports.parseMultipart = parseMultipart;
exports.serializeMultipart = serializeMultipart;
exports.makeBoundary = makeBoundary;
