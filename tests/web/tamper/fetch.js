// SPDX-License-Identifier: Apache-2.0
// Exercises of fetch, bodies, headers, forms and URLs: [name, function, what it must give].
import {
  asyncSeq, bufferOf, byteLengthOf, bytesOf, bytesText, decode, drain, encode, errorOf, join, lengthOf, readText,
  seq, seqBody, textStream,
} from "./support.js";

function headers() {
  const list = new Headers({ __proto__: null, "X-One": " 1 ", accept: "a" });
  list.append("Accept", "b");
  list.append("Set-Cookie", "c=1");
  list.append("set-cookie", "c=2");
  list.set("x-two", "2");
  list.set("Accept", "c");
  list.append("accept", "d");
  list.delete("x-two");
  let seen = "";
  list.forEach((value, name) => { seen += `${name}:${value};`; });
  const copy = new Headers(list);
  const pairs = new Headers(seq(seq("p", "1"), seq("q", "2")));
  return `${drain(list.entries())}|${seen}|${drain(copy.keys())}|${drain(pairs.values())}|${list.get("accept")}|` +
    `${list.has("x-two")}|${join(list.getSetCookie())}|${join(list.getAll("set-cookie"))}`;
}

async function headersErrors() {
  return `${await errorOf(() => new Headers({ __proto__: null, "a b": "1" }))}|` +
    `${await errorOf(() => new Headers().append("a", "\n\0"))}|${await errorOf(() => new Headers().get())}`;
}

function url() {
  const it = new URL("../b/./c?x=1&y=%20#h", "https://user:pw@example.com:8080/a/d/");
  it.searchParams.append("z", "ä &");
  it.searchParams.delete("x");
  it.hash = "new";
  it.pathname = "/p q";
  it.port = "443";
  it.host = "other.org:99";
  it.username = "me";
  return `${it.href}|${it.origin}|${it.search}|${it.host}|${URL.canParse("x:")}|${URL.parse("no")}|` +
    `${it.toString()}|${it.toJSON()}|${drain(it.searchParams.entries())}`;
}

function urlSearchParams() {
  const params = new URLSearchParams("b=2&a=1&b=3&c");
  params.sort();
  params.set("a", "+");
  params.append("é", "1");
  const record = new URLSearchParams({ __proto__: null, k: "v w", l: "%" });
  const pairs = new URLSearchParams(seq(seq("m", "1"), seq("n", "2")));
  let seen = "";
  params.forEach((value, name) => { seen += `${name}=${value};`; });
  return `${params.toString()}|${seen}|${drain(params.keys())}|${record.toString()}|${pairs.toString()}|` +
    `${join(params.getAll("b"))}|` +
    `${params.has("c", "")}|${params.size}`;
}

async function formData() {
  const form = new FormData();
  form.append("text", "one\r\ntwo");
  form.append("file", new Blob(seq("content"), { __proto__: null, type: "text/x" }), "na\"me.txt");
  form.append("text", "again");
  form.set("last", new File(seq("f"), "f.txt"));
  form.delete("nothing");
  const response = new Response(form);
  const type = response.headers.get("content-type");
  const back = await response.formData();
  const file = back.get("file");
  let seen = "";
  back.forEach((value, name) => { seen += `${name}=${typeof value};`; });
  return `${type[0]}${type.length > 30}|${join(back.getAll("text"))}|${file.name}|${file.type}|` +
    `${await file.text()}|` +
    `${seen}|${drain(back.keys())}|${back.has("last")}`;
}

async function urlencodedForm() {
  const response = new Response(new URLSearchParams("a=1&b=x+y&a=%C3%A4"));
  const form = await response.formData();
  return `${join(form.getAll("a"))}|${form.get("b")}|${response.headers.get("content-type")}|` +
    `${await errorOf(() => new Response("x").formData())}`;
}

async function bodies() {
  const of = (body) => new Response(body);
  const asText = [
    of("ä\uD800"), of(bytesOf(0x61)), of(bufferOf(bytesOf(0x62))), of(new Blob(seq("c", bytesOf(0x64)))),
    of(textStream("e", "f")),
    of(new URLSearchParams("g=h")), of(null), of(5), of(seqBody("i", bytesOf(0x6A))),
    of(asyncSeq("k")),
  ];
  let text = "";
  for (let i = 0; i < asText.length; ++i) text += `${await asText[i].text()},`;
  const bytes = await of("xy").bytes();
  const buffer = await of(textStream("xyz")).arrayBuffer();
  const blob = await of("blob").blob();
  const json = await of("{\"a\":[1,{\"b\":null}]}").json();
  return `${text}|${lengthOf(bytes)}|${byteLengthOf(buffer)}|${await blob.text()} ${blob.type}|${json.a[0]} ` +
    `${json.a[1].b}|` +
    `${(await errorOf(() => of("{").json()))[0]}`;
}

