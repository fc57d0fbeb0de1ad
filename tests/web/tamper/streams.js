// SPDX-License-Identifier: Apache-2.0
// Exercises of the streams, and of what is made of them: [name, function, what it must give].
import { asyncSeq, decode, encode, errorOf, lengthOf, readText, seq, textStream, turn } from "./support.js";

async function defaultStream() {
  let log = "";
  let controller;
  const stream = new ReadableStream({
    __proto__: null,
    start(c) { controller = c; c.enqueue("a"); log += `start ${c.desiredSize};`; },
    pull() { log += "pull;"; },
    cancel(reason) { log += `cancel ${reason};`; },
  }, { __proto__: null, highWaterMark: 3, size: (chunk) => chunk.length });
  await turn();
  controller.enqueue("bc");
  const reader = stream.getReader();
  const first = await reader.read();
  reader.releaseLock();
  const again = stream.getReader();
  const second = await again.read();
  const pending = again.read();
  await again.cancel("enough");
  const { done } = await pending;
  await again.closed;
  return `${log}|${first.value} ${second.value} ${done} ${stream.locked}`;
}

// As many chunks as make a queue cut off its dead part.
async function longQueue() {
  const stream = new ReadableStream({
    __proto__: null,
    start(controller) {
      for (let i = 0; i < 1500; ++i) controller.enqueue(i);
      controller.close();
    },
  });
  const reader = stream.getReader();
  let sum = 0;
  for (let step = await reader.read(); !step.done; step = await reader.read()) sum += step.value;
  return `${sum}`;
}

async function failingStream() {
  const failing = new ReadableStream({ __proto__: null, pull(c) { c.error(new RangeError("broken")); } });
  const reader = failing.getReader();
  const read = await errorOf(() => reader.read());
  return `${read}|${await errorOf(() => reader.closed)}|${await errorOf(() => failing.getReader())}|` +
    `${await errorOf(() => new ReadableStream({ __proto__: null, type: "other" }))}|` +
    `${await errorOf(() => new ReadableStream(null))}`;
}

async function byteStream() {
  let log = "";
  const stream = new ReadableStream({
    __proto__: null,
    type: "bytes",
    autoAllocateChunkSize: 4,
    pull(controller) {
      const request = controller.byobRequest;
      const { view } = request;
      log += `${lengthOf(view)};`;
      view[0] = 0x61;
      view[1] = 0x62;
      request.respond(2);
    },
  });
  const byob = stream.getReader({ __proto__: null, mode: "byob" });
  const first = await byob.read(new Uint8Array(3));
  const second = await byob.read(new Uint16Array(2), { __proto__: null, min: 2 });
  byob.releaseLock();
  const plain = stream.getReader();
  const third = await plain.read();
  await plain.cancel();
  return `${log}|${decode(first.value)} ${lengthOf(second.value)} ${decode(second.value)} ${decode(third.value)}`;
}

async function tees() {
  const branches = textStream("one", "two").tee();
  const both = `${await readText(branches[0])} ${await readText(branches[1])}`;
  const bytes = new Blob(seq()).stream();
  const byteBranches = new Response("bytes").body.tee();
  const clone = new Response(textStream("x", "y"));
  const copy = clone.clone();
  return `${both}|${await readText(byteBranches[1])} ${await readText(byteBranches[0])}|${await readText(bytes)}|` +
    `${await copy.text()} ${await clone.text()}`;
}

async function pipes() {
  let log = "";
  const upper = new TransformStream({
    __proto__: null,
    start(controller) { controller.enqueue("<"); },
    async transform(chunk, controller) { await null; controller.enqueue(`(${decode(chunk)})`); },
    flush(controller) { controller.enqueue(">"); },
  });
  await textStream("a", "b").pipeThrough(upper).pipeTo(new WritableStream({
    __proto__: null,
    write(chunk) { log += chunk; },
    close() { log += " closed"; },
  }));
  const failing = new WritableStream({ __proto__: null, write() { throw new RangeError("full"); } });
  const stopped = new AbortController();
  const endless = new ReadableStream({ __proto__: null, pull: (c) => c.enqueue("x") });
  const piping = endless.pipeTo(new WritableStream({ __proto__: null, write: () => turn() }),
    { __proto__: null, signal: stopped.signal });
  await turn();
  stopped.abort(new TypeError("stopped"));
  return `${log}|${await errorOf(() => textStream("a").pipeTo(failing))}|${await errorOf(() => piping)}`;
}

