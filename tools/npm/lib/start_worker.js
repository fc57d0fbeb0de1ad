// SPDX-License-Identifier: Apache-2.0
// startWorker: a server of its own for each call, on a free port, with data of its own.
"use strict";

const crypto = require("node:crypto");
const path = require("node:path");
const { TempFiles, checkNames, commandLine } = require("./command_line.js");
const { findBinary } = require("./find_binary.js");
const { toPairs } = require("./kv_entries.js");
const { ServerProcess } = require("./server_process.js");
const { Worker } = require("./worker.js");

const kStartMs = 30_000;
const kStopMs = 5_000;
// sockaddr_un has 108 bytes, the last of them zero.
const kMaxSocketPathBytes = 107;

// How the administration API is reached: by the socket in the folder of the data; over TCP where its path is too long.
function adminAccess(dataDir) {
  if (dataDir === undefined || Buffer.byteLength(path.resolve(dataDir, "kv/admin.sock")) <= kMaxSocketPathBytes) {
    return { args: [], env: {}, where: (ready) => ({ socketPath: ready.admin_socket ?? "" }) };
  }
  const token = crypto.randomBytes(32).toString("hex");
  const where = (ready) => {
    const { hostname, port } = new URL(ready.admin);
    return { host: hostname, port, headers: { authorization: `Bearer ${token}` } };
  };
  return { args: ["--admin", "127.0.0.1:0"], env: { SEDGE_ADMIN_TOKEN: token }, where };
}

async function startWorker(given = {}) {
  checkNames(given);
  const cwd = path.resolve(given.cwd ?? ".");
  const options = { timeout: kStartMs, stopTimeout: kStopMs, ...given };
  // What is wrong with them is found before anything runs.
  for (const entries of Object.values(options.seed ?? {})) toPairs(entries);
  const binary = findBinary(options.binary, process.env, cwd);
  const files = new TempFiles();
  let server;
  try {
    const admin = adminAccess(options.dataDir);
    const args = [...commandLine(options, files, cwd), ...admin.args];
    server = new ServerProcess(binary, args, { cwd, env: { ...process.env, ...admin.env } });
    const ready = await server.ready(options.timeout);
    const worker = new Worker(server, ready, admin.where(ready), options);
    for (const [name, entries] of Object.entries(options.seed ?? {})) await worker.kv(name).seed(entries);
    return worker;
  } catch (error) {
    await server?.abort();
    throw error;
  } finally {
    files.remove();
  }
}

module.exports = { startWorker };
