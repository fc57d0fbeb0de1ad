// SPDX-License-Identifier: Apache-2.0
// "cloudflare:test", as tests for @cloudflare/vitest-pool-workers import it, as far as it is the same here.
// https://developers.cloudflare.com/workers/testing/vitest-integration/test-apis/
"use strict";

const { SELF, env, createExecutionContext, waitOnExecutionContext } = require("testing/environment").exports;
const { fetchMock } = require("testing/fetch_mock");

exports.exports = { SELF, env, createExecutionContext, waitOnExecutionContext, fetchMock };
