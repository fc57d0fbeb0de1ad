// SPDX-License-Identifier: Apache-2.0
import { test, describe, expect } from "sedge:test";

const encoder = new TextEncoder();

// A stream of these pieces (strings, or arrays of bytes), each in a read of its own.
function streamOf(...pieces) {
  return new ReadableStream({
    pull(controller) {
      const piece = pieces.shift();
      if (piece === undefined) controller.close();
      else controller.enqueue(typeof piece === "string" ? encoder.encode(piece) : new Uint8Array(piece));
    },
  });
}

// Everything that the source tells until its stream ends: [type, data, lastEventId] of each message.
function eventsOf(stream, types = ["message"]) {
  return new Promise((resolve) => {
    const source = EventSource.from(stream);
    const seen = [];
    for (const type of types) {
      source.addEventListener(type, (event) => seen.push([event.type, event.data, event.lastEventId]));
    }
    source.onerror = () => resolve(seen);
  });
}

const dataOf = async (...pieces) => (await eventsOf(streamOf(...pieces))).map((event) => event[1]);

// A fetcher that answers the requests of a source one after the other; it stays silent after the last answer.
function fetcherOf(...answers) {
  const requests = [];
  return {
    requests,
    fetch(request) {
      requests.push(request);
      const answer = answers.shift();
      return answer === undefined ? new Promise(() => {}) : typeof answer === "function" ? answer(request) : answer;
    },
  };
}

const eventStream = (body, init = {}) =>
  new Response(body, { headers: { "content-type": "text/event-stream" }, ...init });

const next = (source, type) => new Promise((resolve) => source.addEventListener(type, resolve, { once: true }));

