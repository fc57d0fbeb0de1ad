// SPDX-License-Identifier: Apache-2.0
// The parser of text/event-stream: https://html.spec.whatwg.org/#event-stream-interpretation. Pieces of bytes
// go in as they come, events come out as soon as they are whole. Every piece is decoded in one op and looked
// through once; what is held between two pieces is the unfinished line and the fields of the unfinished
// event, and no more than `maxEventBytes` of them.
"use strict";

const { Decoder } = require("encoding/decoder");
const { detachRecord } = require("webidl/webidl");
const {
  RegExpPrototypeExec, StringPrototypeCharCodeAt, StringPrototypeIndexOf, StringPrototypeSlice,
  StringPrototypeStartsWith, TypeError, TypedArrayPrototypeGetByteLength,
} = primordials;

const kLf = 10;
const kSpace = 32;
const kMaxDelayMs = 2 ** 31 - 1; // of a timer

const notDigits = /[^0-9]/;

// Where `character` is at or after `from`; the text's length when there is none.
function find(text, character, from) {
  const at = StringPrototypeIndexOf(text, character, from);
  return at < 0 ? text.length : at;
}

// Bytes of a part of a text in UTF-8.
function utf8Length(text, from, to) {
  let bytes = to - from;
  for (let i = from; i < to; ++i) {
    const unit = StringPrototypeCharCodeAt(text, i);
    if (unit >= 0x80) bytes += unit < 0x800 || (unit & 0xF800) === 0xD800 ? 1 : 2; // a surrogate is half of 4
  }
  return bytes;
}

// sink.onEvent(type, data, lastEventId) gives false when it wants no more; sink.onId(id) comes first, also for
// an event without data; sink.onRetry(milliseconds).
class EventStreamParser {
  constructor(sink, lastEventId, maxEventBytes) {
    this.sink = sink;
    this.maxEventBytes = maxEventBytes;
    this.decoder = new Decoder(undefined, undefined, "EventSource");
    this.tail = ""; // the unfinished line
    this.tailBytes = 0;
    this.skipsLf = false; // the last piece ended with a CR, which may be half of a line's end
    this.id = lastEventId;
    this.type = "";
    this.data = "";
    this.hasData = false;
    this.eventBytes = 0; // of the unfinished event's finished lines
    this.isStopped = false;
  }

  // Throws a TypeError at an event that is too long.
  push(bytes) {
    const text = this.decoder.decode(bytes, true);
    const isAscii = text.length === TypedArrayPrototypeGetByteLength(bytes);
    let from = 0;
    if (this.skipsLf && text.length > 0) {
      this.skipsLf = false;
      if (StringPrototypeCharCodeAt(text, 0) === kLf) from = 1;
    }
    // Each is looked for again when it was passed: a piece is not searched twice.
    let lf = -1;
    let cr = -1;
    let colon = -1;
    for (;;) {
      if (lf < from) lf = find(text, "\n", from);
      if (cr < from) cr = find(text, "\r", from);
      const end = lf < cr ? lf : cr;
      if (end === text.length) break;
      const lineBytes = isAscii ? end - from : utf8Length(text, from, end);
      if (this.tail !== "") {
        this.endTail(StringPrototypeSlice(text, from, end), lineBytes);
      } else if (end === from) {
        this.endEvent();
      } else {
        if (colon < from) colon = find(text, ":", from);
        this.line(text, from, colon < end ? colon : end, end, lineBytes);
      }
      if (this.isStopped) return;
      from = end + 1;
      if (end !== cr) continue;
      if (from === text.length) this.skipsLf = true;
      else if (lf === from) ++from;
    }
    if (from === text.length) return;
    this.tail += from === 0 ? text : StringPrototypeSlice(text, from);
    this.tailBytes += isAscii ? text.length - from : utf8Length(text, from, text.length);
    this.checkSize(this.tailBytes);
  }

  endTail(rest, restBytes) {
    const line = this.tail + rest;
    const bytes = this.tailBytes + restBytes;
    this.tail = "";
    this.tailBytes = 0;
    this.line(line, 0, find(line, ":", 0), line.length, bytes);
  }

  checkSize(more) {
    if (this.eventBytes + more <= this.maxEventBytes) return;
    throw new TypeError(`an event of the stream has more than ${this.maxEventBytes} bytes (limits.event_bytes). ` +
      "Send smaller events, or raise limits.event_bytes in the configuration.");
  }

  // A line that is not empty: text[from, end), whose first colon is at `colon`, which is `end` without one.
  line(text, from, colon, end, bytes) {
    if (colon === from) return; // a comment
    let valueFrom = colon < end ? colon + 1 : end;
    if (valueFrom < end && StringPrototypeCharCodeAt(text, valueFrom) === kSpace) ++valueFrom;
    switch (colon - from) {
      case 4:
        if (!StringPrototypeStartsWith(text, "data", from)) return;
        this.grow(bytes);
        if (this.hasData) {
          this.data += `\n${StringPrototypeSlice(text, valueFrom, end)}`;
        } else {
          this.hasData = true;
          this.data = StringPrototypeSlice(text, valueFrom, end);
        }
        return;
      case 5:
        if (StringPrototypeStartsWith(text, "event", from)) {
          this.grow(bytes);
          this.type = StringPrototypeSlice(text, valueFrom, end);
        } else if (StringPrototypeStartsWith(text, "retry", from)) {
          this.retry(StringPrototypeSlice(text, valueFrom, end));
        }
        return;
      case 2:
        if (StringPrototypeStartsWith(text, "id", from)) {
          this.grow(bytes);
          const id = StringPrototypeSlice(text, valueFrom, end);
          if (StringPrototypeIndexOf(id, "\0") < 0) this.id = id;
        }
    }
  }

  grow(bytes) {
    this.checkSize(bytes);
    this.eventBytes += bytes;
  }

  retry(value) {
    if (value === "" || RegExpPrototypeExec(notDigits, value) !== null) return;
    const delay = +value;
    this.sink.onRetry(delay < kMaxDelayMs ? delay : kMaxDelayMs);
  }

  // An empty line.
  endEvent() {
    const { data, hasData, id, sink, type } = this;
    this.eventBytes = 0;
    this.type = "";
    this.data = "";
    this.hasData = false;
    sink.onId(id);
    if (hasData && !sink.onEvent(type === "" ? "message" : type, data, id)) this.isStopped = true;
  }
}

detachRecord(EventStreamParser);

exports.EventStreamParser = EventStreamParser;
