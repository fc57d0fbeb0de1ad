// SPDX-License-Identifier: Apache-2.0
// JSON.stringify(value), in the steps of the standard (https://tc39.es/ecma262/#sec-json.stringify), in less time than
// V8 takes, once this is compiled. What a script sees of it is the same: getters, toJSON, traps of proxies and their
// order, and what is thrown. Text is gathered as UTF-16 units, of which native code makes a string; long strings are
// V8's part.
"use strict";

const {
  ArrayIsArray, BooleanPrototypeValueOf, DataView, DataViewPrototypeSetFloat64, Float64Array, JSONStringify, ObjectKeys,
  RangeError, ReflectApply, SafeMap, StringPrototypeCharCodeAt, TypeError, TypedArrayPrototypeGetBuffer, Uint16Array,
} = primordials;
const { jsonBox, jsonText } = ops;

const kBufferUnits = 8192;
const kLongString = 128; // units from which on V8 quotes it
// A unit takes six at most: \u0000. What a member needs at most, with its name and what comes around it.
const kReserve = 2 * (6 * kLongString + 8);
// Deeper values than V8's own takes on an empty stack fail as there.
const kMaxDepth = 7000;

// Names of members that are kept as they are written.
const kNameUnits = 60; // of one at most, with what is around it
const kNameDoubles = 4096; // of all
const kKeptMembers = 64; // of an object

const kKeptDepth = 32; // frames that are kept for the next value

// What ops.jsonBox says, beside undefined.
const kNumberBox = 1;
const kStringBox = 2;
const kBooleanBox = 3;
const kBigIntBox = 4;

const kQuote = 0x22;
const kComma = 0x2C;
const kBackslash = 0x5C;

const kShortEscapes = { __proto__: null, 8: 0x62, 9: 0x74, 10: 0x6E, 12: 0x66, 13: 0x72, 34: kQuote, 92: kBackslash };

// An object or array that is being written. The chain of them is kept for the next value.
class Frame {
  constructor(outer) {
    this.outer = outer;
    this.inner = null;
    this.value = null;
    this.keys = null; // of an object
    this.length = 0;
    this.index = 0; // of the next member
    this.names = []; // keys of the last object in this place that were kept,
    this.places = []; // and their places
  }
}

// One value at a time is written with these; V8 knows constants better than what it finds in an object.
const units = new Uint16Array(kBufferUnits);
const view = new DataView(TypedArrayPrototypeGetBuffer(units));
const outermost = new Frame(null);
let written = ""; // what did not fit into units
let isWriting = false; // stays when V8 is stopped within: all is V8's part then

// ------------------------------------------------------------------------------------------- text into units

function hexDigit(value) {
  return value < 10 ? 0x30 + value : 0x57 + value;
}

function putEscape(at, unit) {
  units[at] = kBackslash;
  const short = kShortEscapes[unit];
  if (short !== undefined) {
    units[at + 1] = short;
    return at + 2;
  }
  units[at + 1] = 0x75;
  units[at + 2] = hexDigit(unit >> 12);
  units[at + 3] = hexDigit((unit >> 8) & 0xF);
  units[at + 4] = hexDigit((unit >> 4) & 0xF);
  units[at + 5] = hexDigit(unit & 0xF);
  return at + 6;
}

// A surrogate is itself as half of a pair only.
function isPaired(string, i, unit) {
  const other = unit < 0xDC00 ? i + 1 : i - 1;
  if (other < 0 || other >= string.length) return false;
  return (StringPrototypeCharCodeAt(string, other) & 0xFC00) === (unit < 0xDC00 ? 0xDC00 : 0xD800);
}

// No longer than kLongString.
function putString(at, string) {
  const { length } = string;
  units[at++] = kQuote;
  for (let i = 0; i < length; ++i) {
    const unit = StringPrototypeCharCodeAt(string, i);
    if (unit < 0x20 || unit === kQuote || unit === kBackslash ||
        ((unit & 0xF800) === 0xD800 && !isPaired(string, i, unit))) {
      at = putEscape(at, unit);
    } else {
      units[at++] = unit;
    }
  }
  units[at++] = kQuote;
  return at;
}

function putPlain(at, string) {
  const { length } = string;
  for (let i = 0; i < length; ++i) units[at++] = StringPrototypeCharCodeAt(string, i);
  return at;
}