describe("the parser", () => {
  test("joins data lines and takes one space away", async () => {
    expect(await dataOf("data: a\ndata:b\ndata:  c\n\n")).toEqual(["a\nb\n c"]);
    expect(await dataOf("data:\n\ndata\ndata\n\ndata:\ttest\n\n")).toEqual(["", "\n", "\ttest"]);
  });

  test("ends lines at CR, LF and CRLF", async () => {
    expect(await dataOf("data:1\rdata:2\ndata:3\r\ndata:4\r\r")).toEqual(["1\n2\n3\n4"]);
    expect(await dataOf("data:test\r\ndata\ndata:test\r\n\r")).toEqual(["test\n\ntest"]);
    expect(await dataOf("data:1\n\rdata:2\r\n\r\n\r\ndata:3\r\r")).toEqual(["1", "2", "3"]);
  });

  test("gives the same for every way to cut the bytes", async () => {
    const text = "\uFEFFid: é1\r\nevent: naïve\rdata: 𝒳…\r\ndata: zwei\n\r\ndata: last\n\n: done\n\n";
    const whole = await eventsOf(streamOf(text), ["message", "naïve"]);
    expect(whole).toEqual([["naïve", "𝒳…\nzwei", "é1"], ["message", "last", "é1"]]);
    const bytes = encoder.encode(text);
    for (let cut = 1; cut < bytes.length; ++cut) {
      expect(await eventsOf(streamOf(bytes.slice(0, cut), bytes.slice(cut)), ["message", "naïve"])).toEqual(whole);
    }
    const single = Array.from(bytes, (byte) => [byte]);
    expect(await eventsOf(streamOf(...single), ["message", "naïve"])).toEqual(whole);
  });

  test("gives an event when its last line ends, not later", async () => {
    const { readable, writable } = new IdentityTransformStream();
    const source = EventSource.from(readable);
    const writer = writable.getWriter();
    const first = next(source, "message");
    await writer.write(encoder.encode("data: now\r\r"));
    expect((await first).data).toBe("now");
    source.close();
  });

  test("drops the first byte order mark only", async () => {
    expect(await dataOf("\uFEFFdata:1\n\n\uFEFFdata:2\n\ndata:3\n\n")).toEqual(["1", "3"]);
    expect(await dataOf("\uFEFF\uFEFFdata:1\n\ndata:2\n\n")).toEqual(["2"]);
  });

  test("decodes UTF-8 and nothing else", async () => {
    expect(await dataOf([0x64, 0x61, 0x74, 0x61, 0x3A, 0xFF, 0x0A, 0x0A])).toEqual(["\uFFFD"]);
    expect(await dataOf("data:ok…\n\n")).toEqual(["ok…"]);
    expect(await dataOf("data:\0\n\n")).toEqual(["\0"]);
  });

  test("ignores comments, unknown fields and fields in other letters", async () => {
    const long = "x".repeat(2048);
    expect(await dataOf(`data:1\r:\0\n:\r\ndata:2\n:${long}\rdata:3\n:data:fail\r:${long}\ndata:4\n\n`))
      .toEqual(["1\n2\n3\n4"]);
    expect(await dataOf("data:\0\ndata:  2\rData:1\ndata\0:2\ndata:1\r\0data:4\nda-ta:3\rdata_5\ndata:3\rdata:\r\n" +
      " data:32\ndata:4\n\n")).toEqual(["\0\n 2\n1\n3\n\n4"]);
    expect(await dataOf("nothing\nof:it\n\n:only a comment\n\n")).toEqual([]);
  });

  test("names the event, for one event", async () => {
    expect(await eventsOf(streamOf("event:test\ndata:x\n\ndata:y\n\nevent:\ndata:z\n\nevent:a\nevent:test\ndata:\n\n"),
      ["message", "test"]))
      .toEqual([["test", "x", ""], ["message", "y", ""], ["message", "z", ""], ["test", "", ""]]);
    expect(await eventsOf(streamOf("event:test\n\ndata:x\n\n"), ["message", "test"])).toEqual([["message", "x", ""]]);
  });

  test("keeps the last id, also of an event without data", async () => {
    expect(await eventsOf(streamOf("id: 1\ndata:a\n\ndata:b\n\nid:2\n\ndata:c\n\nid\ndata:d\n\nid:3\0\ndata:e\n\n")))
      .toEqual([["message", "a", "1"], ["message", "b", "1"], ["message", "c", "2"], ["message", "d", ""],
        ["message", "e", ""]]);
  });

  test("drops an event that is not finished when the stream ends", async () => {
    expect(await eventsOf(streamOf("data:1\n\nid:9\ndata:2\n"))).toEqual([["message", "1", ""]]);
    expect(await dataOf("data:1")).toEqual([]);
  });
});

describe("the size of an event", () => {
  const limit = 64 * 1024; // what js_test has for event_bytes
  const line = (bytes) => `data:${"x".repeat(bytes - 5)}`;

  async function end(...pieces) {
    const source = EventSource.from(streamOf(...pieces));
    const lengths = [];
    source.onmessage = (event) => lengths.push(event.data.length);
    const { message, error } = await next(source, "error");
    return { lengths, message, error };
  }

  test("is limited", async () => {
    const inOne = await end(`${line(limit)}\n\n`, `${line(limit + 1)}\n\n`);
    expect(inOne.lengths).toEqual([limit - 5]);
    expect(inOne.message).toBe("EventSource: an event of the stream has more than 65536 bytes " +
      "(limits.event_bytes). Send smaller events, or raise limits.event_bytes in the configuration.");
    expect(inOne.error).toBeInstanceOf(TypeError);
  });

  test("counts lines that are in pieces, all lines of an event, and bytes rather than characters", async () => {
    const quarter = limit / 4;
    const pieces = [line(quarter), "x".repeat(quarter), "x".repeat(quarter), "x".repeat(quarter)];
    expect((await end(...pieces, "\n\n")).lengths).toEqual([limit - 5]);
    expect((await end(...pieces, "x")).message).toContain("limits.event_bytes");
    const lines = [line(quarter), line(quarter), line(quarter), line(quarter)].join("\n");
    expect((await end(`${lines}\n\n`)).lengths).toEqual([limit - 5 * 4 + 3]);
    expect((await end(`${lines}\nid:1\n\n`)).message).toContain("limits.event_bytes");
    const umlauts = `data:${"ä".repeat((limit - 6) / 2)}`;
    expect((await end(`${umlauts}\n\n`)).lengths).toEqual([(limit - 6) / 2]);
    expect((await end(`${umlauts}ä\n\n`)).message).toContain("limits.event_bytes");
    expect((await end(umlauts, "ä\n\n")).message).toContain("limits.event_bytes");
  });

  test("does not count what is not kept", async () => {
    const comments = `:${"c".repeat(limit / 4)}\n`;
    expect((await end(comments, comments, comments, comments, comments, "data:1\n\n")).lengths).toEqual([1]);
  });

  test("stops the stream", async () => {
    let reason = "none";
    const stream = new ReadableStream({
      pull: (controller) => controller.enqueue(encoder.encode("x".repeat(limit / 2))),
      cancel(why) { reason = why.message; },
    });
    const source = EventSource.from(stream);
    await next(source, "error");
    expect(source.readyState).toBe(EventSource.CLOSED);
    expect(reason).toContain("limits.event_bytes");
  });
});

