// SPDX-License-Identifier: Apache-2.0
// The connection to the administration API, against a server that closes it.
"use strict";

const assert = require("node:assert/strict");
const http = require("node:http");
const path = require("node:path");
const { test } = require("node:test");

const folder = path.dirname(require.resolve("sedge"));
const { AdminClient } = require(path.join(folder, "lib/admin_client.js"));

test("calls share a connection; one that was closed meanwhile is made again, and the call too", async () => {
  const connections = new Set();
  let calls = 0;
  const server = http.createServer((request, response) => {
    connections.add(request.socket);
    // The third call meets a connection that ends instead of answering, as an idle one does that is being closed.
    if (++calls === 3) return request.socket.destroy();
    request.resume().on("end", () => response.end('{"success":true,"result":1}'));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const client = new AdminClient({ host: "127.0.0.1", port: server.address().port });
  await Promise.all([client.result("a", "GET", "/"), client.result("b", "GET", "/")]);
  assert.equal(connections.size, 1);
  assert.equal((await client.result("c", "PUT", "/", "body")).result, 1);
  assert.deepEqual([connections.size, calls], [2, 4]);
  client.close();
  await assert.rejects(client.result("d", "GET", "/"), /the worker has been stopped/);
  const { port } = server.address();
  server.close();
  // A server that is not there is an error, not a loop.
  const alone = new AdminClient({ host: "127.0.0.1", port });
  await assert.rejects(alone.result("e", "GET", "/"), { code: "ECONNREFUSED" });
  alone.close();
});
