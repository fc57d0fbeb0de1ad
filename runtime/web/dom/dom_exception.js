// SPDX-License-Identifier: Apache-2.0
// DOMException: https://webidl.spec.whatwg.org/#idl-DOMException, with the legacy codes and, as V8's own
// errors have it, a stack.
"use strict";

const webidl = require("webidl/webidl");
const { Error: { prototype: ErrorPrototype }, ErrorCaptureStackTrace, ObjectDefineProperty,
  ObjectSetPrototypeOf, SafeMap } = primordials;

const constants = {
  INDEX_SIZE_ERR: 1,
  DOMSTRING_SIZE_ERR: 2,
  HIERARCHY_REQUEST_ERR: 3,
  WRONG_DOCUMENT_ERR: 4,
  INVALID_CHARACTER_ERR: 5,
  NO_DATA_ALLOWED_ERR: 6,
  NO_MODIFICATION_ALLOWED_ERR: 7,
  NOT_FOUND_ERR: 8,
  NOT_SUPPORTED_ERR: 9,
  INUSE_ATTRIBUTE_ERR: 10,
  INVALID_STATE_ERR: 11,
  SYNTAX_ERR: 12,
  INVALID_MODIFICATION_ERR: 13,
  NAMESPACE_ERR: 14,
  INVALID_ACCESS_ERR: 15,
  VALIDATION_ERR: 16,
  TYPE_MISMATCH_ERR: 17,
  SECURITY_ERR: 18,
  NETWORK_ERR: 19,
  ABORT_ERR: 20,
  URL_MISMATCH_ERR: 21,
  QUOTA_EXCEEDED_ERR: 22,
  TIMEOUT_ERR: 23,
  INVALID_NODE_TYPE_ERR: 24,
  DATA_CLONE_ERR: 25,
};

const codes = new SafeMap();
const namesWithCodes = [
  ["IndexSizeError", 1], ["HierarchyRequestError", 3], ["WrongDocumentError", 4],
  ["InvalidCharacterError", 5],
  ["NoModificationAllowedError", 7], ["NotFoundError", 8], ["NotSupportedError", 9],
  ["InUseAttributeError", 10],
  ["InvalidStateError", 11], ["SyntaxError", 12], ["InvalidModificationError", 13], ["NamespaceError", 14],
  ["InvalidAccessError", 15], ["TypeMismatchError", 17], ["SecurityError", 18], ["NetworkError", 19],
  ["AbortError", 20], ["URLMismatchError", 21], ["QuotaExceededError", 22], ["TimeoutError", 23],
  ["InvalidNodeTypeError", 24], ["DataCloneError", 25],
];
for (let i = 0; i < namesWithCodes.length; ++i) codes.set(namesWithCodes[i][0], namesWithCodes[i][1]);

let isInstance;
let fieldsOf;

class DOMException {
  #message;
  #name;

  constructor(message = "", name = "Error") {
    this.#message = webidl.converters.DOMString(message, "Failed to construct 'DOMException': parameter 1");
    this.#name = webidl.converters.DOMString(name, "Failed to construct 'DOMException': parameter 2");
    // After the fields: V8 reads name and message for the first line.
    ErrorCaptureStackTrace(this, new.target);
  }

  get name() {
    if (!webidl.isObject(this) || !(#name in this)) webidl.illegalInvocation();
    return this.#name;
  }

  get message() {
    if (!webidl.isObject(this) || !(#name in this)) webidl.illegalInvocation();
    return this.#message;
  }

  get code() {
    if (!webidl.isObject(this) || !(#name in this)) webidl.illegalInvocation();
    return codes.get(this.#name) ?? 0;
  }

  static {
    isInstance = (V) => typeof V === "object" && V !== null && #name in V;
    fieldsOf = (exception) => ({ __proto__: null, name: exception.#name, message: exception.#message });
  }
}

ObjectSetPrototypeOf(DOMException.prototype, ErrorPrototype);
webidl.defineInterface(DOMException);
webidl.defineConstants(DOMException, constants);

// What structured clone keeps of one, and the way back.
function serialize(exception) {
  const data = fieldsOf(exception);
  data.stack = exception.stack;
  return data;
}

function deserialize(data) {
  const exception = new DOMException(data.message, data.name);
  if (typeof data.stack === "string") {
    ObjectDefineProperty(exception, "stack",
      { __proto__: null, value: data.stack, writable: true, enumerable: false, configurable: true });
  }
  return exception;
}

exports.DOMException = DOMException;
exports.isDOMException = isInstance;
exports.serializeDOMException = serialize;
exports.deserializeDOMException = deserialize;
