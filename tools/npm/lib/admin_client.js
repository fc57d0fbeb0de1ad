// SPDX-License-Identifier: Apache-2.0
// The administration API of a server, over one connection that stays open.
"use strict";

const http = require("node:http");

const kBase = "/client/v4/accounts/local/storage/kv/namespaces";

class AdminClient {
  #agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  #where;
  #closed = false;

  // `where`: options of http.request that say where the server is, and headers that go with every call.
  constructor(where) {
    this.#where = where;
  }

  // `path` is below the namespaces, `body` text, bytes or undefined. Gives { status, headers, body } with a Buffer.
  async call(method, path, body) {
    for (let attempt = 1; ; ++attempt) {
      if (this.#closed) throw new Error("the worker has been stopped");
      try {
        return await this.#callOnce(method, path, body);
      } catch (error) {
        // The server may have closed an idle connection just now. Every call may be made twice.
        if (this.#closed) continue;
        if (!error.wasReused || attempt > 2) throw error;
      }
    }
  }

  // The result of a call, or an error with the server's message. `doing` begins it.
  async result(doing, method, path, body) {
    const answer = await this.call(method, path, body);
    const json = JSON.parse(answer.body.toString());
    if (json.success) return json;
    throw apiError(doing, answer.status, json);
  }

  #callOnce(method, path, body) {
    return new Promise((resolve, reject) => {
      const headers = { ...this.#where.headers };
      if (body !== undefined) headers["content-length"] = Buffer.byteLength(body);
      const options = { ...this.#where, agent: this.#agent, method, path: kBase + path, headers };
      const request = http.request(options, (response) => {
        const pieces = [];
        response.on("data", (piece) => pieces.push(piece));
        response.on("error", reject);
        response.on("end", () =>
          resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(pieces) }));
      });
      request.on("error", (error) => {
        error.wasReused = request.reusedSocket;
        reject(error);
      });
      request.end(body);
    });
  }

  close() {
    this.#closed = true;
    this.#agent.destroy();
  }
}

function apiError(doing, status, json) {
  const { code, message } = json.errors?.[0] ?? {};
  const error = new Error(`${doing}: ${message ?? `status ${status}`}`);
  return Object.assign(error, { status, code });
}

module.exports = { AdminClient, apiError };
