// SPDX-License-Identifier: Apache-2.0
// Why a worker did not start: the message is the server's own.
"use strict";

class StartError extends Error {
  // `details`: { command, exitCode, signal, stderr }, as far as they are known.
  constructor(message, details = {}) {
    super(message);
    this.name = "StartError";
    Object.assign(this, details);
  }
}

module.exports = { StartError };
