// SPDX-License-Identifier: Apache-2.0
// The types for require().
import sedge = require("sedge");

export const starting: Promise<sedge.Worker> = sedge.startWorker({ dir: "." });
