// SPDX-License-Identifier: Apache-2.0
// WebAssembly.compileStreaming, WebAssembly.instantiateStreaming, and the shapes of WebAssembly's interfaces.
import { test, describe, expect } from "sedge:test";

// (module (import "m" "n" (global i32)) (func (export "n") (result i32) global.get 0))
const code = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 127, 2, 8, 1, 1, 109, 1, 110, 3, 127, 0,
  3, 2, 1, 0, 7, 5, 1, 1, 110, 0, 0, 10, 6, 1, 4, 0, 35, 0, 11]);
const wasm = (body, init = {}) => new Response(body, { headers: { "content-type": " Application/WASM\t" }, ...init });
const imports = { m: { n: 7 } };

describe("compileStreaming", () => {
  test("compiles the body of a response, or of one that comes later", async () => {
    for (const source of [wasm(code), Promise.resolve(wasm(code)), { then(resolve) { resolve(wasm(code)); } }]) {
      const module = await WebAssembly.compileStreaming(source);
      expect(module).toBeInstanceOf(WebAssembly.Module);
      expect(new WebAssembly.Instance(module, imports).exports.n()).toBe(7);
    }
  });

  test("reads streams", async () => {
    const stream = new ReadableStream({
      start(controller) {
        controller.enqueue(code.subarray(0, 9));
        controller.enqueue(code.subarray(9));
        controller.close();
      },
    });
    expect(await WebAssembly.compileStreaming(wasm(stream))).toBeInstanceOf(WebAssembly.Module);
    const failing = new ReadableStream({ start(controller) { controller.error(new RangeError("broken")); } });
    await expect(WebAssembly.compileStreaming(wasm(failing))).rejects.toThrow("broken");
  });

  test("takes application/wasm with a good status alone", async () => {
    const typed = (type) => new Response(code, { headers: { "content-type": type } });
    for (const source of [typed("text/wasm"), typed("application/wasm;"), typed("application/wasm; charset=utf-8"),
      new Response(code), wasm(code, { status: 404 }), Response.error(), {}, null, 5, Response]) {
      await expect(WebAssembly.compileStreaming(source)).rejects.toThrow(TypeError);
    }
    await expect(WebAssembly.compileStreaming(wasm(code, { status: 404 }))).rejects.toThrow("status is 404");
    await expect(WebAssembly.compileStreaming(typed("text/wasm"))).rejects.toThrow("Content-Type is 'text/wasm'");
    await expect(WebAssembly.compileStreaming()).rejects.toThrow("1 argument required");
    const error = {};
    await expect(WebAssembly.compileStreaming(Promise.reject(error))).rejects.toBe(error);
  });

  test("a body that is no module, or is used", async () => {
    for (const body of [null, "", "text", code.subarray(0, 20)]) {
      await expect(WebAssembly.compileStreaming(wasm(body))).rejects.toThrow(WebAssembly.CompileError);
    }
    const used = wasm(code);
    await used.arrayBuffer();
    await expect(WebAssembly.compileStreaming(used)).rejects.toThrow(TypeError);
    const response = wasm(code);
    await WebAssembly.compileStreaming(response);
    expect(response.bodyUsed).toBe(true);
  });
});

describe("instantiateStreaming", () => {
  test("gives the module and its instance", async () => {
    const result = await WebAssembly.instantiateStreaming(wasm(code), imports);
    expect(Object.keys(result)).toEqual(["module", "instance"]);
    expect(result.module).toBeInstanceOf(WebAssembly.Module);
    expect(result.instance.exports.n()).toBe(7);
  });

  test("checks the imports", async () => {
    await expect(WebAssembly.instantiateStreaming(wasm(code))).rejects.toThrow(TypeError);
    await expect(WebAssembly.instantiateStreaming(wasm(code), 5)).rejects.toThrow("parameter 2 is not an object");
    await expect(WebAssembly.instantiateStreaming(wasm(code), { m: {} })).rejects.toThrow(WebAssembly.LinkError);
  });
});

test("interfaces have the shapes of the standard", () => {
  const { compileStreaming, instantiateStreaming, Exception, Table } = WebAssembly;
  expect([compileStreaming.length, instantiateStreaming.length]).toEqual([1, 1]);
  expect([compileStreaming.name, instantiateStreaming.name]).toEqual(["compileStreaming", "instantiateStreaming"]);
  expect(Object.getOwnPropertyDescriptor(WebAssembly, "compileStreaming").enumerable).toBe(true);
  expect([Table.prototype.set.length, Exception.length, Exception.prototype.getArg.length]).toEqual([1, 2, 1]);
  expect(Exception.prototype.constructor === Exception).toBe(true);
});