describe("EventSource.from", () => {
  test("opens, tells, and is closed at the end", async () => {
    const source = EventSource.from(streamOf("data: a\n\n"));
    expect(source).toBeInstanceOf(EventSource);
    expect([source.url, source.withCredentials, source.readyState]).toEqual(["", false, EventSource.CONNECTING]);
    const states = [];
    source.onopen = (event) => states.push([event.type, source.readyState, event.isTrusted]);
    source.onmessage = (event) => states.push([event.data, source.readyState, event.isTrusted, event.origin]);
    const error = await next(source, "error");
    expect(states).toEqual([["open", 1, true], ["a", 1, true, ""]]);
    expect([source.readyState, error.constructor.name, error.message])
      .toEqual([2, "ErrorEvent", "EventSource: the stream has ended"]);
  });

  test("tells what a stream failed with", async () => {
    const failure = new RangeError("no more of it");
    const source = EventSource.from(new ReadableStream({ pull() { throw failure; } }));
    const event = await next(source, "error");
    expect(event.error).toBe(failure);
    expect(event.message).toBe("EventSource: no more of it");
    expect(source.readyState).toBe(EventSource.CLOSED);
  });

  test("locks the stream, and refuses one that is not free", async () => {
    const stream = streamOf("data: a\n\n");
    EventSource.from(stream).close();
    expect(stream.locked).toBe(true);
    expect(() => EventSource.from(stream)).toThrow(TypeError);
    const read = streamOf("data: a\n\n", "b");
    const reader = read.getReader();
    await reader.read();
    reader.releaseLock();
    expect(() => EventSource.from(read)).toThrow("has been read from already");
    expect(() => EventSource.from({})).toThrow("is not of type 'ReadableStream'");
    expect(() => EventSource.from()).toThrow("1 argument required");
  });

  test("close() cancels the stream, before the first event and inside a listener", async () => {
    let cancelled = 0;
    const endless = () => new ReadableStream({
      pull(controller) { controller.enqueue(encoder.encode("data: a\n\ndata: b\n\n")); },
      cancel() { ++cancelled; },
    });
    const early = EventSource.from(endless());
    early.onopen = early.onmessage = early.onerror = () => expect("an event").toBe("none");
    early.close();
    expect([early.readyState, cancelled]).toEqual([2, 1]);
    const source = EventSource.from(endless());
    const seen = [];
    await new Promise((resolve) => {
      source.onmessage = (event) => {
        seen.push(event.data);
        source.close();
        setTimeout(resolve, 5);
      };
    });
    expect(seen).toEqual(["a"]);
    expect(cancelled).toBe(2);
    const opened = EventSource.from(endless());
    await new Promise((resolve) => { opened.onopen = () => { opened.close(); setTimeout(resolve, 5); }; });
    expect(cancelled).toBe(3);
  });

  test("what is no bytes is an error", async () => {
    const source = EventSource.from(new ReadableStream({ pull: (controller) => controller.enqueue("data: a\n\n") }));
    expect((await next(source, "error")).message).toContain("did not return bytes");
  });

  test("a listener that throws does not stop the others", async () => {
    const uncaught = [];
    const note = (event) => { uncaught.push(event.error.message); event.preventDefault(); };
    addEventListener("error", note);
    const source = EventSource.from(streamOf("data: a\n\ndata: b\n\n"));
    const seen = [];
    source.addEventListener("message", () => { throw new Error("mine"); });
    source.addEventListener("message", (event) => seen.push(event.data));
    await next(source, "error");
    removeEventListener("error", note);
    expect(seen).toEqual(["a", "b"]);
    expect(uncaught).toEqual(["mine", "mine"]);
  });
});

