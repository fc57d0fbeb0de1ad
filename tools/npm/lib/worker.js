// SPDX-License-Identifier: Apache-2.0
// A worker that runs: what startWorker gives.
"use strict";

const fs = require("node:fs");
const { AdminClient } = require("./admin_client.js");
const { KvNamespace } = require("./kv_namespace.js");
const { workerRequest } = require("./worker_request.js");

// Node 20.0 to 20.4 have no such symbol.
const kAsyncDispose = Symbol.asyncDispose ?? Symbol.for("nodejs.asyncDispose");

class Worker {
  #process;
  #ready;
  #seeds;
  #options;
  #admin;
  #namespaces = new Map();
  #stopped;

  // `ready`: what the server said of itself; `admin`: options of http.request for its administration API.
  constructor(process, ready, admin, options) {
    this.#process = process;
    this.#ready = ready;
    this.#admin = new AdminClient(admin);
    this.#seeds = options.seed ?? {};
    this.#options = options;
    this.url = ready.listening[0];
    this.pid = process.pid;
    this.dataDir = ready.data_dir;
    this.logs = process.logs;
    this.closed = process.closed;
  }

  // As the global fetch(). Paths, and URLs of other hosts, go to this worker.
  async fetch(input, init) {
    if (this.#stopped) throw new Error("the worker has been stopped");
    return fetch(...workerRequest(this.url, input, init));
  }

  // By the binding's name in env, or by its id.
  kv(name) {
    const id = this.#namespaceId(name);
    let found = this.#namespaces.get(id);
    if (!found) {
      found = new KvNamespace(this.#admin, name, id, this.#seedOf(id));
      this.#namespaces.set(id, found);
    }
    return found;
  }

  // Every namespace as it was when the worker started.
  async reset() {
    const ids = new Set(this.#ready.workers.flatMap(({ kv }) => Object.values(kv)));
    await Promise.all(Array.from(ids, (id) => this.kv(id).reset()));
  }

  // Lets what runs finish, ends the server, and removes its data. Once; later calls wait for the first.
  stop() {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }
  [kAsyncDispose]() {
    return this.stop();
  }

  // Whether the worker alone keeps this process from ending; it does unless told otherwise.
  ref() {
    this.#process.hold(true);
    return this;
  }
  unref() {
    this.#process.hold(false);
    return this;
  }

  async #stop() {
    this.#admin.close();
    await this.#process.stop(this.#options.stopTimeout);
    // One that was killed could not do it.
    if (this.#options.dataDir === undefined) fs.rmSync(this.dataDir, { recursive: true, force: true });
  }

  #namespaceId(name) {
    const ids = new Set();
    const known = new Set();
    for (const { kv } of this.#ready.workers) {
      for (const [binding, id] of Object.entries(kv)) {
        known.add(binding);
        if (binding === name) ids.add(id);
      }
    }
    if (ids.size === 0 && this.#ready.workers.some(({ kv }) => Object.values(kv).includes(name))) return name;
    if (ids.size === 1) return ids.values().next().value;
    if (ids.size > 1) {
      throw new Error(`${name} is another namespace in each worker; take one of the ids ${Array.from(ids).join(", ")}`);
    }
    const all = known.size > 0 ? `its namespaces are ${Array.from(known).join(", ")}` : "it has none";
    throw new Error(`the worker has no KV namespace ${name}: ${all}. Name it in the option kv or the configuration`);
  }

  #seedOf(id) {
    const names = Object.keys(this.#seeds).filter((name) => this.#namespaceId(name) === id);
    return names.length > 0 ? this.#seeds[names[0]] : undefined;
  }
}

module.exports = { Worker };