async function writables() {
  let log = "";
  const stream = new WritableStream({
    __proto__: null,
    write(chunk) { log += `${chunk};`; return turn(); },
    abort(reason) { log += `abort ${reason}`; },
  }, new CountQueuingStrategy({ __proto__: null, highWaterMark: 2 }));
  const writer = stream.getWriter();
  const sizes = `${writer.desiredSize}`;
  writer.write("a");
  writer.write("b");
  const after = writer.desiredSize;
  await writer.ready;
  await writer.write("c");
  await writer.abort("why");
  const bytes = new ByteLengthQueuingStrategy({ __proto__: null, highWaterMark: 9 });
  return `${sizes} ${after}|${log}|${await errorOf(() => writer.closed)}|` +
    `${bytes.highWaterMark} ${bytes.size({ __proto__: null, byteLength: 2 })}|` +
    `${await errorOf(() => writer.write("d"))}`;
}

async function iteration() {
  let text = "";
  for await (const chunk of textStream("a", "b")) text += decode(chunk);
  const stream = textStream("c", "d");
  for await (const chunk of stream) {
    text += decode(chunk);
    break;
  }
  for await (const chunk of ReadableStream.from(seq("e", "f"))) text += chunk;
  for await (const chunk of ReadableStream.from(asyncSeq("g"))) text += chunk;
  const kept = textStream("h", "i");
  const items = kept.values({ __proto__: null, preventCancel: true });
  text += decode((await items.next()).value);
  await items.return();
  return `${text} ${stream.locked} ${await readText(kept)}`;
}

async function identities() {
  const { readable, writable } = new IdentityTransformStream();
  const writer = writable.getWriter();
  const writing = writer.write(encode("through"));
  const text = readText(readable);
  await writing;
  await writer.close();
  const fixed = new FixedLengthStream(3);
  const fixedWriter = fixed.writable.getWriter();
  const tooMany = errorOf(() => fixedWriter.write(encode("four")));
  const failed = await errorOf(() => readText(fixed.readable));
  return `${await text}|${await tooMany}|${failed}`;
}

async function textStreams() {
  const bytes = new TextEncoderStream();
  const text = new TextDecoderStream();
  const reading = readText(bytes.readable.pipeThrough(text));
  const writer = bytes.writable.getWriter();
  await writer.write("a\uD83D");
  await writer.write("\uDCA9é");
  await writer.close();
  return `${await reading}|${text.encoding} ${bytes.encoding}`;
}

async function eventSources() {
  const told = (source) => new Promise((resolve) => {
    let log = "";
    source.addEventListener("named", (event) => { log += `${event.type} ${event.data} ${event.lastEventId};`; });
    source.onmessage = (event) => { log += `${event.data} ${event.origin};`; };
    source.onopen = () => { log += `open ${source.readyState};`; };
    source.onerror = (event) => {
      log += event.message;
      source.close();
      resolve(log);
    };
  });
  const fromStream = await told(EventSource.from(textStream("id:1\nevent:named\r",
    "\ndata:a\ndata:b\n\ndata:é\n\n")));
  const init = { __proto__: null, headers: { __proto__: null, "content-type": "text/event-stream" } };
  const answer = (request) => new Response(`data: ${request.headers.get("accept")}\n\n`, init);
  const fetcher = { __proto__: null, fetch: answer };
  const connected = await told(new EventSource("http://example.com/x", { __proto__: null, fetcher }));
  return `${fromStream}|${connected}`;
}

export const exercises = [
  ["a default stream", defaultStream, "start 2;pull;pull;pull;pull;cancel enough;|a bc true true"],
  ["a long queue", longQueue, "1124250"],
  ["a stream that fails", failingStream,
    "RangeError: broken|RangeError: broken|TypeError: The ReadableStream is locked to a reader " +
    "already.|TypeError: Failed to construct 'ReadableStream': parameter 1: 'type' 'other' is not a " +
    "valid value of ReadableStreamType.|TypeError: Failed to construct 'ReadableStream': parameter 1 " +
    "is not an object."],
  ["a byte stream", byteStream, "3;4;2;4;|ab 2 abab ab"],
  ["tee", tees, "onetwo onetwo|bytes bytes||xy xy"],
  ["pipes and transforms", pipes, "<(a)(b)> closed|RangeError: full|TypeError: stopped"],
  ["writable streams", writables, "2 0|a;b;c;abort why|why|9 2|why"],
  ["iteration", iteration, "abcefgh false i"],
  ["identity streams", identities,
    "through|TypeError: A FixedLengthStream of 3 bytes was given 4: that is too many.|TypeError: A " +
    "FixedLengthStream of 3 bytes was given 4: that is too many."],
  ["text streams", textStreams, "a💩é|utf-8 utf-8"],
  ["EventSource", eventSources,
    "open 1;named a\nb 1;é ;EventSource: the stream has ended|open 1;text/event-stream " +
    "http://example.com;EventSource http://example.com/x: the stream has ended"],
];