async function usedBodies() {
  const used = new Response("x");
  await used.text();
  const locked = new Response(textStream("a"));
  locked.body.getReader();
  const failing = new Response(new ReadableStream({ __proto__: null, pull() { throw new RangeError("mine"); } }));
  const wrong = new Response(new ReadableStream({ __proto__: null, pull: (c) => c.enqueue(5) }));
  return `${used.bodyUsed}|${(await errorOf(() => used.text())).length > 20}|` +
    `${await errorOf(() => failing.text())}|` +
    `${locked.bodyUsed}|${await errorOf(() => wrong.bytes())}`;
}

async function responses() {
  const response = new Response("body", { __proto__: null, status: 201, statusText: "Made",
    headers: { __proto__: null, "content-type": "a/b", "X-Y": "z" } });
  const copy = response.clone();
  const made = Response.json({ a: 1, b: ["c"] }, { __proto__: null, status: 202 });
  const moved = Response.redirect("http://example.com/a b", 307);
  return `${response.status} ${response.statusText} ${response.ok} ${response.type} ${await response.text()}|` +
    `${await copy.text()} ${copy.headers.get("x-y")}|${await made.text()} ${made.status} ` +
    `${made.headers.get("content-type")}|` +
    `${moved.status} ${moved.headers.get("location")}|${Response.error().type}|` +
    `${await errorOf(() => new Response(null, { __proto__: null, status: 99 }))}|` +
    `${await errorOf(() => new Response("x", { __proto__: null, status: 204 }))}`;
}

async function requests() {
  const request = new Request("http://example.com/x?y#z", { __proto__: null, method: "post", body: "payload",
    headers: { __proto__: null, a: "1" }, redirect: "manual", cf: { __proto__: null, k: 1 } });
  const clone = request.clone();
  const copy = new Request(request, { __proto__: null, method: "PUT",
    headers: new Headers({ __proto__: null, b: "2" }) });
  const get = new Request("http://example.com");
  return `${clone.method} ${clone.url} ${clone.headers.get("a")} ${clone.headers.get("content-type")} ` +
    `${await clone.text()}|` +
    `${copy.method} ${copy.headers.get("a")} ${copy.headers.get("b")} ${copy.redirect} ${copy.cf.k} ` +
    `${await copy.text()}|` +
    `${get.method} ${get.url} ${get.body} ${get.signal.aborted} ${get.redirect}|` +
    `${await errorOf(() => new Request("http://x", { __proto__: null, body: "x" }))}|` +
    `${await errorOf(() => new Request("relative"))}`;
}

async function fetches() {
  const response = await fetch("data:text/x;charset=utf-8;base64,w6Q=");
  const post = { __proto__: null, method: "POST", body: "x" };
  const controller = new AbortController();
  controller.abort();
  const stopped = fetch("http://127.0.0.1:1/", { __proto__: null, signal: controller.signal });
  return `${await response.text()} ${response.headers.get("content-type")} ${response.url.length}|` +
    `${await errorOf(() => stopped)}|${await errorOf(() => fetch("ftp://x/"))}|` +
    `${(await errorOf(() => fetch("http://127.0.0.1:1/", post))).length > 30}|` +
    `${(await errorOf(() => fetch("http://127.0.0.1:1/"))).length > 30}`;
}

async function blobs() {
  const blob = new Blob(seq("abc", bytesOf(0x64, 0x65), new Blob(seq("fg"))), { __proto__: null, type: "Text/X" });
  const slice = blob.slice(1, -2, "s/t");
  const file = new File(seq(blob, "\r\nx\n"), "name.txt", { __proto__: null, lastModified: 5, endings: "native" });
  const buffer = await blob.arrayBuffer();
  return `${blob.size} ${blob.type} ${await blob.text()}|${slice.size} ${slice.type} ${await slice.text()}|` +
    `${file.name} ${file.lastModified} ${file.size} ${await file.text()}|${await readText(blob.stream())}|` +
    `${decode(buffer)}|${lengthOf(await blob.bytes())}|${await new Response(file.slice(0, 3)).text()}`;
}

function encoding() {
  const into = new Uint8Array(4);
  const result = new TextEncoder().encodeInto("aé€", into);
  const stream = new TextDecoder("utf-8", { __proto__: null, ignoreBOM: true });
  const more = { __proto__: null, stream: true };
  return `${bytesText(encode("é"))}|${result.read} ${result.written}|${decode(bytesOf(0xC3, 0xA9, 0xFF))}|` +
    `${stream.decode(bytesOf(0xE2, 0x82), more)}${stream.decode(bytesOf(0xAC), more)}${stream.decode()}|` +
    `${new TextDecoder("latin1").decode(bytesOf(0xE9))} ${new TextDecoder("utf-16le").decode(bytesOf(0x61, 0))}|` +
    `${btoa("\xFFab")} ${atob("/2Fi")} ${longBase64()}`;
}

