// SPDX-License-Identifier: Apache-2.0
// What internal slots a value has: the question that ECMAScript answers only by throwing. ops.valueKind asks
// V8 and returns one of these numbers; native code keeps the same list.
"use strict";

exports.kOrdinary = 0; // also every primitive
exports.kArray = 1;
exports.kFunction = 2;
exports.kProxy = 3; // whatever its target is
exports.kError = 4; // has [[ErrorData]]
exports.kDate = 5;
exports.kRegExp = 6;
exports.kMap = 7;
exports.kSet = 8;
exports.kWeakMap = 9;
exports.kWeakSet = 10;
exports.kPromise = 11;
exports.kArrayBuffer = 12;
exports.kSharedArrayBuffer = 13;
exports.kTypedArray = 14;
exports.kDataView = 15;
exports.kBooleanObject = 16;
exports.kNumberObject = 17;
exports.kStringObject = 18;
exports.kSymbolObject = 19;
exports.kBigIntObject = 20;
exports.kArguments = 21;
exports.kGenerator = 22;
exports.kMapIterator = 23;
exports.kSetIterator = 24;
exports.kModuleNamespace = 25;
exports.kHostObject = 26; // WebAssembly modules and memories, External

exports.valueKind = (value) => ops.valueKind(value);
