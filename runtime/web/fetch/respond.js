// SPDX-License-Identifier: Apache-2.0
// respond(slot, response): sends a worker's response down. A string, bytes or a native body go in one op; a
// stream that is JavaScript's is pumped into a pipe, and respond() then gives the promise of that, until which
// the slot is kept: its caller calls ops.waitEnd(slot). The same with a native body that a signal can abort, so that
// what would abort it goes on while it is sent.
"use strict";

const { checkUsable, kBytes, kString, takeSendable } = require("fetch/body");
const { dropHandle } = require("fetch/body_stream");
const { markHandled } = require("streams/promises");
const { isResponse, responseBody, responseExtras, responseHeaderBlock, responseStatus, responseStatusText } =
  require("fetch/response");
const { TypeError } = primordials;

function respond(slot, response) {
  if (!isResponse(response)) {
    throw new TypeError("Incorrect type for Promise: the Promise did not resolve to 'Response'.");
  }
  const status = responseStatus(response);
  const body = responseBody(response);
  const block = responseHeaderBlock(response);
  const isCoded = responseExtras(response).encodeBody === "manual";
  if (body === null) {
    if (status === 0) {
      throw new TypeError("Response.error() cannot be sent: return a response with a status, such as 502.");
    }
    ops.respond(slot, status, responseStatusText(response), block, null, isCoded);
    return undefined;
  }
  if (body.kind === kString || body.kind === kBytes) {
    checkUsable(body);
    body.used = true;
    const { source } = body;
    body.source = null;
    ops.respond(slot, status, responseStatusText(response), block, source, isCoded);
    return undefined;
  }
  const sendable = takeSendable(body);
  const sending = body.pump !== undefined || body.watch === null ? body.pump : body.watch.over;
  if (sending !== undefined) ops.waitBegin(slot); // the caller ends it with the promise
  try {
    ops.respond(slot, status, responseStatusText(response), block, sendable, isCoded);
  } catch (error) { // nothing was sent: whoever feeds the body hears that nobody reads it
    if (typeof sendable === "number") dropHandle(sendable);
    if (sending !== undefined) {
      markHandled(sending);
      ops.waitEnd(slot);
    }
    throw error;
  }
  return sending;
}

exports.respond = respond;
// The WebSocket that a 101 response hands to the client, or null.
exports.responseWebSocket = (response) => responseExtras(response).webSocket;
