// SPDX-License-Identifier: Apache-2.0
// What `sedge test` adds to the modules that test files can import, and to what surrounds their tests.
"use strict";

const modules = require("testing/modules");
const { environment } = require("testing/lifecycle");
const { setEnvironment } = require("testing/runner");
const { mockFetch } = require("testing/mock_fetch");

require("testing/mock").mock.fetch = mockFetch;
setEnvironment(environment);
modules.extend("sedge:test", () => require("testing/environment").exports);
modules.add("cloudflare:test", () => require("testing/cloudflare").exports);

exports.find = modules.find;
