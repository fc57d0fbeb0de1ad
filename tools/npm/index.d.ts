// SPDX-License-Identifier: Apache-2.0
// Types of the package. Those of fetch() are Node's own (@types/node), or the DOM library's.

type FetchInput = Parameters<typeof globalThis.fetch>[0];
type FetchInit = Parameters<typeof globalThis.fetch>[1];
type FetchResult = ReturnType<typeof globalThis.fetch>;

/** A path, or a `file:` URL. */
export type Path = string | URL;

/** An entry of wrangler's bulk format. A value that is neither text nor bytes is kept as JSON. */
export interface KvPair {
  key: string;
  value: unknown;
  /** The value is base64. */
  base64?: boolean;
  /** Seconds since the epoch. */
  expiration?: number;
  /** In seconds, 60 at least. */
  expiration_ttl?: number;
  metadata?: unknown;
}

/** Entries, by key or as a list, or the path of a JSON file that has them. */
export type KvSeed = { [key: string]: unknown } | Map<string, unknown> | KvPair[] | Path;

export interface StartOptions {
  /** A folder with a configuration or a script. Without dir, config and script: the current folder. */
  dir?: Path | Path[];
  /** A wrangler file: wrangler.jsonc, wrangler.json or wrangler.toml. */
  config?: Path | Path[];
  /** A script: its path, or its text. */
  script?: Path | Path[];
  /** The environment of the configuration, such as "staging" for [env.staging]. */
  env?: string;
  /** KV namespaces in env, besides those of the configuration: names, or names and ids. */
  kv?: string | string[] | { [binding: string]: string };
  /** Variables in env: text, or anything that JSON has. */
  vars?: { [name: string]: unknown };
  /** Requests that the worker makes to a host go to a URL. */
  map?: { [host: string]: string };
  /** Where fetch(request) to the worker's own host goes. */
  origin?: string | URL;
  /** What namespaces hold at the start, and after each reset(). */
  seed?: { [binding: string]: KvSeed };
  /** request.cf, or the path of a JSON file with it. */
  cf?: object | Path;
  /** Further trusted certificate authorities: PEM text, or the path of a file. */
  ca?: Path | Path[];
  /** Where KV is kept. Without it: in a new folder that goes with the worker. */
  dataDir?: Path;
  /** 0, which is the default: any free one. */
  port?: number;
  /** 127.0.0.1 is the default. */
  host?: string;
  /** 1 is the default. */
  threads?: number;
  logLevel?: "debug" | "info" | "warn" | "error" | "off";
  /** The program sedge. */
  binary?: string;
  /** Further arguments of `sedge serve`. */
  args?: string[];
  /** The folder that paths are relative to. */
  cwd?: string;
  /** For the start, in milliseconds; 30,000 is the default. */
  timeout?: number;
  /** For what runs when stop() is called, in milliseconds; 5,000 is the default. */
  stopTimeout?: number;
}

export interface LogRecord {
  /** As in "2026-01-31T12:00:00.000Z". */
  time: string;
  level: "debug" | "info" | "warn" | "error";
  message: string;
  /** Set on a line that was no record of the log. */
  raw?: true;
  [field: string]: unknown;
}

/** What the server and its workers have logged so far. It grows; `for await` goes on until the worker stops. */
export interface Logs extends Array<LogRecord>, AsyncIterable<LogRecord> {
  /** The first record with the text, that matches, or that passes: one that is there, or the next to come. */
  waitFor(what: string | RegExp | ((record: LogRecord) => unknown), options?: { timeout?: number }): Promise<LogRecord>;
  /** Forgets what was logged so far. */
  clear(): void;
}

export type KvValue = string | ArrayBuffer | ArrayBufferView | Blob | ReadableStream;

export interface KvPutOptions {
  /** Seconds since the epoch. */
  expiration?: number;
  /** In seconds, 60 at least. */
  expirationTtl?: number;
  metadata?: unknown;
}

export interface KvListOptions {
  prefix?: string;
  /** 1 to 1,000. */
  limit?: number;
  cursor?: string;
}

export interface KvListKey {
  name: string;
  expiration?: number;
  metadata?: unknown;
}

export type KvListResult =
  | { keys: KvListKey[]; list_complete: true; cursor?: undefined }
  | { keys: KvListKey[]; list_complete: false; cursor: string };

type KvType<T extends string> = T | { type: T };
export interface KvValueWithMetadata<V, M> {
  value: V | null;
  metadata: M | null;
}

export interface KvNamespace {
  readonly name: string;
  readonly id: string;
  get(key: string, type?: KvType<"text"> | {}): Promise<string | null>;
  get<V = unknown>(key: string, type: KvType<"json">): Promise<V | null>;
  get(key: string, type: KvType<"arrayBuffer">): Promise<ArrayBuffer | null>;
  get(key: string, type: KvType<"stream">): Promise<ReadableStream | null>;
  getWithMetadata<M = unknown>(key: string, type?: KvType<"text"> | {}): Promise<KvValueWithMetadata<string, M>>;
  getWithMetadata<V = unknown, M = unknown>(
    key: string, type: KvType<"json">): Promise<KvValueWithMetadata<V, M>>;
  getWithMetadata<M = unknown>(
    key: string, type: KvType<"arrayBuffer">): Promise<KvValueWithMetadata<ArrayBuffer, M>>;
  getWithMetadata<M = unknown>(
    key: string, type: KvType<"stream">): Promise<KvValueWithMetadata<ReadableStream, M>>;
  put(key: string, value: KvValue, options?: KvPutOptions): Promise<void>;
  delete(key: string): Promise<void>;
  list(options?: KvListOptions): Promise<KvListResult>;
  /** Adds entries. */
  seed(entries: KvSeed): Promise<void>;
  /** Removes every entry, and puts back those of the option seed. */
  reset(): Promise<void>;
}

export interface Worker extends AsyncDisposable {
  /** Such as "http://127.0.0.1:40123". */
  readonly url: string;
  readonly pid: number;
  /** Where KV is kept. */
  readonly dataDir: string;
  readonly logs: Logs;
  /** How the server ended, once it has. */
  readonly closed: Promise<{ code: number | null; signal: string | null }>;
  /** As the global fetch(). A path is of this worker; a URL of another host goes to it as well, with that Host. */
  fetch(input: FetchInput, init?: FetchInit): FetchResult;
  /** A namespace, by the name of its binding or by its id. */
  kv(name: string): KvNamespace;
  /** Every namespace as it was when the worker started. */
  reset(): Promise<void>;
  /** Lets what runs finish, ends the server, removes its data. */
  stop(): Promise<void>;
  /** The worker keeps this process from ending (which is the default), or does not. */
  ref(): this;
  unref(): this;
}

/** Why a worker did not start; the message is the server's. */
export class StartError extends Error {
  command?: string[];
  exitCode?: number | null;
  signal?: string | null;
  stderr?: string;
}

/** Starts a server with its own port and data. Rejects with StartError, and leaves nothing behind, when it cannot. */
export function startWorker(options?: StartOptions): Promise<Worker>;
