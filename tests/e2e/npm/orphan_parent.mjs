// SPDX-License-Identifier: Apache-2.0
// A program that starts a worker and ends in the way that its argument names. It writes a line of JSON first:
// { pid, dataDir } of the worker.
import { Worker, isMainThread, workerData } from "node:worker_threads";
import fs from "node:fs";
import { startWorker } from "sedge";

const how = isMainThread ? process.argv[2] : workerData;
const kScript = `
addEventListener("fetch", (event) => {
  event.waitUntil(new Promise(() => {}));
  event.respondWith(new Promise(() => {}));
});`;

function say(line) {
  fs.writeSync(1, `${JSON.stringify(line)}\n`);
}

async function start() {
  const w = await startWorker({ script: kScript, kv: "CACHE" });
  // A request that never ends holds no server up; it does hold this program up.
  if (how !== "unref") w.fetch("/").catch(() => {});
  say({ pid: w.pid, dataDir: w.dataDir });
  return w;
}

if (how === "while starting") {
  start();
} else if (how === "thread" && isMainThread) {
  const thread = new Worker(new URL(import.meta.url), { workerData: how });
  thread.on("message", () => thread.terminate());
  setInterval(() => {}, 1000);
} else {
  const w = await start();
  if (how === "exit") process.exit(3);
  if (how === "throw") setImmediate(() => {
    throw new Error("a crash");
  });
  if (how === "abort") process.abort();
  if (how === "unref") w.unref();
  if (how === "thread") (await import("node:worker_threads")).parentPort.postMessage("started");
  // "killed": by who started this.
}
