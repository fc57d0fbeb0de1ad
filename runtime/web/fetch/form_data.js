// SPDX-License-Identifier: Apache-2.0
// FormData: https://xhr.spec.whatwg.org/#interface-formdata. An entry list is one flat array [name, value,
// ...] whose values are strings and Files.
"use strict";

const webidl = require("webidl/webidl");
const { isBlob } = require("file/blob");
const { fileName, isFile, renameBlob } = require("file/file");
const { TypeError } = primordials;
const { USVString } = webidl.converters;
const { constructKey } = webidl;

// Value and file name of a new entry: https://xhr.spec.whatwg.org/#create-an-entry
function entryValue(value, filename, hasFilename, context) {
  if (isBlob(value)) {
    const name = hasFilename ? USVString(filename, `${context}: parameter 3`) : undefined;
    if (isFile(value) && (name === undefined || name === fileName(value))) return value;
    return renameBlob(value, name === undefined ? "blob" : name);
  }
  if (hasFilename) throw new TypeError(`${context}: parameter 2 is not of type 'Blob'.`);
  return USVString(value, `${context}: parameter 2`);
}

let isFormData;
let entriesOf;

class FormData {
  #entries;

  // Internal code passes (constructKey, entries).
  constructor(form = undefined, entries = undefined) {
    this.#entries = form === constructKey ? entries : [];
    if (form !== undefined && form !== constructKey) {
      throw new TypeError("Failed to construct 'FormData': parameter 1 is not of type 'HTMLFormElement': " +
        "there are no forms here, call the constructor without arguments.");
    }
  }

  append(name, value, filename = undefined) {
    const entries = entriesOf(this);
    const context = "Failed to execute 'append' on 'FormData'";
    webidl.requiredArguments(arguments.length, 2, context);
    const key = USVString(name, `${context}: parameter 1`);
    const entry = entryValue(value, filename, filename !== undefined, context);
    entries[entries.length] = key;
    entries[entries.length] = entry;
  }

  delete(name) {
    const entries = entriesOf(this);
    webidl.requiredArguments(arguments.length, 1, "Failed to execute 'delete' on 'FormData'");
    deleteFrom(entries, USVString(name, "Failed to execute 'delete' on 'FormData': parameter 1"), 0);
  }

  get(name) {
    const entries = entriesOf(this);
    webidl.requiredArguments(arguments.length, 1, "Failed to execute 'get' on 'FormData'");
    const at = find(entries, USVString(name, "Failed to execute 'get' on 'FormData': parameter 1"));
    return at < 0 ? null : entries[at + 1];
  }

  getAll(name) {
    const entries = entriesOf(this);
    webidl.requiredArguments(arguments.length, 1, "Failed to execute 'getAll' on 'FormData'");
    const key = USVString(name, "Failed to execute 'getAll' on 'FormData': parameter 1");
    const values = [];
    for (let i = 0; i < entries.length; i += 2) {
      if (entries[i] === key) values[values.length] = entries[i + 1];
    }
    return values;
  }

  has(name) {
    const entries = entriesOf(this);
    webidl.requiredArguments(arguments.length, 1, "Failed to execute 'has' on 'FormData'");
    return find(entries, USVString(name, "Failed to execute 'has' on 'FormData': parameter 1")) >= 0;
  }

  set(name, value, filename = undefined) {
    const entries = entriesOf(this);
    const context = "Failed to execute 'set' on 'FormData'";
    webidl.requiredArguments(arguments.length, 2, context);
    const key = USVString(name, `${context}: parameter 1`);
    const entry = entryValue(value, filename, filename !== undefined, context);
    const at = find(entries, key);
    if (at < 0) {
      entries[entries.length] = key;
      entries[entries.length] = entry;
    } else {
      entries[at + 1] = entry;
      deleteFrom(entries, key, at + 2);
    }
  }

  static {
    isFormData = (value) => typeof value === "object" && value !== null && #entries in value;
    entriesOf = (form) => webidl.isObject(form) && #entries in form ? form.#entries : webidl.illegalInvocation();
  }
}

function find(entries, name) {
  for (let i = 0; i < entries.length; i += 2) {
    if (entries[i] === name) return i;
  }
  return -1;
}

function deleteFrom(entries, name, from) {
  let to = from;
  for (let i = from; i < entries.length; i += 2) {
    if (entries[i] === name) continue;
    entries[to] = entries[i];
    entries[to + 1] = entries[i + 1];
    to += 2;
  }
  entries.length = to;
}

webidl.pairIterable(FormData, "FormData", entriesOf);
webidl.defineInterface(FormData);

exports.FormData = FormData;
exports.isFormData = isFormData;
exports.formDataEntries = entriesOf;
exports.createFormData = (entries) => new FormData(constructKey, entries);
