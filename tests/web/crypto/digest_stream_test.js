// SPDX-License-Identifier: Apache-2.0
// crypto.DigestStream, of the Workers platform.
import { test, describe, expect } from "sedge:test";
import { hex, utf8 } from "./crypto_tools.js";

describe("DigestStream", () => {
  test("hashes what is written", async () => {
    const stream = new crypto.DigestStream("SHA-256");
    expect(stream instanceof WritableStream).toBe(true);
    expect(Object.prototype.toString.call(stream)).toBe("[object DigestStream]");
    const writer = stream.getWriter();
    await writer.write(utf8("a"));
    await writer.write(utf8("xbx").buffer.slice(1, 2));
    await writer.write(new DataView(utf8("c").buffer));
    await writer.close();
    expect(hex(await stream.digest)).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect(stream.digest).toBe(stream.digest);
    expect(stream.bytesWritten).toBe(3n);
  });

  test("text counts as its UTF-8", async () => {
    const stream = new crypto.DigestStream({ name: "md5" });
    const writer = stream.getWriter();
    writer.write("a\u00E9");
    writer.close();
    expect(hex(await stream.digest)).toBe(hex(await crypto.subtle.digest("MD5", utf8("a\u00E9"))));
    expect(stream.bytesWritten).toBe(3n);
  });

  test("of a body that is piped into it", async () => {
    const [one, two] = new Response("x".repeat(200_000)).body.tee();
    const stream = new crypto.DigestStream("SHA-512");
    const piped = two.pipeTo(stream);
    expect((await new Response(one).text()).length).toBe(200_000);
    await piped;
    expect(hex(await stream.digest)).toBe(
      hex(await crypto.subtle.digest("SHA-512", utf8("x".repeat(200_000)))));
    expect(stream.bytesWritten).toBe(200_000n);
  });

  test("an abort rejects the digest", async () => {
    const stream = new crypto.DigestStream("SHA-1");
    const writer = stream.getWriter();
    writer.write(utf8("a")).catch(() => {});
    await writer.abort(new Error("boom"));
    await expect(stream.digest).rejects.toThrow("boom");
  });

  test("other chunks are an error of the stream", async () => {
    const stream = new crypto.DigestStream("SHA-1");
    const writer = stream.getWriter();
    await expect(writer.write(123)).rejects.toThrow(TypeError);
    await expect(stream.digest).rejects.toThrow(TypeError);
    await expect(writer.closed).rejects.toThrow(TypeError);
  });

  test("needs a hash function", () => {
    const nameOf = (fn) => {
      try {
        fn();
      } catch (error) {
        return error.name;
      }
      return "nothing";
    };
    expect(nameOf(() => new crypto.DigestStream("foo"))).toBe("NotSupportedError");
    expect(nameOf(() => new crypto.DigestStream())).toBe("TypeError");
    expect(nameOf(() => crypto.DigestStream("SHA-1"))).toBe("TypeError");
    expect("DigestStream" in globalThis).toBe(false);
    expect(crypto.DigestStream).toBe(crypto.DigestStream);
  });
});
