// SPDX-License-Identifier: Apache-2.0
// JSON.parse(text), for texts of which native code made marks (json_scan.h): values are built here, from shapes that
// were seen before, and nothing of a script runs in between. Whatever is in doubt is V8's from the beginning, with its
// errors.
"use strict";

const {
  Int32Array, JSONParse, ObjectKeys, StringFromCharCode, StringPrototypeSlice, Uint8Array,
} = primordials;
const { jsonScan, jsonSlice } = ops;

const kMaxUnits = 16_384; // as in the op
const kMarks = 8192;
const kShapes = 64;
const kTableHead = 2;
const kTableEntry = 3;
// Slices of so many units hold the text that they are from.
const kCopiedUnits = 13;
// Texts that were scanned in vain: with more than that, and than a quarter of the others, none is scanned any more.
const kFewFailures = 64;

const kObject = 0;
const kArray = 1;
const kString = 2;
const kEscaped = 3;
const kInteger = 4;
const kNumber = 5;
const kNull = 6;
const kTrue = 7;
const kMarkBits = 4;

const marks = new Int32Array(kMarks);
const shapeTable = new Int32Array(kTableHead + kShapes * kTableEntry);
const shapeText = new Uint8Array(8192);

// V8 learns at each place in code apart how an object is copied, and few kinds at each.
const copiers = [
  (x) => ({ ...x }), (x) => ({ ...x }), (x) => ({ ...x }), (x) => ({ ...x }),
  (x) => ({ ...x }), (x) => ({ ...x }), (x) => ({ ...x }), (x) => ({ ...x }),
  (x) => ({ ...x }), (x) => ({ ...x }), (x) => ({ ...x }), (x) => ({ ...x }),
  (x) => ({ ...x }), (x) => ({ ...x }), (x) => ({ ...x }), (x) => ({ ...x }),
  (x) => ({ ...x }), (x) => ({ ...x }), (x) => ({ ...x }), (x) => ({ ...x }),
  (x) => ({ ...x }), (x) => ({ ...x }), (x) => ({ ...x }), (x) => ({ ...x }),
  (x) => ({ ...x }), (x) => ({ ...x }), (x) => ({ ...x }), (x) => ({ ...x }),
  (x) => ({ ...x }), (x) => ({ ...x }), (x) => ({ ...x }), (x) => ({ ...x }),
  (x) => ({ ...x }), (x) => ({ ...x }), (x) => ({ ...x }), (x) => ({ ...x }),
  (x) => ({ ...x }), (x) => ({ ...x }), (x) => ({ ...x }), (x) => ({ ...x }),
  (x) => ({ ...x }), (x) => ({ ...x }), (x) => ({ ...x }), (x) => ({ ...x }),
  (x) => ({ ...x }), (x) => ({ ...x }), (x) => ({ ...x }), (x) => ({ ...x }),
  (x) => ({ ...x }), (x) => ({ ...x }), (x) => ({ ...x }), (x) => ({ ...x }),
  (x) => ({ ...x }), (x) => ({ ...x }), (x) => ({ ...x }), (x) => ({ ...x }),
  (x) => ({ ...x }), (x) => ({ ...x }), (x) => ({ ...x }), (x) => ({ ...x }),
  (x) => ({ ...x }), (x) => ({ ...x }), (x) => ({ ...x }), (x) => ({ ...x }),
];

const templates = []; // of each shape, an object with its keys
const keysOf = [];

function learnShape(shape) {
  const entry = kTableHead + shape * kTableEntry;
  const end = shapeTable[entry] + shapeTable[entry + 1];
  let text = "{";
  for (let i = shapeTable[entry]; i < end; ++i) {
    text += text === "{" ? "\"" : shapeText[i - 1] === 0 ? ",\"" : "";
    text += shapeText[i] === 0 ? "\":null" : StringFromCharCode(shapeText[i]);
  }
  const template = templates[shape] = JSONParse(`${text}}`);
  keysOf[shape] = ObjectKeys(template);
}

let zeros = "[0";

// An array that has its elements before they are stored: nothing on a prototype is asked. V8's parser makes long ones.
function buildLong(length) {
  while (zeros.length < 2 * length) zeros += ",0,0,0,0,0,0,0,0";
  const array = JSONParse(`${StringPrototypeSlice(zeros, 0, 2 * length)}]`);
  for (let i = 0; i < length; ++i) array[i] = build();
  return array;
}

let text = "";
let at = 0; // in the marks

function buildObject(shape) {
  while (templates.length <= shape) learnShape(templates.length);
  const object = copiers[shape](templates[shape]);
  const keys = keysOf[shape];
  for (let i = 0; i < keys.length; ++i) object[keys[i]] = build();
  return object;
}

function buildArray(length) {
  switch (length) {
    case 0: return [];
    case 1: return [build()];
    case 2: return [build(), build()];
    case 3: return [build(), build(), build()];
    case 4: return [build(), build(), build(), build()];
    default: return buildLong(length);
  }
}

function build() {
  const mark = marks[at++];
  const first = mark >> kMarkBits;
  switch (mark & (1 << kMarkBits) - 1) {
    case kString: {
      const end = marks[at++];
      return end - first < kCopiedUnits ? StringPrototypeSlice(text, first, end) : jsonSlice(text, first, end);
    }
    case kInteger: return marks[at++];
    case kObject: return buildObject(first);
    case kArray: return buildArray(first);
    case kNumber: return +StringPrototypeSlice(text, first, marks[at++]);
    case kEscaped: return JSONParse(StringPrototypeSlice(text, first - 1, marks[at++] + 1));
    case kNull: return null;
    case kTrue: return true;
    default: return false;
  }
}

let built = 0;
let failed = 0;

function parse(given) {
  if (given.length > kMaxUnits || failed > kFewFailures + (built >> 2)) return JSONParse(given);
  if (!jsonScan(given, marks, shapeTable, shapeText)) {
    ++failed;
    return JSONParse(given);
  }
  ++built;
  text = given;
  at = 0;
  try {
    return build();
  } catch {
    return JSONParse(given); // an escape that is none
  } finally {
    text = "";
  }
}

exports.parse = parse;
