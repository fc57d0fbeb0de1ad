// SPDX-License-Identifier: Apache-2.0
// `sedge serve` as a child process. It reads its standard input to the end and ends then: so it ends with this process,
// however this one ends.
"use strict";

const { spawn } = require("node:child_process");
const { Logs } = require("./logs.js");
const { StartError } = require("./start_error.js");

// For the streams of a process that has ended.
const kDrainMs = 1_000;
// For a server to end whose standard input has ended; it takes 2 s at most, and removes its data.
const kEndMs = 5_000;

class ServerProcess {
  logs = new Logs();
  // { code, signal } once the process has ended and its log is whole.
  closed;
  #child;
  #command;
  #failure; // why it could not be started at all
  #stderr = ""; // until it is ready

  constructor(binary, args, { cwd, env }) {
    this.#command = [binary, ...args];
    this.#child = spawn(binary, args, { cwd, env, stdio: ["pipe", "pipe", "pipe"] });
    this.#child.stdin.on("error", () => {});
    this.#child.stderr.setEncoding("utf8").on("data", (text) => {
      if (this.#stderr !== undefined) this.#stderr += text;
      Logs.feed(this.logs, text);
    });
    this.closed = this.#whenClosed();
  }

  get pid() {
    return this.#child.pid;
  }

  // What the server says of itself once it accepts connections.
  async ready(timeout) {
    let timer;
    const late = new Promise((resolve) => (timer = setTimeout(resolve, timeout, { late: true })));
    const first = await Promise.race([this.#firstLine(), this.closed, late]);
    clearTimeout(timer);
    if (typeof first !== "string") {
      if (first.late) await this.abort();
      throw this.#startError(first, timeout);
    }
    this.#stderr = undefined;
    return JSON.parse(first);
  }

  // Lets what runs finish, for so long. Once.
  async stop(timeout) {
    this.#child.kill("SIGTERM");
    const timer = setTimeout(() => this.abort(), timeout);
    await this.closed;
    clearTimeout(timer);
  }

  // Ends it at once.
  async abort() {
    this.#child.stdin.destroy();
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), kEndMs);
    await this.closed;
    clearTimeout(timer);
  }

  // Whether this process stays for as long as the server does.
  hold(does) {
    for (const handle of [this.#child, ...this.#child.stdio]) does ? handle.ref() : handle.unref();
  }

  #whenClosed() {
    return new Promise((resolve) => {
      const end = (code, signal) => {
        for (const stream of this.#child.stdio) stream.destroy();
        Logs.end(this.logs);
        resolve({ code, signal });
      };
      this.#child.once("error", (error) => {
        this.#failure = error;
        if (this.#child.pid === undefined) end(null, null);
      });
      this.#child.once("exit", (code, signal) => {
        const timer = setTimeout(end, kDrainMs, code, signal);
        this.#child.once("close", () => {
          clearTimeout(timer);
          end(code, signal);
        });
      });
    });
  }

  #firstLine() {
    return new Promise((resolve) => {
      let text = "";
      this.#child.stdout.setEncoding("utf8").on("data", (piece) => {
        if (text.includes("\n")) return;
        text += piece;
        if (text.includes("\n")) resolve(text.slice(0, text.indexOf("\n")));
      });
    });
  }

  #startError({ late, code, signal }, timeout) {
    const details = { command: this.#command, stderr: this.#stderr };
    if (this.#failure) {
      return new StartError(`${this.#command[0]} cannot be started: ${this.#failure.message}`, details);
    }
    // Messages of the program are no records of its log.
    const said = this.logs.filter((record) => record.raw || record.level === "error").map((record) => record.message);
    const text = said.join("\n").replace(/^sedge: /, "");
    if (late) return new StartError(`the worker was not ready within ${timeout} ms${text && `: ${text}`}`, details);
    const message = text || `sedge ended with ${signal ?? `status ${code}`} and said nothing`;
    return new StartError(message, { ...details, exitCode: code, signal });
  }
}

module.exports = { ServerProcess };
