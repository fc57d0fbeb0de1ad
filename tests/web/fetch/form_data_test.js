// SPDX-License-Identifier: Apache-2.0
import { test, describe, expect } from "sedge:test";

const encode = (text) => new Response(text).bytes();

function parse(text, boundary = "XX") {
  const headers = { "content-type": `multipart/form-data; boundary=${boundary}` };
  return new Response(text, { headers }).formData();
}

function part(head, body) {
  return `--XX\r\n${head}\r\n\r\n${body}\r\n`;
}

describe("FormData", () => {
  test("append, set, get, getAll, has, delete", () => {
    const form = new FormData();
    form.append("a", "1");
    form.append("b", 2);
    form.append("a", "3");
    expect(form.get("a")).toBe("1");
    expect(form.getAll("a")).toEqual(["1", "3"]);
    expect(form.get("b")).toBe("2");
    expect(form.get("c")).toBeNull();
    form.set("a", "4");
    expect([...form]).toEqual([["a", "4"], ["b", "2"]]);
    form.delete("b");
    expect(form.has("b")).toBe(false);
    form.set("c", "\ud800");
    expect(form.get("c")).toBe("\ufffd");
  });

  test("blobs become files", () => {
    const form = new FormData();
    form.append("blob", new Blob(["x"], { type: "text/css" }));
    form.append("named", new Blob(["y"]), "y.txt");
    const file = new File(["z"], "z.txt", { lastModified: 5 });
    form.append("file", file);
    form.append("renamed", file, "other.txt");
    expect(form.get("blob")).toBeInstanceOf(File);
    expect(form.get("blob").name).toBe("blob");
    expect(form.get("blob").type).toBe("text/css");
    expect(form.get("named").name).toBe("y.txt");
    expect(form.get("file")).toBe(file);
    expect(form.get("renamed").name).toBe("other.txt");
    expect(form.get("renamed").lastModified).toBe(5);
    expect(() => form.append("a", "text", "name.txt")).toThrow("parameter 2 is not of type 'Blob'");
    expect(() => new FormData({})).toThrow(TypeError);
  });

  test("iterates live", () => {
    const form = new FormData();
    form.append("a", "1");
    const names = [];
    for (const [name] of form) {
      names.push(name);
      if (names.length < 3) form.append(`n${names.length}`, "x");
    }
    expect(names).toEqual(["a", "n1", "n2"]);
  });
});

describe("multipart/form-data", () => {
  test("round trip of text and files", async () => {
    const form = new FormData();
    form.append("text", "line 1\nline 2");
    form.append("quote\"name\r\n", "é");
    form.append("file", new File([new Uint8Array([0, 255, 13, 10])], "a\"b\\c.bin", { type: "image/png" }));
    form.append("empty", new File([], "empty"));
    const response = new Response(form);
    expect(response.headers.get("content-type")).toMatch(/^multipart\/form-data; boundary=\S+$/);
    const parsed = await response.formData();
    expect(parsed.get("text")).toBe("line 1\r\nline 2");
    expect(parsed.get("quote\"name\r\n")).toBe("é");
    const file = parsed.get("file");
    expect(file.name).toBe("a\"b\\c.bin");
    expect(file.type).toBe("image/png");
    expect([...await file.bytes()]).toEqual([0, 255, 13, 10]);
    expect(parsed.get("empty").size).toBe(0);
    expect(parsed.get("empty").type).toBe("application/octet-stream");
  });

  test("what is sent does not follow later changes", async () => {
    const form = new FormData();
    form.append("a", "1");
    const request = new Request("http://example.com/", { method: "POST", body: form });
    form.append("b", "2");
    expect([...await request.formData()]).toEqual([["a", "1"]]);
  });

  test("takes a preamble, padding, an epilogue, unquoted and missing values", async () => {
    const form = await parse(`preamble\r\n${part("content-disposition: form-data; name=a", "1")}` +
      "--XX  \r\nContent-Type: text/x\r\n" +
      "Content-Disposition: form-data; filename=\"f\"; name=\"b\"\r\n\r\n2\r\n" +
      `${part("Content-Disposition: form-data; name=\"\"", "")}--XX--\r\nepilogue`);
    expect(form.get("a")).toBe("1");
    expect(form.get("b").name).toBe("f");
    expect(form.get("b").type).toBe("text/x");
    expect(form.get("")).toBe("");
  });

  test("a quoted boundary, and something like it inside a part", async () => {
    const body = `${part("Content-Disposition: form-data; name=\"a\"", "a--XX\r\n--X\r\n-XX")}--XX--`;
    const form = await parse(body, "\"XX\"");
    expect(form.get("a")).toBe("a--XX\r\n--X\r\n-XX");
  });

  test("a file's type is ASCII text, or none", async () => {
    for (const type of ["a/b\nX-Injected: 1", "a/\u00e9", "a/b\u007f"]) {
      const form = await parse(`--XX\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n` +
        `Content-Type: ${type}\r\n\r\n1\r\n--XX--`);
      expect(form.get("f").type).toBe("");
    }
  });

  test("names the problem of a broken body", async () => {
    const head = "Content-Disposition: form-data; name=\"a\"";
    for (const [body, problem] of [
      ["", "boundary 'XX' does not occur"],
      ["--XX", "not followed by a line end"],
      [`--XX\r\n${head}\r\n\r\nvalue`, "closing boundary is missing"],
      [`--XX\r\n${head}\r\n`, "headers do not end"],
      [`${part("Content-Type: text/plain", "x")}--XX--`, "no Content-Disposition"],
      [`${part("Content-Disposition: attachment; name=\"a\"", "x")}--XX--`, "not form-data"],
      [`${part("no colon", "x")}--XX--`, "no colon"],
      [`${part("Content-Disposition: form-data; name=\"a", "x")}--XX--`, "quoted string does not end"],
      [`${part(`${head}\r\nX: ${"x".repeat(20_000)}`, "x")}--XX--`, "more than 16384 bytes of headers"],
      [`${part(head, "").repeat(10_001)}--XX--`, "more than 10000 parts"],
    ]) {
      await expect(parse(body)).rejects.toThrow(problem);
    }
    await expect(parse(await encode("x"), "")).rejects.toThrow("No boundary string");
    await expect(new Response("x").formData()).rejects.toThrow("Unrecognized Content-Type header value");
  });

  test("urlencoded bodies", async () => {
    const form = await new Response("a=1&b=%C3%A9+x&a=2",
      { headers: { "content-type": "application/x-www-form-urlencoded" } }).formData();
    expect([...form]).toEqual([["a", "1"], ["b", "é x"], ["a", "2"]]);
    const sent = new Response(new URLSearchParams([["q", "a b&c"]]));
    expect(sent.headers.get("content-type")).toBe("application/x-www-form-urlencoded;charset=UTF-8");
    expect((await sent.formData()).get("q")).toBe("a b&c");
  });
});
