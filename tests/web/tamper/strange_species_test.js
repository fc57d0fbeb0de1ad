// SPDX-License-Identifier: Apache-2.0
import { test } from "sedge:test";
import { expectSame } from "./expect_same.js";
import { strangeSpecies } from "./vandals.js";

test("classes that say what is made do not change the platform", () => expectSame(strangeSpecies), 60_000);
