// SPDX-License-Identifier: Apache-2.0
import { test } from "sedge:test";
import { expectSame } from "./expect_same.js";
import { poisonedObjects } from "./vandals.js";

test("accessors on Object.prototype do not change the platform", () => expectSame(poisonedObjects), 60_000);