function putNumber(at, number) {
  let rest = number | 0;
  if (rest !== number) return putPlain(at, number - number === 0 ? `${number}` : "null");
  if (rest < 0) {
    if (rest === -0x80000000) return putPlain(at, "-2147483648");
    units[at++] = 0x2D;
    rest = -rest;
  }
  let end = at + 1;
  for (let bound = 10; bound <= rest; bound *= 10) ++end;
  for (let i = end - 1; i >= at; --i) {
    const tens = (rest / 10) | 0;
    units[i] = 0x30 + rest - tens * 10;
    rest = tens;
  }
  return end;
}

// Moves the units into the text but for the last, which may be a comma to be taken back.
function flush(at) {
  written += jsonText(units, at - 1);
  units[0] = units[at - 1];
  return 1;
}

// V8's part, and what is before it.
function putLongString(at, string) {
  written += jsonText(units, at);
  written += JSONStringify(string);
  return 0;
}

function putAnyString(at, string) {
  return string.length <= kLongString ? putString(at, string) : putLongString(at, string);
}

// Names as they are written, `"name":`, four units in a number: those are stored at once. A place is where a name
// begins, times 64, and its length; 0 is none.
const numbers = new Float64Array(kNameDoubles);
const nameUnits = new Uint16Array(TypedArrayPrototypeGetBuffer(numbers));
const placeOfName = new SafeMap();
let usedDoubles = 1;

function isPlainName(name) {
  for (let i = 0; i < name.length; ++i) {
    const unit = StringPrototypeCharCodeAt(name, i);
    if (unit < 0x20 || unit > 0x7E || unit === kQuote || unit === kBackslash) return false; // none is part of a NaN
  }
  return true;
}

function keepName(frame, i, name) {
  let place = placeOfName.get(name);
  if (place === undefined) {
    const size = name.length + 3;
    const doubles = (size + 3) >> 2;
    if (size > kNameUnits || usedDoubles + doubles > kNameDoubles || !isPlainName(name)) return 0;
    place = usedDoubles * 64 + size;
    let to = usedDoubles * 4;
    nameUnits[to] = kQuote;
    for (let k = 0; k < name.length; ++k) nameUnits[++to] = StringPrototypeCharCodeAt(name, k);
    nameUnits[to + 1] = kQuote;
    nameUnits[to + 2] = 0x3A;
    usedDoubles += doubles;
    placeOfName.set(name, place);
  }
  while (frame.names.length < i) {
    frame.names[frame.names.length] = "";
    frame.places[frame.places.length] = 0;
  }
  frame.names[i] = name;
  frame.places[i] = place;
  return place;
}

// `"name":`, the member `i` of an object.
function putName(at, frame, i, name) {
  const { names, places } = frame;
  const place = i < names.length && names[i] === name ? places[i] : i < kKeptMembers ? keepName(frame, i, name) : 0;
  if (place === 0) {
    at = putAnyString(at, name);
    units[at] = 0x3A;
    return at + 1;
  }
  const end = at + (place & 63);
  for (let from = place >> 6; at < end; ++from, at += 4) {
    DataViewPrototypeSetFloat64(view, at * 2, numbers[from], true);
  }
  return end;
}

// ------------------------------------------------------------------------------------------------------ values

function throwBigInt() {
  throw new TypeError("Do not know how to serialize a BigInt");
}

function throwTooDeep() {
  throw new RangeError("Maximum call stack size exceeded");
}

function describe(frame) {
  return `object with constructor '${ops.constructorName(frame.value)}'`;
}

// The name of the member that is being written.
function describeKey(frame) {
  const i = frame.index - 1;
  if (frame.keys === null) return `index ${i}`;
  return frame.keys[i] === "" ? "<anonymous>" : `property '${frame.keys[i]}'`;
}

// V8's words for it. `start` is inside of itself, as the current member of `last`.
function throwCircular(start, last) {
  let text = `Converting circular structure to JSON\n    --> starting at ${describe(start)}`;
  let step = 0;
  for (let frame = start; frame !== last; frame = frame.inner) {
    if (++step <= 2 || frame.inner === last) text += `\n    |     ${describeKey(frame)} -> ${describe(frame.inner)}`;
    else if (step === 3) text += "\n    |     ...";
  }
  throw new TypeError(`${text}\n    --- ${describeKey(last)} closes the circle`);
}

// What toJSON makes of an object or a BigInt.
function applyToJSON(value, key) {
  const { toJSON } = value;
  return typeof toJSON === "function" ? ReflectApply(toJSON, value, [`${key}`]) : value;
}

// https://tc39.es/ecma262/#sec-lengthofarraylike
function lengthOf(array) {
  const length = +array.length;
  if (length > 0xFFFFFFFF) throw new RangeError("Invalid string length"); // as V8 has it
  return length > 0 ? length - length % 1 : 0;
}

