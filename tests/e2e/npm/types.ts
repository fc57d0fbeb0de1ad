// SPDX-License-Identifier: Apache-2.0
// What the types allow and what they do not; compiled, never run.
import { startWorker, StartError, type KvListResult, type LogRecord, type Worker } from "sedge";
import sedge from "sedge";

export async function use(): Promise<void> {
  await using w: Worker = await startWorker({
    script: new URL("file:///worker.js"), kv: ["CACHE"], vars: { A: "1", B: { c: [1] } },
    map: { "a.example": "http://127.0.0.1:1" },
    seed: { CACHE: { a: "1", b: new Uint8Array(1) }, OTHER: [{ key: "k", value: "v", expiration_ttl: 60 }],
      FILE: "seed.json" },
    cf: { country: "CH" }, threads: 1, timeout: 1000, logLevel: "debug",
  });
  const response: Response = await w.fetch("/path", { method: "POST", body: "x", redirect: "manual" });
  await w.fetch(new URL("/", w.url));
  await w.fetch(new Request("http://example.com/"));
  const kv = w.kv("CACHE");
  const text: string | null = await kv.get("a");
  const typed: { n: number } | null = await kv.get<{ n: number }>("a", "json");
  const buffer: ArrayBuffer | null = await kv.get("a", { type: "arrayBuffer" });
  const { value, metadata } = await kv.getWithMetadata<{ m: number }>("a");
  const both: [string | null, number | undefined] = [value, metadata?.m];
  await kv.put("a", "1", { expirationTtl: 60, metadata: {} });
  await kv.put("a", new Uint8Array(1));
  const page: KvListResult = await kv.list({ prefix: "a", limit: 10 });
  if (!page.list_complete) await kv.list({ cursor: page.cursor });
  const record: LogRecord = await w.logs.waitFor(/x/, { timeout: 10 });
  for await (const entry of w.logs) entry.message.length;
  w.logs.map((entry) => entry.level);
  await w.reset();
  const { code }: { code: number | null } = await w.closed;
  void [response, text, typed, buffer, both, record, code];

  // @ts-expect-error There is no such option.
  await startWorker({ scrpt: "" });
  // @ts-expect-error A value is no number.
  await kv.put("a", 1);
  // @ts-expect-error It is read-only.
  w.url = "";
  try {
    await sedge.startWorker();
  } catch (error) {
    if (error instanceof StartError) error.stderr?.length;
  }
}