describe("a connection", () => {
  test("asks for events and tells where they come from", async () => {
    const fetcher = fetcherOf(eventStream("data: a\n\n"));
    const source = new EventSource("http://example.com/path?q#f", { fetcher });
    expect([source.url, source.readyState, source.withCredentials]).toEqual(["http://example.com/path?q#f", 0, false]);
    const event = await next(source, "message");
    expect([event.data, event.origin]).toEqual(["a", "http://example.com"]);
    const [request] = fetcher.requests;
    expect(request).toBeInstanceOf(Request);
    expect([request.method, request.cache, ...request.headers]).toEqual(
      ["GET", "no-store", ["accept", "text/event-stream"]]);
    source.close();
  });

  test("is made again with the last id, after the time that the server said", async () => {
    const fetcher = fetcherOf(
      eventStream("retry:1\nretry:x\nretry\nid: …\ndata: a\n\nid: lost\n"), () => Promise.reject(new TypeError("gone")),
      eventStream("data: b\n\n"), new Response(null, { status: 204 }));
    const source = new EventSource("http://example.com/", { fetcher });
    const seen = [];
    source.onopen = () => seen.push("open");
    source.onmessage = (event) => seen.push(`${event.data} ${event.lastEventId}`);
    await new Promise((resolve) => {
      source.onerror = (event) => {
        seen.push(`${source.readyState} ${event.message}`);
        if (source.readyState === EventSource.CLOSED) resolve();
      };
    });
    expect(seen).toEqual(["open", "a …", "0 EventSource http://example.com/: the stream has ended",
      "0 EventSource http://example.com/: gone", "open", "b …",
      "0 EventSource http://example.com/: the stream has ended",
      "2 EventSource http://example.com/: the server answered 204: there will be no more events"]);
    expect(fetcher.requests.map((request) => request.headers.get("last-event-id"))).toEqual(
      [null, "\xE2\x80\xA6", "\xE2\x80\xA6", "\xE2\x80\xA6"]);
  });

  test("waits longer each time that it meets no server", async () => {
    const refuse = () => Promise.reject(new TypeError("refused"));
    const fetcher = fetcherOf(eventStream("retry:20\n\n"), refuse, refuse, refuse, eventStream(""));
    const source = new EventSource("http://example.com/", { fetcher });
    const times = [];
    source.onopen = source.onerror = () => times.push(performance.now());
    await next(source, "open");
    await next(source, "open");
    source.close();
    const waits = times.slice(1).map((time, i) => time - times[i]).filter((wait) => wait > 10);
    expect(waits).toHaveLength(4);
    expect(waits[0]).toBeGreaterThan(19);
    expect(waits[2]).toBeGreaterThan(39);
    expect(waits[3]).toBeGreaterThan(79);
  });

  for (const [name, response, problem] of [
    ["another status", () => eventStream("data: a\n\n", { status: 404 }), "the server answered 404"],
    ["no type", () => new Response(encoder.encode("data: a\n\n")), "has no Content-Type"],
    ["another type", () => new Response("data: a\n\n"), "Content-Type is \"text/plain;charset=UTF-8\""],
    ["a type that is none", () => new Response("x", { headers: { "content-type": "x bogus" } }), "\"x bogus\""],
    ["a body that somebody reads", () => {
      const used = eventStream("data: a\n\n");
      used.body.getReader();
      return used;
    }, "locked"],
    ["what is no response", () => "text", "did not give a Response"],
  ]) {
    test(`fails for good at ${name}`, async () => {
      const fetcher = fetcherOf(response());
      const source = new EventSource("http://example.com/", { fetcher });
      source.onopen = source.onmessage = () => expect("an event").toBe("none");
      const event = await next(source, "error");
      expect(event.message).toContain(problem);
      expect([event.bubbles, event.cancelable, "data" in event]).toEqual([false, false, false]);
      expect(source.readyState).toBe(EventSource.CLOSED);
      expect(fetcher.requests).toHaveLength(1);
    });
  }

  test("takes parameters of the type, and data: URLs", async () => {
    const source = new EventSource("data:Text/Event-Stream;charset=windows-1252,data:ok%E2%80%A6%0A%0A");
    const event = await next(source, "message");
    expect([event.data, event.origin]).toEqual(["ok…", "null"]);
    source.close();
  });

  test("of a URL that cannot be fetched fails for good", async () => {
    const ftp = new EventSource("ftp://example.com/");
    expect(ftp.readyState).toBe(EventSource.CONNECTING);
    expect((await next(ftp, "error")).message)
      .toBe("EventSource ftp://example.com/: only http:, https: and data: URLs can be fetched.");
    expect(ftp.readyState).toBe(EventSource.CLOSED);
    const credentials = new EventSource("http://user:secret@example.com/");
    expect((await next(credentials, "error")).message).toContain("credentials");
  });

  test("close() aborts the fetch, drops a late response, and ends the waiting", async () => {
    let late;
    let isCancelled = false;
    const fetcher = fetcherOf(() => new Promise((resolve) => { late = resolve; }));
    const source = new EventSource("http://example.com/", { fetcher });
    source.onopen = source.onerror = () => expect("an event").toBe("none");
    source.close();
    source.close();
    expect(fetcher.requests[0].signal.aborted).toBe(true);
    late(eventStream(new ReadableStream({ cancel() { isCancelled = true; } })));
    await new Promise((resolve) => setTimeout(resolve, 1));
    expect(isCancelled).toBe(true);
    const again = fetcherOf(eventStream("retry:1\n\n"), eventStream(""));
    const waiting = new EventSource("http://example.com/", { fetcher: again });
    await next(waiting, "error");
    waiting.close();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(again.requests).toHaveLength(1);
  });
});

