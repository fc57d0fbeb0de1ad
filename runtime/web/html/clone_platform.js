// SPDX-License-Identifier: Apache-2.0
// The serialization steps of Blob and File: https://w3c.github.io/FileAPI/#blob-section. Their bytes never
// change, so that a clone shares them.
"use strict";

const { blobRuns, blobType, createBlob, isBlob } = require("file/blob");
const { createFile, fileLastModified, fileName, isFile } = require("file/file");
const { registerSerializable } = require("html/clone_registry");

// A File is a Blob too: it comes first.
registerSerializable(isFile, {
  serialize: (file) => ({
    runs: blobRuns(file),
    type: blobType(file),
    name: fileName(file),
    lastModified: fileLastModified(file),
  }),
  deserialize: (data) => createFile(data.runs, data.type, data.name, data.lastModified),
});
registerSerializable(isBlob, {
  serialize: (blob) => ({ runs: blobRuns(blob), type: blobType(blob) }),
  deserialize: (data) => createBlob(data.runs, data.type),
});
