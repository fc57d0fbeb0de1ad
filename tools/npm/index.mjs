// SPDX-License-Identifier: Apache-2.0
// The package for import: what require() gives, so that both are one.
import sedge from "./index.js";

export const { startWorker, StartError } = sedge;
export default sedge;
