// SPDX-License-Identifier: Apache-2.0
// The package for require(); index.mjs gives the same to import.
"use strict";

const { StartError } = require("./lib/start_error.js");
const { startWorker } = require("./lib/start_worker.js");

module.exports = { startWorker, StartError };
