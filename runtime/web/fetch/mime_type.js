// SPDX-License-Identifier: Apache-2.0
// MIME types: https://mimesniff.spec.whatwg.org/#parsing-a-mime-type, and their extraction from Content-Type
// values, https://fetch.spec.whatwg.org/#concept-header-extract-mime-type. A parsed type is {essence,
// parameters}, parameters being a flat array [name, value, ...].
"use strict";

const {
  RegExpPrototypeExec, StringPrototypeIndexOf, StringPrototypeSlice,
  StringPrototypeToLowerCase,
} = primordials;
const { replaceMatches } = require("file/replace_matches");
const { trimHttpWhitespace } = require("fetch/header_text");

const notToken = /[^!#$%&'*+\-.^_`|~0-9A-Za-z]/;
const notQuotedText = /[^\t\x20-\x7E\x80-\xFF]/;
const mustBeQuoted = /["\\]/g;

function isToken(text) {
  return text !== "" && RegExpPrototypeExec(notToken, text) === null;
}

// Reads the quoted string that starts at `at`; gives its value and the position after it.
function readQuoted(input, at) {
  let value = "";
  let i = at + 1;
  for (; i < input.length && input[i] !== "\""; ++i) {
    if (input[i] === "\\" && i + 1 < input.length) ++i;
    value += input[i];
  }
  return { value, end: i < input.length ? i + 1 : i };
}

function indexOrEnd(input, what, from) {
  const at = StringPrototypeIndexOf(input, what, from);
  return at < 0 ? input.length : at;
}

function getParameter(type, name) {
  const { parameters } = type;
  for (let i = 0; i < parameters.length; i += 2) {
    if (parameters[i] === name) return parameters[i + 1];
  }
  return null;
}

function parseParameters(type, input, from) {
  for (let at = from; at < input.length;) {
    ++at; // the semicolon
    const semicolon = indexOrEnd(input, ";", at);
    const equals = indexOrEnd(input, "=", at);
    if (equals >= semicolon) {
      at = semicolon;
      continue;
    }
    let start = at;
    while (start < equals && trimHttpWhitespace(input[start]) === "") ++start;
    const name = StringPrototypeToLowerCase(StringPrototypeSlice(input, start, equals));
    let value;
    if (input[equals + 1] === "\"") {
      const quoted = readQuoted(input, equals + 1);
      value = quoted.value;
      at = indexOrEnd(input, ";", quoted.end);
    } else {
      let end = semicolon;
      while (end > equals + 1 && trimHttpWhitespace(input[end - 1]) === "") --end;
      value = StringPrototypeSlice(input, equals + 1, end);
      at = semicolon;
      if (value === "") continue;
    }
    if (isToken(name) && RegExpPrototypeExec(notQuotedText, value) === null &&
        getParameter(type, name) === null) {
      type.parameters[type.parameters.length] = name;
      type.parameters[type.parameters.length] = value;
    }
  }
  return type;
}

// Gives null when `text` is not a MIME type.
function parseMimeType(text) {
  const input = trimHttpWhitespace(text);
  const semicolon = indexOrEnd(input, ";", 0);
  const essence = trimHttpWhitespace(StringPrototypeSlice(input, 0, semicolon));
  const slash = StringPrototypeIndexOf(essence, "/");
  if (slash < 0 || !isToken(StringPrototypeSlice(essence, 0, slash)) ||
      !isToken(StringPrototypeSlice(essence, slash + 1))) {
    return null;
  }
  return parseParameters({ essence: StringPrototypeToLowerCase(essence), parameters: [] }, input, semicolon);
}

function serializeMimeType(type) {
  let result = type.essence;
  const { parameters } = type;
  for (let i = 0; i < parameters.length; i += 2) {
    const value = parameters[i + 1];
    result += isToken(value) ? `;${parameters[i]}=${value}`
      : `;${parameters[i]}="${replaceMatches(mustBeQuoted, value, (found) => `\\${found}`)}"`;
  }
  return result;
}

// Splits at commas that are outside of quoted strings.
function splitValues(value) {
  const values = [];
  let start = 0;
  let at = 0;
  for (; at < value.length; ++at) {
    if (value[at] === "\"") {
      at = readQuoted(value, at).end - 1;
    } else if (value[at] === ",") {
      values[values.length] = StringPrototypeSlice(value, start, at);
      start = at + 1;
    }
  }
  values[values.length] = StringPrototypeSlice(value, start);
  return values;
}

// `value`: the combined Content-Type, or null. Gives null when there is no MIME type in it.
function extractMimeType(value) {
  if (value === null) return null;
  let result = null;
  let charset = null;
  const values = splitValues(value);
  for (let i = 0; i < values.length; ++i) {
    const type = parseMimeType(values[i]);
    if (type === null || type.essence === "*/*") continue;
    const own = getParameter(type, "charset");
    if (result === null || type.essence !== result.essence) {
      charset = own;
    } else if (own === null && charset !== null) {
      type.parameters[type.parameters.length] = "charset";
      type.parameters[type.parameters.length] = charset;
    }
    result = type;
  }
  return result;
}

exports.parseMimeType = parseMimeType;
exports.serializeMimeType = serializeMimeType;
exports.extractMimeType = extractMimeType;
exports.getMimeParameter = getParameter;