describe("the interface", () => {
  test("wants an absolute URL", () => {
    for (const url of ["", "relative", "http://this is invalid/"]) {
      let error;
      try { new EventSource(url); } catch (caught) { error = caught; }
      expect(error).toBeInstanceOf(DOMException);
      expect(error.name).toBe("SyntaxError");
    }
    expect(() => new EventSource()).toThrow(TypeError);
    expect(() => EventSource("http://example.com")).toThrow(TypeError);
    expect(() => new EventSource("http://example.com", { fetcher: 1 })).toThrow(TypeError);
  });

  test("has its constants and handlers", () => {
    for (const where of [EventSource, EventSource.prototype]) {
      expect([where.CONNECTING, where.OPEN, where.CLOSED]).toEqual([0, 1, 2]);
    }
    const fetcher = fetcherOf();
    const source = new EventSource(new URL("http://example.com/a"), { withCredentials: true, fetcher });
    expect([source.withCredentials, source.onopen, source.onmessage, source.onerror]).toEqual([true, null, null, null]);
    source.close();
    expect(Object.prototype.toString.call(source)).toBe("[object EventSource]");
    expect(() => EventSource.prototype.url).toThrow("Illegal invocation");
    expect(() => EventSource.prototype.close.call({})).toThrow("Illegal invocation");
    expect(() => structuredClone(source)).toThrow(DOMException);
  });
});
