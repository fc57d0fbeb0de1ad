// SPDX-License-Identifier: Apache-2.0
// The options of startWorker as flags of `sedge serve`, and the temporary files that some of them need.
"use strict";

const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { fileURLToPath } = require("node:url");

const kOptions = [
  "args", "binary", "ca", "cf", "config", "cwd", "dataDir", "dir", "env", "host", "kv", "logLevel", "map", "origin",
  "port", "script", "seed", "stopTimeout", "threads", "timeout", "vars",
];

function checkNames(options) {
  if (typeof options !== "object" || options === null) {
    throw new TypeError("startWorker takes an object, such as { dir: \".\" } or { script: \"export default ...\" }");
  }
  for (const name of Object.keys(options)) {
    if (kOptions.includes(name)) continue;
    throw new TypeError(`startWorker has no option ${name}; allowed are ${kOptions.join(", ")}`);
  }
}

function listOf(value) {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

// A path, or a file: URL as one.
function toPath(value, option) {
  if (value instanceof URL || (typeof value === "string" && value.startsWith("file:"))) return fileURLToPath(value);
  if (typeof value === "string" && value !== "") return value;
  throw new TypeError(`startWorker: ${option} must be a path or a file: URL, not ${JSON.stringify(value)}`);
}

// Files that a start needs; gone once it is over.
class TempFiles {
  #folder;

  write(name, text) {
    this.#folder ??= fs.mkdtempSync(path.join(os.tmpdir(), "sedge-start-"));
    const file = path.join(this.#folder, name);
    fs.writeFileSync(file, text, { mode: 0o600 });
    return file;
  }
  remove() {
    if (this.#folder) fs.rmSync(this.#folder, { recursive: true, force: true });
    this.#folder = undefined;
  }
}

// Text of a script rather than the path of one: there is no such file, and no path looks so.
function isSource(script, cwd) {
  return typeof script === "string" && /[\n;{}]/.test(script) && !fs.existsSync(path.resolve(cwd, script));
}

function scriptPath(script, cwd, files) {
  return isSource(script, cwd) ? files.write("worker.js", script) : toPath(script, "script");
}

// [name, value] of an object, a list of names (without values), or a name alone.
function pairsOf(value) {
  if (typeof value === "string" || Array.isArray(value)) return listOf(value).map((name) => [name, undefined]);
  return Object.entries(value ?? {});
}

function variableFlags(vars) {
  const flags = [];
  for (const [name, value] of Object.entries(vars ?? {})) {
    if (value === undefined) continue;
    if (typeof value === "string") flags.push("--var", `${name}=${value}`);
    else flags.push("--var-json", `${name}=${JSON.stringify(value)}`);
  }
  return flags;
}

// The arguments of the program. REQUIRES: `options` went through checkNames.
function commandLine(options, files, cwd) {
  const args = ["serve"];
  for (const file of listOf(options.config)) args.push(toPath(file, "config"));
  for (const folder of listOf(options.dir)) args.push(toPath(folder, "dir"));
  for (const script of listOf(options.script)) args.push(scriptPath(script, cwd, files));
  const own = listOf(options.args).map(String);
  if (!own.some((arg) => arg === "--listen" || arg.startsWith("--listen="))) {
    args.push("--port", String(options.port ?? 0));
    if (options.host !== undefined) args.push("--host", options.host);
  }
  args.push("--threads", String(options.threads ?? 1));
  if (options.dataDir === undefined) args.push("--temp-data");
  else args.push("--data-dir", toPath(options.dataDir, "dataDir"));
  if (options.env !== undefined) args.push("--env", options.env);
  for (const [binding, id] of pairsOf(options.kv)) args.push("--kv", id === undefined ? binding : `${binding}=${id}`);
  args.push(...variableFlags(options.vars));
  for (const [host, url] of Object.entries(options.map ?? {})) args.push("--map", `${host}=${url}`);
  if (options.origin !== undefined) args.push("--origin", String(options.origin));
  listOf(options.ca).forEach((ca, i) => {
    const isText = typeof ca === "string" && ca.includes("-----BEGIN ");
    args.push("--ca", isText ? files.write(`ca${i}.pem`, ca) : toPath(ca, "ca"));
  });
  if (options.cf !== undefined) {
    const isObject = typeof options.cf === "object" && !(options.cf instanceof URL);
    args.push("--cf", isObject ? files.write("cf.json", JSON.stringify(options.cf)) : toPath(options.cf, "cf"));
  }
  args.push("--log-level", options.logLevel ?? "info", "--log-format", "json", "--ready-format", "json");
  args.push("--exit-with-stdin", ...own);
  return args;
}

module.exports = { TempFiles, checkNames, commandLine };
