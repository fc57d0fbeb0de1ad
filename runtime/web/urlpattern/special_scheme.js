// SPDX-License-Identifier: Apache-2.0
// Special schemes and their default ports: https://url.spec.whatwg.org/#special-scheme
"use strict";

const defaultPorts = { __proto__: null, https: "443", http: "80", wss: "443", ws: "80", ftp: "21", file: "" };

exports.specialSchemes = ["https", "http", "wss", "ws", "ftp", "file"];
exports.isSpecialScheme = (scheme) => defaultPorts[scheme] !== undefined;
// "" when there is none.
exports.defaultPort = (scheme) => defaultPorts[scheme] ?? "";
