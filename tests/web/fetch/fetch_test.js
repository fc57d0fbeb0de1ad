// SPDX-License-Identifier: Apache-2.0
import { test, describe, expect } from "sedge:test";

describe("fetch of data: URLs", () => {
  test("gives type and bytes", async () => {
    const response = await fetch("data:text/html;charset=utf-8,%3Cp%3E%C3%A9#fragment");
    expect(response.status).toBe(200);
    expect(response.statusText).toBe("OK");
    expect(response.headers.get("content-type")).toBe("text/html;charset=utf-8");
    expect(await response.text()).toBe("<p>é");
    expect(() => response.headers.set("a", "b")).toThrow("Can't modify immutable headers.");
  });

  test("decodes base64 forgivingly", async () => {
    const bytes = async (data) => [...await (await fetch(`data:;base64,${data}`)).bytes()];
    expect(await bytes("AAEC/w==")).toEqual([0, 1, 2, 255]);
    expect(await bytes("AAEC%2Fw")).toEqual([0, 1, 2, 255]);
    expect(await bytes("YWJj")).toEqual([97, 98, 99]);
    expect(await bytes("YW%20Jj%0A")).toEqual([97, 98, 99]);
    expect(await bytes("")).toEqual([]);
    for (const data of ["A", "YWJj=", "YQ=", "YQ===", "Y-Q=", "=YQ="]) {
      await expect(fetch(`data:;base64,${data}`)).rejects.toThrow("invalid data URL");
    }
  });

  test("has defaults for the type", async () => {
    const type = async (url) => (await fetch(url)).headers.get("content-type");
    expect(await type("data:,x")).toBe("text/plain;charset=US-ASCII");
    expect(await type("data:;charset=x,x")).toBe("text/plain;charset=x");
    expect(await type("data:nonsense,x")).toBe("text/plain;charset=US-ASCII");
    await expect(fetch("data:text/plain")).rejects.toThrow(TypeError);
  });
});

describe("integrity metadata", () => {
  const hello = "sha256-LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=";

  test("lets through what matches", async () => {
    for (const integrity of ["", hello, `  ${hello}\n`, hello.replaceAll("+", "-").replaceAll("=", ""), "sha1-x",
      `sha256-AAAA ${hello}?some-option`, "no metadata at all", hello.replace("sha", "SHA")]) {
      expect(await (await fetch("data:,hello", { integrity })).text()).toBe("hello");
    }
  });

  test("refuses what does not", async () => {
    for (const integrity of ["sha256-AAAA", `${hello} sha384-AAAA`, "sha512-AAAA sha512-AAAB"]) {
      await expect(fetch("data:,hello", { integrity })).rejects.toThrow("does not match the integrity metadata");
    }
    await expect(fetch("data:,hullo", { integrity: hello })).rejects.toThrow(TypeError);
  });
});

describe("fetch refuses", () => {
  test("to find in a cache what is in none", async () => {
    const init = { cache: "only-if-cached", mode: "same-origin" };
    await expect(fetch("http://example.com/", init)).rejects.toThrow("there is no cache");
  });

  test("what it cannot load", async () => {
    await expect(fetch("/relative")).rejects.toThrow("Invalid URL: /relative");
    await expect(fetch("ftp://example.com/")).rejects.toThrow("Fetch API cannot load: ftp://example.com/");
    await expect(fetch("about:blank")).rejects.toThrow(TypeError);
    await expect(fetch()).rejects.toThrow("1 argument required");
  });

  test("an aborted signal, with its reason", async () => {
    await expect(fetch("http://example.com/", { signal: AbortSignal.abort() })).rejects.toThrow("aborted");
    let caught;
    const body = new Blob(["x"]).stream();
    const signal = AbortSignal.abort("why");
    await fetch("http://example.com/", { method: "POST", body, signal }).catch((reason) => {
      caught = reason;
    });
    expect(caught).toBe("why");
  });

  test("a request whose body is used", async () => {
    const request = new Request("http://example.com/", { method: "POST", body: "x" });
    await request.text();
    await expect(fetch(request)).rejects.toThrow("Body has already been used");
  });
});
