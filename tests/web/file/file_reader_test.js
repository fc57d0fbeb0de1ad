// SPDX-License-Identifier: Apache-2.0
import { test, describe, expect } from "sedge:test";

const kEvents = ["loadstart", "progress", "load", "abort", "error", "loadend"];

// The reader's events as "type loaded/total", and a promise of loadend.
function watch(reader) {
  const seen = [];
  for (const type of kEvents) {
    reader.addEventListener(type, (event) => seen.push(`${event.type} ${event.loaded}/${event.total}`));
  }
  return { seen, end: new Promise((resolve) => { reader.addEventListener("loadend", resolve); }) };
}

async function read(kind, blob, ...more) {
  const reader = new FileReader();
  const { end } = watch(reader);
  reader[`readAs${kind}`](blob, ...more);
  await end;
  return reader.result;
}

const bytes = (...list) => new Blob([new Uint8Array(list)]);

describe("FileReader", () => {
  test("reads a blob in every form", async () => {
    const blob = new Blob(["hé\0"], { type: "text/plain" });
    expect(await read("Text", blob)).toBe("hé\0");
    expect(await read("BinaryString", blob)).toBe("h\xC3\xA9\0");
    expect(await read("DataURL", blob)).toBe("data:text/plain;base64,aMOpAA==");
    expect(await read("DataURL", new Blob([]))).toBe("data:application/octet-stream;base64,");
    const buffer = await read("ArrayBuffer", blob);
    expect([...new Uint8Array(buffer)]).toEqual([0x68, 0xC3, 0xA9, 0]);
    new Uint8Array(buffer)[0] = 0x69; // the blob keeps its own
    expect(await blob.text()).toBe("hé\0");
    const large = "x".repeat(100_001);
    expect(await read("BinaryString", new Blob([large]))).toBe(large);
    expect(await read("Text", new File(["bits"], "name"))).toBe("bits");
  });

  test("finds the encoding of a text", async () => {
    expect(await read("Text", bytes(0x54, 0x45), "UTF-16")).toBe("\u4554");
    expect(await read("Text", bytes(0xE9), "latin1")).toBe("é");
    expect(await read("Text", bytes(0xE9), "no such encoding")).toBe("\uFFFD");
    expect(await read("Text", new Blob([new Uint8Array([0xE9])], { type: "text/plain;charset=latin1" }))).toBe("é");
    // A byte order mark comes first of all.
    expect(await read("Text", bytes(0xFE, 0xFF, 0x00, 0x68), "latin1")).toBe("h");
    expect(await read("Text", bytes(0xFF, 0xFE, 0x68, 0x00), "utf-8")).toBe("h");
    expect(await read("Text", bytes(0xEF, 0xBB, 0xBF, 0x68), "utf-16")).toBe("h");
  });

  test("tells of its progress", async () => {
    const reader = new FileReader();
    expect(reader.readyState).toBe(FileReader.EMPTY);
    const { seen, end } = watch(reader);
    const states = [];
    reader.onprogress = ({ isTrusted, lengthComputable }) =>
      states.push(isTrusted, lengthComputable, reader.readyState, reader.result);
    reader.onload = () => states.push(reader.readyState, reader.result);
    reader.readAsText(new Blob(["four"]));
    expect(reader.readyState).toBe(FileReader.LOADING);
    expect(seen).toEqual([]);
    await end;
    expect(seen).toEqual(["loadstart 0/4", "progress 4/4", "load 4/4", "loadend 4/4"]);
    expect(states).toEqual([true, true, FileReader.LOADING, null, FileReader.DONE, "four"]);
  });

  test("an empty blob makes no progress", async () => {
    const reader = new FileReader();
    const { seen, end } = watch(reader);
    reader.readAsText(new Blob());
    await end;
    expect(seen).toEqual(["loadstart 0/0", "load 0/0", "loadend 0/0"]);
    expect(reader.result).toBe("");
  });

  test("abort", async () => {
    const reader = new FileReader();
    const { seen } = watch(reader);
    reader.abort();
    expect(seen).toEqual([]);
    reader.readAsText(new Blob(["x"]));
    reader.abort();
    expect(seen).toEqual(["abort 0/1", "loadend 0/1"]);
    expect(reader.readyState).toBe(FileReader.DONE);
    expect(reader.result).toBeNull();
    await new Promise((resolve) => { setTimeout(resolve, 5); });
    expect(seen.length).toBe(2); // nothing is left of the read
  });

  test("one read at a time; another when it is over", async () => {
    const reader = new FileReader();
    reader.readAsText(new Blob(["1"]));
    expect(() => reader.readAsText(new Blob(["2"]))).toThrow("the reader is busy");
    const results = [];
    await new Promise((resolve) => {
      reader.onload = () => {
        results.push(reader.result);
        if (results.length === 1) reader.readAsText(new Blob(["3"]));
      };
      reader.onloadend = () => {
        results.push("end");
        resolve();
      };
    });
    expect(results).toEqual(["1", "3", "end"]); // the first read's loadend gave way to the second read
  });

  test("has the shape of an interface", () => {
    expect(() => FileReader()).toThrow(TypeError);
    expect(() => new FileReader().readAsText()).toThrow("1 argument required");
    expect(() => new FileReader().readAsText("text")).toThrow("is not of type 'Blob'");
    expect(() => FileReader.prototype.abort.call({})).toThrow("Illegal invocation");
    expect([FileReader.EMPTY, FileReader.LOADING, FileReader.prototype.DONE]).toEqual([0, 1, 2]);
    for (const type of kEvents) expect(new FileReader()[`on${type}`]).toBeNull();
    expect(Object.prototype.toString.call(new FileReader())).toBe("[object FileReader]");
  });
});

describe("ProgressEvent", () => {
  test("holds what its init says", () => {
    const event = new ProgressEvent("progress", { lengthComputable: true, loaded: 1.5, total: 2 ** 60, bubbles: true });
    expect([event.type, event.lengthComputable, event.loaded, event.total, event.bubbles])
      .toEqual(["progress", true, 1.5, 2 ** 60, true]);
    expect(new ProgressEvent("x").loaded).toBe(0);
    expect(new ProgressEvent("x") instanceof Event).toBe(true);
    expect(() => new ProgressEvent("x", { loaded: NaN })).toThrow("is not a finite number");
    expect(() => new ProgressEvent()).toThrow("1 argument required");
    const { get } = Object.getOwnPropertyDescriptor(ProgressEvent.prototype, "loaded");
    expect(() => get.call(new Event("x"))).toThrow("Illegal invocation");
  });
});