// More than is made at a time.
function longBase64() {
  let text = "";
  for (let i = 0; i < 10_001; ++i) text += "ab";
  const encoded = btoa(text);
  return `${encoded.length} ${atob(encoded) === text} ${encoded[26_000]}`;
}

async function encodingErrors() {
  return `${await errorOf(() => new TextDecoder("nonsense"))}|${await errorOf(() => btoa("€"))}|` +
    `${await errorOf(() => atob("*"))}|` +
    `${await errorOf(() => new TextDecoder("utf-8", { __proto__: null, fatal: true }).decode(bytesOf(0xFF)))}`;
}

export const exercises = [
  ["headers", headers, "accept=c, d;set-cookie=c=1;set-cookie=c=2;x-one=1;|accept:c, " +
    "d;set-cookie:c=1;set-cookie:c=2;x-one:1;|accept;set-cookie;set-cookie;x-one;|1;2;|c, " +
    "d|false|c=1,c=2|c=1,c=2"],
  ["errors of headers", headersErrors,
    "TypeError: Failed to construct 'Headers': \"a b\" is not a legal HTTP header name.|TypeError: " +
    "Failed to execute 'append' on 'Headers': the value of header 'a' has a NUL, CR or LF character: " +
    "\"\\u0000\"|TypeError: Failed to execute 'get' on 'Headers': 1 argument required, but only 0 " +
    "present."],
  ["URL", url, "https://me:pw@other.org:99/p%20q?y=+&z=%C3%A4+%26#new|https://other.org:99|?y=+&z=%C3%A4+%26|oth" +
    "er.org:99|true|null|https://me:pw@other.org:99/p%20q?y=+&z=%C3%A4+%26#new|https://me:pw@other.or" +
    "g:99/p%20q?y=+&z=%C3%A4+%26#new|y= ;z=ä &;"],
  ["URLSearchParams", urlSearchParams,
    "a=%2B&b=2&b=3&c=&%C3%A9=1|a=+;b=2;b=3;c=;é=1;|a;b;b;c;é;|k=v+w&l=%25|m=1&n=2|2,3|true|5"],
  ["FormData and multipart", formData,
    "mtrue|one\r\ntwo,again|na\"me.txt|text/x|content|text=string;file=object;text=string;last=object;|t" +
    "ext;file;text;last;|true"],
  ["urlencoded forms", urlencodedForm,
    "1,ä|x y|application/x-www-form-urlencoded;charset=UTF-8|TypeError: Unrecognized Content-Type " +
    "header value 'text/plain;charset=UTF-8'. FormData can only parse the following MIME types: " +
    "multipart/form-data, application/x-www-form-urlencoded."],
  ["bodies", bodies, "ä�,a,b,cd,ef,g=h,,5,ij,k,|2|3|blob text/plain;charset=UTF-8|1 null|S"],
  ["used and failing bodies", usedBodies,
    "true|true|RangeError: mine|false|TypeError: This ReadableStream did not return bytes: it gave a " +
    "value of type number; a body is made of Uint8Arrays. Encode text first, for example with a " +
    "TextEncoderStream."],
  ["Response", responses, "201 Made true default body|body z|{\"a\":1,\"b\":[\"c\"]} 202 application/json|307 " +
    "http://example.com/a%20b|error|RangeError: Failed to construct 'Response': The status provided " +
    "(99) is outside the range [200, 599].|TypeError: Response with null body status (101, 204, 205, " +
    "or 304) cannot have a body."],
  ["Request", requests, "POST http://example.com/x?y#z 1 text/plain;charset=UTF-8 payload|PUT null 2 manual 1 " +
    "payload|GET http://example.com/ null false follow|TypeError: Request with a GET or HEAD method " +
    "cannot have a body.|TypeError: Invalid URL: relative"],
  ["fetch", fetches,
    "ä text/x;charset=utf-8 37|AbortError: The operation was aborted|TypeError: Fetch API cannot " +
    "load: ftp://x/: only http:, https: and data: URLs can be fetched.|true|true"],
  ["Blob and File", blobs, "7 text/x abcdefg|4 s/t bcde|name.txt 5 10 abcdefg\nx\n|abcdefg|abcdefg|7|abc"],
  ["encoding and base64", encoding, "195,169|2 3|é�|€|é a|/2Fi ÿab 26672 true Y"],
  ["errors of encoding", encodingErrors,
    "RangeError: Failed to construct 'TextDecoder': 'nonsense' is not a label of an " +
    "encoding.|InvalidCharacterError: Failed to execute 'btoa': the string has characters above " +
    "U+00FF.|InvalidCharacterError: Failed to execute 'atob': the string is not correctly encoded " +
    "base64.|TypeError: The encoded data was not valid for encoding utf-8."],
];
