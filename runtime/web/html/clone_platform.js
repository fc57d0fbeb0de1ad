// SPDX-License-Identifier: Apache-2.0
// The serialization steps of Blob and File, https://w3c.github.io/FileAPI/#blob-section, and of CryptoKey,
// https://w3c.github.io/webcrypto/#cryptokey-interface-clone. What is in them never changes, so that a clone
// shares it.
"use strict";

const { blobRuns, blobType, createBlob, isBlob } = require("file/blob");
const { KeyState, createKey, isCryptoKey, keyState } = require("crypto/crypto_key");
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
registerSerializable(isCryptoKey, {
  serialize: (key) => keyState(key),
  deserialize: ({ type, algorithm, handle, extractable, usages }) =>
    createKey(new KeyState(type, algorithm, handle, extractable, usages)),
});