function unbox(value, box) {
  switch (box) {
    case kNumberBox: return +value;
    case kStringBox: return `${value}`;
    case kBooleanBox: return BooleanPrototypeValueOf(value);
    default: return throwBigInt();
  }
}

// The frame of a value in `outer`.
function enter(frame, outer, value) {
  for (let other = outer; other !== null; other = other.outer) {
    if (other.value === value) throwCircular(other, outer);
  }
  if (ArrayIsArray(value)) {
    frame.length = lengthOf(value);
  } else {
    const keys = ObjectKeys(value);
    frame.keys = keys;
    frame.length = keys.length;
  }
  frame.value = value;
  frame.index = 0;
}

// The text of an object that has no toJSON to be called, and is in no box.
function write(root) {
  let frame = outermost;
  enter(frame, null, root);
  let { keys, length, value: holder } = frame;
  let index = 0;
  let depth = 0;
  let at = 0;
  units[at++] = keys === null ? 0x5B : 0x7B;
  for (;;) {
    if (index === length) {
      if (units[at - 1] === kComma) --at;
      units[at++] = keys === null ? 0x5D : 0x7D;
      frame.value = null;
      frame.keys = null;
      frame = frame.outer;
      if (frame === null) break;
      if (--depth >= kKeptDepth) frame.inner = null;
      if (at > kBufferUnits - kReserve) at = flush(at);
      ({ index, keys, length, value: holder } = frame);
      units[at++] = kComma;
      continue;
    }
    let key;
    let value;
    if (keys === null) {
      key = index;
      value = holder[index++];
    } else {
      key = keys[index++];
      value = holder[key];
    }
    if (at > kBufferUnits - kReserve) at = flush(at);
    if (typeof value === "string") {
      if (keys !== null) at = putName(at, frame, index - 1, key);
      at = putAnyString(at, value);
      units[at++] = kComma;
      continue;
    }
    if (typeof value === "number") {
      if (keys !== null) at = putName(at, frame, index - 1, key);
      at = putNumber(at, value);
      units[at++] = kComma;
      continue;
    }
    if (typeof value === "object" ? value !== null : typeof value === "function" || typeof value === "bigint") {
      frame.index = index;
      const { toJSON } = value;
      if (typeof toJSON === "function") value = ReflectApply(toJSON, value, [`${key}`]);
      if (typeof value === "object" && value !== null) {
        const box = jsonBox(value);
        if (box !== undefined) value = unbox(value, box);
      }
      if (typeof value === "object" && value !== null) {
        if (++depth > kMaxDepth) throwTooDeep();
        const inner = frame.inner !== null ? frame.inner : frame.inner = new Frame(frame);
        enter(inner, frame, value);
        if (keys !== null) at = putName(at, frame, index - 1, key);
        frame = inner;
        ({ keys, length } = frame);
        holder = value;
        index = 0;
        units[at++] = keys === null ? 0x5B : 0x7B;
        continue;
      }
    }
    at = putRare(at, frame, index - 1, keys === null ? null : key, value);
  }
  return at;
}

// A member that is no object: null, a boolean, what toJSON gave, and what JSON does not have.
function putRare(at, frame, i, key, value) {
  if (typeof value === "bigint") throwBigInt();
  if (typeof value === "undefined" || typeof value === "function" || typeof value === "symbol") {
    if (key !== null) return at;
    value = null;
  }
  if (key !== null) at = putName(at, frame, i, key);
  if (typeof value === "string") at = putAnyString(at, value);
  else if (typeof value === "number") at = putNumber(at, value);
  else at = putPlain(at, value === null ? "null" : value ? "true" : "false");
  units[at++] = kComma;
  return at;
}

// What an exception left: a value that a frame holds would live as long.
function forget() {
  for (let frame = outermost; frame !== null; frame = frame.inner) {
    frame.value = null;
    frame.keys = null;
  }
  written = "";
  isWriting = false;
}

function stringify(data) {
  // A getter may come here while another value is written.
  if (typeof data !== "object" || data === null || isWriting) return JSONStringify(data);
  let value = applyToJSON(data, "");
  if (typeof value === "object" && value !== null) {
    const box = jsonBox(value);
    if (box !== undefined) value = unbox(value, box);
  }
  if (typeof value !== "object" || value === null) {
    if (typeof value === "bigint") throwBigInt();
    return typeof value === "function" ? undefined : JSONStringify(value);
  }
  isWriting = true;
  let text;
  try {
    text = jsonText(units, write(value));
    if (written !== "") text = written + text;
  } catch (error) {
    forget();
    throw error;
  }
  written = "";
  isWriting = false;
  return text;
}

exports.stringify = stringify;
