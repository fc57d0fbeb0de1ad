// SPDX-License-Identifier: Apache-2.0
// Where the program sedge is.
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const { StartError } = require("./start_error.js");

function isProgram(file) {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}

// `folder` and all that it is in.
function* upwards(folder) {
  for (let at = path.resolve(folder); ; at = path.dirname(at)) {
    yield at;
    if (at === path.dirname(at)) return;
  }
}

function* candidates(env, cwd) {
  for (const folder of upwards(cwd)) yield path.join(folder, "node_modules", ".bin", "sedge");
  for (const folder of (env.PATH ?? "").split(path.delimiter)) if (folder) yield path.join(folder, "sedge");
  // A checkout that this package lies in, or that tests run in.
  for (const start of [__dirname, cwd]) {
    for (const folder of upwards(start)) yield path.join(folder, "build", "release", "sedge");
  }
}

// `binary`, SEDGE_BINARY, node_modules/.bin, PATH, build/release of a checkout: the first that is there.
function findBinary(binary, env = process.env, cwd = process.cwd()) {
  for (const [name, file] of [["the option binary", binary], ["SEDGE_BINARY", env.SEDGE_BINARY]]) {
    if (!file) continue;
    const resolved = path.resolve(cwd, file);
    if (isProgram(resolved)) return resolved;
    throw new StartError(`${name} is ${file}, but ${resolved} is no program that can be run`);
  }
  for (const file of candidates(env, cwd)) if (isProgram(file)) return file;
  throw new StartError(
    "the program sedge was not found: not as node_modules/.bin/sedge of this folder or one that it is in, not in " +
      "PATH, not as build/release/sedge of a checkout. Build it (tools/build.sh in a checkout of sedge), or say " +
      "where it is: startWorker({ binary: \"/path/to/sedge\" }), or SEDGE_BINARY=/path/to/sedge in the environment",
  );
}

module.exports = { findBinary };
