// SPDX-License-Identifier: Apache-2.0
import { test } from "sedge:test";
import { expectSame } from "./expect_same.js";
import { pollutedObjects } from "./vandals.js";

test("fields on Object.prototype do not change the platform", () => expectSame(pollutedObjects), 60_000);
