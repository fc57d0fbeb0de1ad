// SPDX-License-Identifier: Apache-2.0
// File: https://w3c.github.io/FileAPI/#file-section.
"use strict";

const webidl = require("webidl/webidl");
const { Blob, blobRuns, blobType } = require("file/blob");
const { DateNow } = primordials;
const { constructKey, converters } = webidl;

const convertOptions = webidl.dictionary("FilePropertyBag", [
  { key: "lastModified", converter: converters["long long"] },
]);

let isFile;
let fileName;
let fileLastModified;

class File extends Blob {
  #name;
  #lastModified;

  // Internal code passes (constructKey, runs, type, name, lastModified).
  constructor(fileBits, fileName, options = undefined, name = "", lastModified = 0) {
    if (fileBits === constructKey) {
      super(constructKey, fileName, options);
      this.#name = name;
      this.#lastModified = lastModified;
      return;
    }
    const context = "Failed to construct 'File'";
    webidl.requiredArguments(arguments.length, 2, context);
    if (!webidl.isObject(fileBits)) converters.object(fileBits, `${context}: parameter 1`);
    super(fileBits, options);
    this.#name = converters.USVString(fileName, `${context}: parameter 2`);
    const converted = convertOptions(options, `${context}: parameter 3`);
    this.#lastModified = converted.lastModified !== undefined ? converted.lastModified : DateNow();
  }

  get name() { return fileName(this); }
  get lastModified() { return fileLastModified(this); }

  static {
    isFile = (value) => typeof value === "object" && value !== null && #name in value;
    fileName = (file) => webidl.isObject(file) && #name in file ? file.#name : webidl.illegalInvocation();
    fileLastModified = (file) =>
      webidl.isObject(file) && #name in file ? file.#lastModified : webidl.illegalInvocation();
  }
}
webidl.defineInterface(File);

// A file of byte runs that nobody changes from now on.
function createFile(runs, type, name, lastModified = DateNow()) {
  return new File(constructKey, runs, type, name, lastModified);
}

// The same bytes under another name.
function renameBlob(blob, name) {
  return createFile(blobRuns(blob), blobType(blob), name, isFile(blob) ? fileLastModified(blob) : DateNow());
}

exports.File = File;
exports.isFile = isFile;
exports.createFile = createFile;
exports.renameBlob = renameBlob;
exports.fileName = fileName;
exports.fileLastModified = fileLastModified;
