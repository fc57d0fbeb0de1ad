// SPDX-License-Identifier: Apache-2.0
// Types of the package for import.
import * as sedge from "./index.js";

export * from "./index.js";
declare const all: { startWorker: typeof sedge.startWorker; StartError: typeof sedge.StartError };
export default all;
