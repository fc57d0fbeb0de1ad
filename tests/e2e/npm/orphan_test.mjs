// SPDX-License-Identifier: Apache-2.0
// No server and no folder outlives the program that started it, however that one ends.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const kParent = fileURLToPath(new URL("orphan_parent.mjs", import.meta.url));
const kDeadlineMs = 20_000;

async function until(what, condition) {
  const deadline = Date.now() + kDeadlineMs;
  while (!condition()) {
    assert.ok(Date.now() < deadline, what);
    await sleep(5);
  }
}

// A zombie has ended: that nobody has waited for it is the doing of who adopted it.
function isAlive(pid) {
  try {
    return !/^State:\s+[ZX]/m.test(fs.readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

function children(pid) {
  try {
    return fs.readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function parent(how, env = {}) {
  return spawn(process.execPath, [kParent, how],
    { stdio: ["ignore", "pipe", "ignore"], cwd: path.dirname(kParent), env: { ...process.env, ...env } });
}

async function firstLine(child) {
  let text = "";
  for await (const piece of child.stdout.setEncoding("utf8")) {
    text += piece;
    if (text.includes("\n")) return JSON.parse(text.slice(0, text.indexOf("\n")));
  }
  throw new Error("the parent ended before its worker was ready");
}

async function isGone({ pid, dataDir }) {
  await until(`process ${pid} ends`, () => !isAlive(pid));
  await until(`${dataDir} is removed`, () => !fs.existsSync(dataDir));
}

for (const how of ["exit", "throw", "abort", "unref", "thread"]) {
  test(`a parent that ends by itself: ${how}`, async () => {
    const child = parent(how);
    const worker = await firstLine(child);
    if (how === "thread") {
      await isGone(worker);
      child.kill();
    } else if (child.exitCode === null && child.signalCode === null) {
      await once(child, "exit");
    }
    await isGone(worker);
  });
}

for (const signal of ["SIGKILL", "SIGTERM", "SIGINT", "SIGHUP"]) {
  test(`a parent that is killed: ${signal}`, async () => {
    const child = parent("killed");
    const worker = await firstLine(child);
    assert.ok(isAlive(worker.pid) && fs.existsSync(worker.dataDir));
    child.kill(signal);
    await isGone(worker);
  });
}

test("a parent that is killed before its worker is ready", async () => {
  const temp = fs.mkdtempSync(path.join(os.tmpdir(), "sedge-npm-test-"));
  const child = parent("while starting", { TMPDIR: temp });
  let pid;
  await until("the server is there", () => ([pid] = children(child.pid)) && pid !== undefined);
  child.kill("SIGKILL");
  await until(`process ${pid} ends`, () => !isAlive(pid));
  assert.deepEqual(fs.readdirSync(temp).filter((name) => name.startsWith("sedge-data-")), []);
  fs.rmSync(temp, { recursive: true });
});
