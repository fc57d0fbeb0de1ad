// SPDX-License-Identifier: Apache-2.0
// Gives what testharness.js found to `report`, once. Evaluated after testharness.js, as the body of a function;
// WPT_TIMEOUT_MS is put in by the runner.
for (const [name, descriptor] of globalThis.wptHidden ?? []) Object.defineProperty(globalThis, name, descriptor);
delete globalThis.wptHidden;

// Tests may overwrite what this needs.
const { stringify } = JSON;
const stop = setTimeout(() => timeout(), WPT_TIMEOUT_MS);
const giveUp = setTimeout(() => report(stringify({ status: 2, message: "no end", tests: [] })), WPT_TIMEOUT_MS + 2000);
const stopTimer = clearTimeout;
add_completion_callback((tests, status) => {
  stopTimer(stop);
  stopTimer(giveUp);
  const results = tests.map((test) => (
    { name: String(test.name), status: test.status, message: String(test.message ?? "") }));
  report(stringify({ status: status.status, message: String(status.message ?? ""), tests: results }));
});
