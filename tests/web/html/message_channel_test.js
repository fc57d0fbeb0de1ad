// SPDX-License-Identifier: Apache-2.0
import { test, describe, expect } from "sedge:test";

const turn = () => new Promise((resolve) => setTimeout(resolve, 1));

function next(port) {
  return new Promise((resolve) => { port.onmessage = resolve; });
}

test("a message arrives as a clone, in a task of its own", async () => {
  const { port1, port2 } = new MessageChannel();
  const arriving = next(port2);
  const data = { a: [1] };
  port1.postMessage(data);
  data.a.push(2);
  const event = await arriving;
  expect(event).toBeInstanceOf(MessageEvent);
  expect(event.data).toEqual({ a: [1] });
  expect(event.target).toBe(port2);
  expect(event.isTrusted).toBe(true);
  expect(event.ports).toEqual([]);
});

test("messages wait until the port is started", async () => {
  const { port1, port2 } = new MessageChannel();
  const received = [];
  port2.addEventListener("message", (event) => received.push(event.data));
  port1.postMessage(1);
  port1.postMessage(2);
  await turn();
  expect(received).toEqual([]);
  port2.start();
  port1.postMessage(3);
  await turn();
  expect(received).toEqual([1, 2, 3]);
});

test("what cannot be cloned throws at once", () => {
  const { port1 } = new MessageChannel();
  expect(() => port1.postMessage(() => {})).toThrow(DOMException);
  expect(() => port1.postMessage()).toThrow(TypeError);
});

describe("transfer", () => {
  test("of a buffer", async () => {
    const { port1, port2 } = new MessageChannel();
    const arriving = next(port2);
    const buffer = new Uint8Array([7]).buffer;
    port1.postMessage(buffer, [buffer]);
    expect(buffer.byteLength).toBe(0);
    expect(new Uint8Array((await arriving).data)[0]).toBe(7);
  });

  test("of a port, with the messages in it", async () => {
    const outer = new MessageChannel();
    const inner = new MessageChannel();
    inner.port1.postMessage("queued");
    const arriving = next(outer.port2);
    outer.port1.postMessage({ port: inner.port2 }, { transfer: [inner.port2] });
    const event = await arriving;
    expect(event.ports).toHaveLength(1);
    expect(event.data.port).toBe(event.ports[0]);
    expect(event.data.port).not.toBe(inner.port2);
    const first = next(event.data.port);
    expect((await first).data).toBe("queued");
    const back = next(inner.port1);
    event.data.port.postMessage("back");
    expect((await back).data).toBe("back");
  });

  test("of a port that was transferred already, or of the port itself", () => {
    const { port1, port2 } = new MessageChannel();
    structuredClone(port2, { transfer: [port2] });
    expect(() => structuredClone(port2, { transfer: [port2] })).toThrow(DOMException);
    expect(() => port1.postMessage(1, [port1])).toThrow(DOMException);
    expect(() => structuredClone(port1)).toThrow(DOMException);
  });
});

test("close ends both sides and tells the other", async () => {
  const { port1, port2 } = new MessageChannel();
  const events = [];
  port2.onclose = (event) => events.push(event.type);
  port2.onmessage = (event) => events.push(event.data);
  port1.close();
  port1.postMessage("lost");
  port2.postMessage("lost too");
  await turn();
  expect(events).toEqual(["close"]);
});

test("ports are made by channels only", () => {
  expect(() => new MessagePort()).toThrow("Illegal constructor");
  const { port1 } = new MessageChannel();
  expect(port1).toBeInstanceOf(EventTarget);
  expect(port1.onmessage).toBeNull();
  expect(() => MessagePort.prototype.postMessage.call({}, 1)).toThrow("Illegal invocation");
  expect(new MessageEvent("x", { ports: [port1] }).ports[0]).toBe(port1);
  expect(() => new MessageEvent("x", { ports: [{}] })).toThrow(TypeError);
});
