// SPDX-License-Identifier: Apache-2.0
// What a function prints, and what nobody catches in it, as a value: for tests of those.
"use strict";

const { queueTask } = require("html/timers");
const { setConsoleSink } = require("console/console");
const { setUncaughtSink } = require("html/report_error");
const { ArrayPrototypePush, Promise } = primordials;

const levels = ["debug", "log", "info", "warn", "error"]; // by the number that native code has for each

// Runs fn and gets what console prints meanwhile: [{ level, text } ...]
async function captureConsole(fn) {
  const lines = [];
  const outer = setConsoleSink((level, text) => ArrayPrototypePush(lines, { level: levels[level], text }));
  try {
    await fn();
  } finally {
    setConsoleSink(outer);
  }
  return lines;
}

// Runs fn and gets the errors that nothing caught meanwhile, which would fail the test.
async function captureUncaught(fn) {
  const errors = [];
  const outer = setUncaughtSink((error) => ArrayPrototypePush(errors, error));
  try {
    await fn();
    await new Promise((resolve) => queueTask(resolve)); // rejections are told of after the microtasks
  } finally {
    setUncaughtSink(outer);
  }
  return errors;
}

exports.levels = levels;
exports.captureConsole = captureConsole;
exports.captureUncaught = captureUncaught;
