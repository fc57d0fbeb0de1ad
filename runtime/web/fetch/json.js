// SPDX-License-Identifier: Apache-2.0
// JSON as bodies have it. The serialiser and the parser in JavaScript are faster than V8's once V8 has compiled them,
// and slower before: so few calls are V8's own, and of those that follow only some are not.
"use strict";

const { JSONParse, JSONStringify } = primordials;

const kFew = 100;
const kMany = 600;
let countOfTexts = 0;
let countOfValues = 0;
let parse = null;
let stringify = null;

function isEarly(count) {
  return count <= kFew || (count < kMany && count % 8 !== 0);
}

exports.parseJson = (text) => {
  if (countOfTexts < kMany && isEarly(++countOfTexts)) return JSONParse(text);
  if (parse === null) ({ parse } = require("json/parse"));
  return parse(text);
};

exports.stringifyJson = (data) => {
  if (countOfValues < kMany && isEarly(++countOfValues)) return JSONStringify(data);
  if (stringify === null) ({ stringify } = require("json/stringify"));
  return stringify(data);
};
